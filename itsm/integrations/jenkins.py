"""Jenkins, by its Notification plugin."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from changes.pipelines import FAILED, PASSED, DeploymentSeen, EvidenceSeen, Signal, pipelines
from itsm.monitoring.payload import Part
from itsm.monitoring.sources import Malformed

# COMPLETED comes before the steps after the build, FINALIZED after them: both tell of one end.
OVER = ("COMPLETED", "FINALIZED")
OUTCOMES = {"SUCCESS": "succeeded", "ABORTED": "canceled", "NOT_BUILT": "canceled"}
PLACE = ("TARGET_ENV", "ENVIRONMENT", "DEPLOY_ENV", "ENV")


@pipelines.add("jenkins")
class Jenkins:
    """Jobs of a Jenkins."""

    token_header: ClassVar[str] = ""
    status: ClassVar[int] = 202
    keeps_refused: ClassVar[bool] = True

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]:
        body = Part(payload)
        build = body.require("build")
        phase = build.require("phase").text()
        if phase not in ("STARTED", *OVER):
            return []
        name, number = body.require("name").text(), build.require("number").text()
        revision = build.inside("scm", "commit").text()
        words = build["parameters"].texts() if build["parameters"] else {}
        seen: dict[str, Any] = {
            "keys": (f"build:{name}#{number}", *([f"sha:{revision}"] if revision else [])),
            "revision": revision,
            "environment": next((words[each] for each in PLACE if words.get(each)), ""),
            "service": name,
            "url": build["full_url"].text(),
        }
        started_at = build["timestamp"].instant()
        is_over = phase in OVER
        deployment = DeploymentSeen(
            **seen,
            id=f"build:{name}#{number}",
            title=f"{name} #{number} {words.get('VERSION', '')}".strip(),
            outcome=OUTCOMES.get(build["status"].text(), "failed") if is_over else "running",
            started_at=started_at,
            finished_at=_end(started_at, build["duration"]) if is_over else None,
        )
        tests = build["test_summary"]
        return [*_tests(seen, deployment, tests), deployment] if is_over and tests else [deployment]


def _end(started_at: datetime | None, duration: Part) -> datetime | None:
    """When a build was over, from how many milliseconds it took."""
    if started_at is None or not isinstance(duration.value, int):
        return None
    try:
        return started_at + timedelta(milliseconds=max(duration.value, 0))
    except OverflowError:
        raise Malformed("No build takes that long.", path=duration.path) from None


def _tests(seen: dict[str, Any], deployment: DeploymentSeen, tests: Part) -> list[Signal]:
    counts = {each: tests[each].value for each in ("total", "passed", "failed", "skipped")}
    return [
        EvidenceSeen(
            **seen,
            id=f"tests:{deployment.id}",
            kind="tests",
            name="tests",
            outcome=FAILED if counts["failed"] else PASSED,
            facts=counts,
            happened_at=deployment.finished_at,
        )
    ]
