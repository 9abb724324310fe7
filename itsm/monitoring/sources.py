"""What a monitoring adapter must be: something that turns a payload into signals."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from itsm.core.registry import Registry
from itsm.monitoring.severities import WARNING, severity_of

FIRING = "firing"
RESOLVED = "resolved"
ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a monitoring tool says of one condition.

    ``said_at`` is when the tool says so, by a clock that can be compared among its own signals;
    None when it has no such clock, and then the order of arrival holds.
    """

    fingerprint: str
    status: str
    title: str
    severity: str = WARNING
    description: str = ""
    service: str = ""
    component: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    said_at: datetime | None = None
    actor: str = ""
    comment: str = ""
    group_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an adapter may need to know besides the payload."""

    now: datetime
    mapping: Mapping[str, Any] = field(default_factory=dict)
    severity_map: Mapping[str, str] = field(default_factory=dict)

    def severity(self, word: str, *, otherwise: str = WARNING) -> str:
        """The severity a word of the tool stands for."""
        return severity_of(word, words=self.severity_map, otherwise=otherwise)


class Malformed(Exception):  # noqa: N818 what a payload is, not an error of ours
    """The payload cannot be read; ``path`` says where it goes wrong."""

    def __init__(self, message: str, *, path: str = "$") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class Source(Protocol):
    """A kind of monitoring tool."""

    # How long after its last word an alert counts as cleared, for tools that never say so.
    quiet_resolve_after: ClassVar[timedelta | None]

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]: ...


sources: Registry[type[Source]] = Registry("kind of monitoring source")


def to_plain(signal: Signal) -> dict[str, Any]:
    """The signal as JSON can carry it."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(signal).items()
    }


def from_plain(plain: Mapping[str, Any]) -> Signal:
    """The signal that was made plain."""
    instants = {
        name: datetime.fromisoformat(plain[name])
        for name in ("starts_at", "ends_at", "said_at")
        if plain[name] is not None
    }
    return Signal(**{**plain, **instants})
