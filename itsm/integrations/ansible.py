"""Runs a step by an Ansible playbook: a program of the worker's host, in an environment of its own.

Playbooks and inventory are the operator's, in ``RUNBOOK_DIR``. What a run is told comes as extra
variables in a file, each marked unsafe, so that Ansible never takes it for a template; secrets come
as environment and stand in no file and on no command line.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.executors import Outcome, Plan, Say, Work, executors, failed, succeeded
from itsm.automation.processes import Ended, environment_of, follow, identity
from itsm.core.errors import Invalid
from itsm.core.fields import Field, Flag, Line

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.ya?ml")
RECAP = re.compile(r"(ok|changed|unreachable|failed|skipped|rescued|ignored)=(\d+)")


class Ansible:
    """Plays a listed playbook; with ``has_check`` it first shows what would be changed."""

    fields: tuple[Field, ...] = (
        Line(name="playbook", label=_l("Playbook"), required=True, max_length=85),
        Flag(name="has_check", label=_l("Show first what would be changed")),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """A playbook is named, and is no path."""
        if not NAME.fullmatch(given["playbook"]):
            raise Invalid(_("Name a playbook such as restart.yml, and no path."), field="playbook")

    def plan(self, work: Work) -> Plan | None:
        """What ``--check --diff`` says would be changed."""
        if not work.settings.get("has_check"):
            return None
        lines: list[str] = []
        ended = _play(work, lines.append, "--check", "--diff")
        if ended.code != 0:
            raise RuntimeError(ended.why or "\n".join(lines[-10:]))
        return Plan("\n".join(lines))

    def run(self, work: Work, say: Say) -> Outcome:
        """Play it to its end; the recap tells how many tasks changed something."""
        counts: dict[str, Any] = {}

        def heard(line: str) -> None:
            for word, number in RECAP.findall(line):
                counts[word] = counts.get(word, 0) + int(number)
            say(line)

        try:
            ended = _play(work, heard)
        except FileNotFoundError as error:
            return failed(str(error))
        return succeeded(**counts) if ended.code == 0 else failed(ended.why, **counts)


def _play(work: Work, say: Say, *more: str) -> Ended:
    program = _program()
    playbook = _listed(work.settings["playbook"])
    with _place(work) as place:
        command = [
            program,
            "-i",
            str(_inventory(place, program)),
            "-e",
            f"@{place / 'told.yml'}",
            *more,
        ]
        return follow(
            [*command, str(playbook)],
            environment=environment_of(work)
            | {
                "HOME": str(place),
                "ANSIBLE_HOME": str(place),
                "ANSIBLE_LOCAL_TEMP": str(place),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_NOCOWS": "1",
                "ANSIBLE_RETRY_FILES_ENABLED": "0",
            },
            within=work.timeout,
            is_stopped=work.is_stopped,
            say=say,
            directory=str(place),
        )


@contextmanager
def _place(work: Work) -> Iterator[Path]:
    """A directory for one play, which only it can read and which goes with it."""
    with tempfile.TemporaryDirectory(prefix="steady-ansible-") as name:
        place = Path(name)
        told = place / "told.yml"
        told.write_text(unsafe(work.parameters))
        if owner := identity():
            for each in (place, told):
                os.chown(each, owner["user"], owner["group"])
        yield place


def unsafe(parameters: Mapping[str, Any]) -> str:
    """What a run is told as YAML, every text marked so that it is never a template."""
    lines = [f"{json.dumps(name)}: {_marked(value)}" for name, value in parameters.items()]
    return "\n".join(lines or ["{}"]) + "\n"


def _marked(value: Any) -> str:
    # Words of JSON are words of YAML; escaped, no line break of the value is one of the file.
    return f"!unsafe {json.dumps(value)}" if isinstance(value, str) else json.dumps(value)


def _program() -> str:
    own = settings.RUNBOOK_DIR / "ansible" / "bin" / "ansible-playbook"
    found = str(own) if own.is_file() else shutil.which("ansible-playbook")
    if found is None:
        raise FileNotFoundError(_("Ansible is not installed on this worker."))
    return found


def _listed(name: str) -> Path:
    directory: Path = settings.RUNBOOK_DIR / "playbooks"
    path = directory / name
    is_ours = NAME.fullmatch(name) and path.is_file()
    if not is_ours or path.resolve().parent != directory.resolve():
        raise FileNotFoundError(_("No playbook is named %(name)s here.") % {"name": name})
    return path.resolve()


def _inventory(place: Path, program: str) -> Path:
    """The operator's inventory; this machine alone where there is none."""
    given: Path = settings.RUNBOOK_DIR / "inventory"
    if given.exists():
        return given.resolve()
    own = place / "inventory.ini"
    # Left to itself, Ansible finds shims that do not run; what runs Ansible does.
    beside = Path(program).resolve().parent / "python3"
    python = beside if beside.exists() else "auto_silent"
    own.write_text(f"localhost ansible_connection=local ansible_python_interpreter={python}\n")
    if owner := identity():
        os.chown(own, owner["user"], owner["group"])
    return own


executors.add("ansible")(Ansible())
