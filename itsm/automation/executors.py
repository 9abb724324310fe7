"""The port to what does the work: one small file in ``itsm.integrations`` fills it per tool.

    @executors.add("rundeck")
    class Rundeck:
        fields = (Line(name="job", required=True),)

        def plan(self, work): return None
        def run(self, work, say): return Outcome.SUCCEEDED

An executor gets values, never text to be read as a program: it hands them over as an environment,
as JSON or as an argument of its own, and never through a shell or a template.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from itsm.core.fields import Field
from itsm.core.registry import Registry

Say = Callable[[str], None]


class Word(enum.StrEnum):
    """What came of a step. Unknown: it may have begun, and nobody can say how it ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """What came of a step, why, and what it brought to light."""

    word: Word
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What a step would do, in words people judge; ``facts`` are handed to the step itself."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def never_stopped() -> bool:
    """For work that nobody can stop."""
    return False


@dataclass(frozen=True, kw_only=True)
class Work:
    """One step of one run, with everything it may know.

    ``key`` is the same whenever the same step of the same run is tried, so that the other side can
    tell a repetition. ``is_stopped`` is to be asked now and then: true means end at once.
    """

    run: int
    key: str
    settings: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    timeout: timedelta = timedelta(minutes=5)
    planned: Mapping[str, Any] = field(default_factory=dict)
    is_stopped: Callable[[], bool] = never_stopped


class Executor(Protocol):
    """What does the work of a step. ``fields`` are the settings it takes, as a form has them."""

    @property
    def fields(self) -> Sequence[Field]: ...

    def plan(self, work: Work) -> Plan | None:
        """What it would do, changing nothing; None where it cannot tell beforehand."""

    def run(self, work: Work, say: Say) -> Outcome:
        """Do it, telling as it goes."""


executors: Registry[Executor] = Registry("executor")
# Steps that are no program's: a person does them, or gives leave.
BY_PEOPLE = ("human", "approval")


def succeeded(why: str = "", **facts: Any) -> Outcome:
    """It was done."""
    return Outcome(Word.SUCCEEDED, why, facts)


def failed(why: str, **facts: Any) -> Outcome:
    """It was not done, or went wrong, and is over."""
    return Outcome(Word.FAILED, why, facts)


def unknown(why: str, **facts: Any) -> Outcome:
    """It may have been done: a person has to look."""
    return Outcome(Word.UNKNOWN, why, facts)
