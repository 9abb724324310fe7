"""What is shipped: the lock, the image, the compose file, and the name `requests` (P41)."""

import importlib
import re
import subprocess
import sys
from importlib import metadata

import pytest
import yaml

import requests
from itsm.core.supervision.engines import LOCALE
from tests.frame.installation import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_host_and_hashes_everything(name: str):
    text = (ROOT / name).read_text()

    packages = re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert packages
    assert "requests" not in packages
    assert "://" not in text
    assert "index-url" not in text
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_library_our_requests_app_shadows_is_not_installed():
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.distribution("requests")
    assert requests.__file__ == str(ROOT / "requests" / "__init__.py")


@pytest.mark.parametrize("module", ["rest_framework.test", "drf_spectacular.openapi"])
def test_rest_framework_does_not_take_our_requests_app_for_the_library(module: str):
    assert importlib.import_module(module)


@pytest.mark.parametrize("entry", ["itsm.celery", "itsm.asgi", "itsm.settings"])
def test_every_entry_point_can_be_the_first_import(entry: str):
    answer = subprocess.run(
        [sys.executable, "-c", f"import {entry}, rest_framework.test"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr


def test_compose_has_no_default_secret():
    text = (ROOT / "docker-compose.yml").read_text()

    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "BASE_URL"):
        uses = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
        assert uses
        assert all(use.startswith(f"${{{name}:?") for use in uses)


def test_compose_runs_every_part_with_a_health_check():
    services = COMPOSE["services"]

    assert set(services) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}
    assert [
        name for name, each in services.items() if name != "migrate" and "healthcheck" not in each
    ] == []
    assert services["worker"]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }


def test_compose_sorts_names_as_the_embedded_server_does():
    given = COMPOSE["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()

    assert set(LOCALE) <= set(given)


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    text = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.lock" in text
    assert re.search(r"^USER steady$", text, re.MULTILINE)
    assert "pip install ." not in text
