"""Port: what a delivery tool posts, turned into what it says of changes, in neutral words. Pure."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from changes.models import Deployment, Environment, Evidence
from itsm.core.registry import Registry
from itsm.inventory.actions import Found
from itsm.monitoring.bodies import decoded
from itsm.monitoring.sources import Malformed

PASSED, FAILED, UNKNOWN = Evidence.Outcome.PASSED, Evidence.Outcome.FAILED, Evidence.Outcome.UNKNOWN
RUNNING, SUCCEEDED = Deployment.Outcome.RUNNING, Deployment.Outcome.SUCCEEDED
DEPLOYMENT, MERGE = "deployment", "merge"
MOST_LINES = 20_000
# The words tools have for where they deliver to, and ours.
PLACES = {
    **dict.fromkeys(("production", "prod", "live"), Environment.PRODUCTION),
    **dict.fromkeys(("staging", "stage", "uat", "preprod"), Environment.STAGING),
    **dict.fromkeys(("test", "testing", "qa"), Environment.TEST),
    **dict.fromkeys(("development", "dev", "preview", "review"), Environment.DEVELOPMENT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What all signals have: by which names the tool knows the change, the surest one first."""

    keys: tuple[str, ...]
    environment: str = ""
    service: str = ""
    revision: str = ""
    artifact_digest: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSeen(Seen):
    """Something is about to be delivered: by a deployment, or, as some rules have it, a merge."""

    title: str
    reason: str = DEPLOYMENT
    # Of a merge: into which branch, and whether that is the one everything is merged into.
    branch: str = ""
    is_default_branch: bool = False
    description: str = ""
    category: str = "deploy"
    # Such that no template covers it: what is destroyed is looked at by people.
    needs_people: bool = False
    is_irreversible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSeen(Seen):
    """A result; ``id`` is the same however often the tool tells of it."""

    id: str
    kind: str
    outcome: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSeen(Seen):
    """A deployment that begins or is over; ``id`` is the same however often it is told of."""

    id: str
    title: str
    outcome: str
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAsked(Seen):
    """The tool waits for the gate's verdict, which is sent to the address in the words of ``sort``.

    ``token`` is what the tool gave to answer with, ``facts`` what the answer must name.
    """

    sort: str
    answer_url: str
    token: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a pipeline that waits is to be told."""

    answer: str  # waiting, approved or rejected
    why: str
    url: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The same as its tool understands it."""

    method: str
    json: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentsSeen:
    """What the tool says there is, for people to take into the inventory."""

    components: Sequence[Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentsGone:
    """The addresses of what the tool has taken away, for people to retire in the inventory."""

    addresses: Sequence[str]


Signal = ChangeSeen | EvidenceSeen | DeploymentSeen | GateAsked | ComponentsSeen | ComponentsGone


class Tool(Protocol):
    """A kind of delivery tool."""

    # The header in which it sends a secret plainly, where it cannot sign.
    token_header: ClassVar[str]
    # What it expects to be answered when it was heard.
    status: ClassVar[int]
    # Whether a body that could not be read may be kept: not where secrets may be in it.
    keeps_refused: ClassVar[bool]

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]: ...


# How a tool is told; None where it need not hear that it has to wait.
Wording = Callable[[Told], Letter | None]

pipelines: Registry[type[Tool]] = Registry("kind of pipeline")
wordings: Registry[Wording] = Registry("way to answer a pipeline")
# Reads a plan that is fetched for a call, as a tool posts it.
plans: Registry[Callable[[Any], list[Signal]]] = Registry("reader of plans")


def payload_of(body: bytes, *, content_type: str) -> Any:
    """The payload in a body; a stream of JSON lines is a list."""
    lines = body.split(b"\n")
    if "ndjson" not in content_type.lower() and not _are_lines(lines):
        return decoded(body, content_type=content_type)
    filled = [each for each in lines if each.strip()]
    if not filled:
        raise Malformed("The body is empty.")
    if len(filled) > MOST_LINES:
        raise Malformed(f"One post may bring at most {MOST_LINES} lines.")
    return [decoded(each, content_type="application/json") for each in filled]


def _are_lines(lines: list[bytes]) -> bool:
    """Whether several objects stand below each other, as ``terraform … -json`` prints them."""
    first = [each.strip() for each in lines[:2]]
    return len(first) > 1 and all(each[:1] == b"{" and each[-1:] == b"}" for each in first)


def place_of(word: str, *, otherwise: str) -> str:
    """Where a word of the tool is; the word itself when it is one of its own."""
    return PLACES.get(word.strip().lower(), word.strip()[:40]) if word.strip() else otherwise


def key_of(body: bytes, *, headers: Mapping[str, str]) -> str:
    """What makes a post the same: its body, and the id that callers of ours may give it.

    The vendors' ids are not part of it: they are not signed, so whoever replays a body may choose
    another; and a body that is the same to the last byte tells nothing new.
    """
    hasher = hashlib.sha256(body)
    hasher.update(headers.get("X-Steady-Delivery", "").encode("utf-8", "replace"))
    return hasher.hexdigest()
