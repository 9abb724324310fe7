"""GitLab: pipelines, merge requests and deployments."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from changes.pipelines import (
    FAILED,
    MERGE,
    PASSED,
    UNKNOWN,
    ChangeSeen,
    DeploymentSeen,
    EvidenceSeen,
    Signal,
    pipelines,
)
from itsm.monitoring.payload import Part
from itsm.monitoring.sources import Malformed

OUTCOMES = {"success": PASSED, "failed": FAILED, "canceled": UNKNOWN}
STATES = {
    "running": "running",
    "success": "succeeded",
    "failed": "failed",
    "canceled": "canceled",
}


@pipelines.add("gitlab")
class GitLab:
    """A project or a group on GitLab, by its webhook; its secret comes as it is."""

    token_header: ClassVar[str] = "X-Gitlab-Token"  # noqa: S105 the name of a header
    status: ClassVar[int] = 202
    keeps_refused: ClassVar[bool] = True

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]:
        body = Part(payload)
        read = READERS.get(body.require("object_kind").text())
        return read(body) if read else []


def _pipeline(body: Part) -> list[Signal]:
    facts = body.require("object_attributes")
    status = facts.require("status").text()
    if status not in OUTCOMES:
        return []
    revision, number = facts.require("sha").text(), facts.require("id").text()
    finished_at = _instant(facts["finished_at"])
    builds = [each["status"].text() for each in body["builds"].each()] if body["builds"] else []
    project = body["project"]
    return [
        EvidenceSeen(
            keys=(f"sha:{revision}",),
            revision=revision,
            service=_service(project),
            url=_web(project, f"/-/pipelines/{number}"),
            # Of a pipeline that is tried again each end is a result of its own.
            id=f"pipeline:{number}:{status}:{facts['finished_at'].text()}",
            kind="build",
            name="pipeline",
            outcome=OUTCOMES[status],
            facts={
                "status": status,
                "branch": facts["ref"].text(),
                "jobs_passed": builds.count("success"),
                "jobs_failed": builds.count("failed"),
            },
            happened_at=finished_at,
        )
    ]


def _merge_request(body: Part) -> list[Signal]:
    facts = body.require("object_attributes")
    is_merged = facts["action"].text() == "merge" or facts["state"].text() == "merged"
    commit = facts["last_commit"]
    revision = facts["merge_commit_sha"].text() or commit.inside("id").text()
    if not revision:
        return []
    branch, project = facts["target_branch"].text(), body["project"]
    evidence = EvidenceSeen(
        keys=(f"sha:{revision}",),
        revision=revision,
        service=_service(project),
        url=facts["url"].text(),
        id=f"merge_request:{facts.require('id').text()}:{facts['state'].text()}:{revision}",
        kind="commit",
        name=f"!{facts['iid'].text()} {facts['title'].text()}",
        outcome=PASSED if is_merged else UNKNOWN,
        facts={"branch": branch, "state": facts["state"].text()},
        happened_at=_instant(facts["updated_at"]),
    )
    if not is_merged:
        return [evidence]
    change = ChangeSeen(
        keys=evidence.keys,
        revision=revision,
        service=evidence.service,
        url=evidence.url,
        title=facts["title"].text(),
        reason=MERGE,
        branch=branch,
        is_default_branch=branch == project.inside("default_branch").text(),
    )
    return [evidence, change]


def _deployment(body: Part) -> list[Signal]:
    outcome = STATES.get(body.require("status").text())
    if outcome is None:
        return []
    number, project = body.require("deployment_id").text(), body["project"]
    revision = body["commit_url"].text().rpartition("/")[2] or body["short_sha"].text()
    at = _instant(body["status_changed_at"])
    title = f"Deploy {project['path_with_namespace'].text()} {body['ref'].text()}"
    return [
        DeploymentSeen(
            keys=(f"deployment:{number}", f"sha:{revision}"),
            revision=revision,
            # The tier is one of a few words; the name is whatever the project calls it.
            environment=body.first("environment_tier", "environment").text(),
            service=_service(project),
            url=body["deployable_url"].text(),
            id=f"deployment:{number}",
            title=f"{title} ({revision[:7]})",
            outcome=outcome,
            started_at=at if outcome == "running" else None,
            finished_at=None if outcome == "running" else at,
        )
    ]


def _service(project: Part) -> str:
    return project.inside("path_with_namespace").text().rpartition("/")[2]


def _web(project: Part, path: str) -> str:
    address = project.inside("web_url").text()
    return f"{address}{path}" if address else ""


def _instant(part: Part) -> datetime | None:
    """An instant as GitLab writes it: ISO 8601, or with blanks before the zone."""
    text = part.text().strip()
    words = text.split(" ")
    if len(words) == len(("2021-04-28", "21:50:00", "+0200")):
        day, time, zone = words
        text = f"{day}T{time}{'Z' if zone == 'UTC' else zone}"
    try:
        return Part(text, path=part.path).instant()
    except Malformed:
        raise Malformed("Expected an instant such as 2021-04-28 21:50:00 +0200.",
                        path=part.path) from None  # fmt: skip


READERS: dict[str, Callable[[Part], list[Signal]]] = {
    "pipeline": _pipeline,
    "merge_request": _merge_request,
    "deployment": _deployment,
}
