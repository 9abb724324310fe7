"""The ports to what knows more: tools that keep metrics or logs, tools that post us their lines,
and the rooms that know what was changed.

One small file in ``itsm.integrations`` fills each:

    @readers.add("prometheus")
    class Prometheus: ...
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from itsm.core.registry import Registry
from itsm.evidence.patterns import Line
from itsm.people.models import User
from itsm.tickets.models import Ticket

METRICS = "metrics"
LOGS = "logs"
MOST_LINES = 1000  # of one answer
MOST_SERIES = 200
MOST_POINTS = 2000


class Unreadable(Exception):  # noqa: N818 what the other side said
    """The tool gave no evidence; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question to a tool: what, of which time, and with whose leave."""

    address: str
    query: str
    since: datetime
    until: datetime
    account: str = ""
    secret: str = ""
    second_secret: str = ""
    scope: str = ""
    step: timedelta = timedelta(seconds=15)
    # Of more lines than can be taken, the last count before the trouble and the first during it.
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """One series as a tool has it: its labels, and its values by time."""

    labels: Mapping[str, str]
    times: Sequence[float]
    values: Sequence[float | None]


class Reader(Protocol):
    """A kind of tool that can be asked: ``reads`` says for what, ``escape`` how a value is put
    into one of its queries so that it stays a value, ``quotes`` whether it must be in quotes."""

    @property
    def reads(self) -> str: ...

    @property
    def quotes(self) -> bool: ...

    def escape(self, value: str) -> str: ...


class MetricReader(Reader, Protocol):
    """A tool that keeps metrics."""

    def numbers(self, asked: Asked) -> list[Numbers]:
        """The series the query has for an answer; Unreadable or Unreachable when it has none."""


class LogReader(Reader, Protocol):
    """A tool that keeps logs."""

    def lines(self, asked: Asked) -> list[Line]:
        """The lines the query finds; Unreadable or Unreachable when it cannot say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of a log as it was posted to us."""

    at: datetime
    text: str
    level: int
    host: str = ""
    program: str = ""
    service: str = ""


class Format(Protocol):
    """How one sort of tool posts its lines; ``status`` is what it wants for an answer, ``packed``
    reads the records of what it posts in another way than as JSON, by its media type."""

    @property
    def status(self) -> int: ...

    @property
    def packed(self) -> Mapping[str, Callable[[bytes], list[Any]]]: ...

    def lines(self, records: Sequence[Any], *, now: datetime) -> list[Told]:
        """The lines in the records of a post; Malformed when they cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that was done on purpose: a change, a deployment, a test."""

    at: datetime
    sort: str
    title: str
    component: str = ""
    number: str = ""
    outcome: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


Happenings = Callable[[Sequence[int], datetime, datetime], Sequence[Happening]]

# By kind of record: where a likely cause is taken over into the work on it.
Taker = Callable[[User, Ticket], str]

readers: Registry[Any] = Registry("kind of evidence source")
formats: Registry[Format] = Registry("format of log lines")
# Each is given the ids of the services in question and a span of time.
happenings: Registry[Happenings] = Registry("teller of what was done")
# The words for how what was done ended, by what stands in a happening.
outcomes: dict[str, Any] = {}
takers: Registry[Taker] = Registry("taker of likely causes")
