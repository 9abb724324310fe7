# Nine words: run, storm, test, check, bench, pictures, screens, words, lock. Each sets up what it
# needs by itself.

VENV := .venv
RUN := $(VENV)/bin/python
UV := $(shell command -v uv 2>/dev/null)
# The first of these that is new enough; PYTHON=… chooses another. The distribution's own goes first:
# it is built with profiles, and a Python compiled without them takes half as long again.
PYTHON ?= $(shell for each in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ test -n "$(UV)" || $$each -c 'import ensurepip' 2>/dev/null; } && echo $$each && break; done)
# Two processes more than cores, as the longest tests mostly wait, each with its own engines;
# `make test PYTEST_ARGS=tests/people` runs a few.
PROCESSES := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); echo $$((n > 4 ? 6 : n + 2)))
PYTEST_ARGS ?= -n $(PROCESSES) --dist loadfile --no-loadscope-reorder
# Compiling everything anew in each of the seven processes would double the time of a start.
unexport PYTHONDONTWRITEBYTECODE

STORM_ARGS ?=

.PHONY: help run storm test check bench pictures screens words lock

help:
	@echo "make run    start everything and print where it answers"
	@echo "make storm  post a storm of alerts to what runs, for you to watch"
	@echo "make test   run the whole test suite"
	@echo "make check  run linters, types and system checks"
	@echo "make bench  measure, and print one table"
	@echo "make pictures  make the pictures of the README from what runs"
	@echo "make screens  take a picture of every page into .data/screens"
	@echo "make words  bring the translations up to date with the words in use"
	@echo "make lock   resolve requirements*.in anew"

run: $(VENV)/runtime.stamp
	@$(RUN) manage.py up

storm: $(VENV)/runtime.stamp
	@$(RUN) manage.py storm $(STORM_ARGS)

test: $(VENV)/tools.stamp
	@$(RUN) -m tests.browser
	@$(RUN) manage.py with_engines --fast --sets $(PROCESSES) -- $(RUN) -m pytest $(PYTEST_ARGS)

check: $(VENV)/tools.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(RUN) -W ignore manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(64))') \
		BASE_URL=https://steady.invalid EMAIL_URL=smtp://mail.invalid METRICS_TOKEN=of-nobody DEMO=0 \
		DATABASE_URL=postgresql://itsm@database.invalid/itsm REDIS_URL=redis://valkey.invalid/0 \
		$(RUN) manage.py check --deploy --fail-level WARNING

bench: $(VENV)/tools.stamp
	@$(RUN) manage.py with_engines -- $(RUN) -m bench $(BENCH_ARGS)

pictures: $(VENV)/tools.stamp
	@$(RUN) docs/pictures.py

screens: $(VENV)/tools.stamp
	@$(RUN) manage.py with_engines --fast -- $(RUN) -m bench.screens $(SCREENS)

words: $(VENV)/tools.stamp
	@DJANGO_SETTINGS_MODULE=itsm.settings $(RUN) -m tests.words

lock: $(VENV)/tools.stamp
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --upgrade \
		--no-emit-index-url --no-annotate --no-header requirements.in -o requirements.lock
	uv pip compile -q --universal --generate-hashes --python-version 3.11 --upgrade \
		--no-emit-index-url --no-annotate --no-header -c requirements.lock \
		requirements-dev.in -o requirements-dev.lock

$(VENV)/runtime.stamp: requirements.lock | $(RUN)
	$(call install,requirements.lock)
	@touch $@

$(VENV)/tools.stamp: requirements-dev.lock | $(RUN)
	$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/runtime.stamp

$(RUN):
	@test -n "$(PYTHON)" || { echo "Install Python 3.11 or newer with its venv, or say where it is: make PYTHON=…"; exit 1; }
ifdef UV
	@uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV)
else
	@$(PYTHON) -m venv $(VENV)
endif

# uv is quick, but pip alone reads the machine's pip.conf, so it has the last word.
define install
	@echo "Installing $(1) into $(VENV) …"
	@{ test -n "$(UV)" && uv pip install --quiet --python $(RUN) --require-hashes -r $(1); } || \
		{ $(RUN) -m pip --version >/dev/null 2>&1 || $(RUN) -m ensurepip >/dev/null; \
		$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r $(1); }
endef
