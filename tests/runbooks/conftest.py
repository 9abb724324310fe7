"""A runbook for each test, executors that only remember, and the clock's hand."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from itsm.automation import actions
from itsm.automation.actions import working
from itsm.automation.executors import Outcome, Plan, Say, Work, executors, succeeded
from itsm.automation.gates import probes
from itsm.automation.models import Run, Runbook, RunbookVersion
from itsm.automation.selectors.runbooks import newest_version_of
from itsm.core.fields import Line
from itsm.people.models import User

RESTART = """
target: "{host}"
parameters:
  - name: host
    type: host
    required: true
steps:
  - use: remembering
    with: {what: restart}
"""


class Remembering:
    """Does nothing but remember; what comes of it is set by the test."""

    fields = (Line(name="what"), Line(name="told"))

    def __init__(self) -> None:
        self.done: list[Work] = []
        self.answers: list[Outcome | Exception] = []
        self.planned: str | None = None

    def plan(self, _work: Work) -> Plan | None:
        return Plan(self.planned) if self.planned is not None else None

    def run(self, work: Work, say: Say) -> Outcome:
        self.done.append(work)
        say(f"done to {work.parameters}")
        answer = self.answers.pop(0) if self.answers else succeeded()
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def remembering() -> Iterator[Remembering]:
    """An executor that only remembers."""
    executor = Remembering()
    executors._entries["remembering"] = executor
    yield executor
    del executors._entries["remembering"]


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> list[bool | None]:
    """What the probe of the alerts sees next; the last of it for ever."""
    seen: list[bool | None] = [True]
    monkeypatch.setitem(
        probes._entries, "alert", lambda *_: seen.pop(0) if len(seen) > 1 else seen[0]
    )
    return seen


Write = Callable[..., RunbookVersion]


@pytest.fixture
def write(mona: User) -> Write:
    """Writes a runbook and gives its version."""

    def write(text: str = RESTART, *, slug: str = "restart", **facts: Any) -> RunbookVersion:
        facts = {"name": slug.capitalize(), **facts}
        runbook = Runbook.objects.filter(slug=slug).first()
        if runbook is None:
            actions.add_runbook(slug=slug, facts=facts, text=text, actor=mona)
        else:
            actions.change_runbook(runbook=runbook, facts=facts, text=text, actor=mona)
        return newest_version_of(Runbook.objects.get(slug=slug))

    return write


@pytest.fixture
def commands(tmp_path: Path, settings: Any) -> Path:
    """The directory of listed commands."""
    settings.RUNBOOK_DIR = tmp_path
    directory = tmp_path / "commands"
    directory.mkdir()
    return directory


def put(directory: Path, name: str, text: str) -> None:
    """Put a command into the directory."""
    path = directory / name
    path.write_text(text)
    path.chmod(0o755)


def done(run: Run) -> Run:
    """The run after everything that is due for it now was done."""
    Run.objects.filter(pk=run.pk, due_at__gt=timezone.now(), claim=None).update(
        due_at=timezone.now()
    )
    working.run_owed()
    run.refresh_from_db()
    return run
