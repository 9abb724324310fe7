"""Any other delivery tool, or a shell: our own words, posted as JSON."""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from changes.models import Deployment, Evidence, EvidenceKind
from changes.pipelines import ChangeSeen, DeploymentSeen, EvidenceSeen, Signal, pipelines
from itsm.monitoring.payload import Part
from itsm.monitoring.sources import Malformed

MOST_FACTS = 20_000  # characters


@pipelines.add("delivery")
class Delivery:
    """A tool that says in our words what it does: one event, or a list of them."""

    token_header: ClassVar[str] = ""
    status: ClassVar[int] = 202
    keeps_refused: ClassVar[bool] = True

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]:
        body = Part(payload)
        parts = list(body.each()) if isinstance(payload, list) else [body]
        found: list[Signal] = []
        for each in parts:
            event = each.require("event")
            read = READERS.get(event.text())
            if read is None:
                raise Malformed(f"Say one of {', '.join(READERS)}.", path=event.path)
            found.append(read(each))
        return found


def _change(part: Part) -> Signal:
    return ChangeSeen(
        **_seen(part),
        title=part.require("title").text(),
        description=part["description"].text(),
        category=_one_of(part, "category", ("deploy", "config", "infra", "data", "access")),
        needs_people=part["needs_people"].value is True,
        is_irreversible=part["irreversible"].value is True,
    )


def _evidence(part: Part) -> Signal:
    facts = part["facts"]
    if facts.value is not None and not isinstance(facts.value, dict):
        raise Malformed("Expected an object.", path=facts.path)
    if len(json.dumps(facts.value)) > MOST_FACTS:
        raise Malformed(f"Keep it to {MOST_FACTS} characters.", path=facts.path)
    kind = _one_of(part, "kind", EvidenceKind.values)
    return EvidenceSeen(
        **_seen(part),
        id=part.require("id").text(),
        kind=kind,
        name=part["name"].text() or kind,
        outcome=_one_of(part, "outcome", Evidence.Outcome.values),
        facts=facts.value or {},
        happened_at=part["at"].instant(),
    )


def _deployment(part: Part) -> Signal:
    number = part.require("id").text()
    return DeploymentSeen(
        **_seen(part, f"deployment:{number}"),
        id=number,
        title=part["title"].text() or f"Deployment {number}",
        outcome=_one_of(part, "outcome", Deployment.Outcome.values),
        started_at=part["started_at"].instant(),
        finished_at=part["finished_at"].instant(),
    )


def _seen(part: Part, *keys: str) -> dict[str, Any]:
    revision, run = part["revision"].text(), part["run"].text()
    names = (*keys, *([f"run:{run}"] if run else []), *([f"sha:{revision}"] if revision else []))
    if not names:
        raise Malformed("Give a run or a revision.", path=f"{part.path}.run")
    return {
        "keys": names,
        "revision": revision,
        "artifact_digest": part["artifact_digest"].text(),
        "environment": part["environment"].text(),
        "service": part["service"].text(),
        "url": part["url"].text(),
    }


def _one_of(part: Part, name: str, known: Any) -> str:
    word = part[name].text() or ("deploy" if name == "category" else "")
    if word not in known:
        raise Malformed(f"Say one of {', '.join(known)}.", path=f"{part.path}.{name}")
    return word


READERS: dict[str, Callable[[Part], Signal]] = {
    "change": _change,
    "evidence": _evidence,
    "deployment": _deployment,
}
