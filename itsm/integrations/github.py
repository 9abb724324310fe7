"""GitHub: deployments, workflow runs, pull requests, pushes and deployment protection rules."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from changes.pipelines import (
    FAILED,
    MERGE,
    PASSED,
    UNKNOWN,
    ChangeSeen,
    DeploymentSeen,
    EvidenceSeen,
    GateAsked,
    Letter,
    Signal,
    Told,
    pipelines,
    wordings,
)
from itsm.monitoring.bodies import decoded
from itsm.monitoring.payload import Part

CONCLUSIONS = {
    "success": PASSED,
    **dict.fromkeys(("failure", "timed_out", "startup_failure"), FAILED),
}
# Of a deployment's status; what is only queued or superseded says nothing new.
STATES = {
    "in_progress": "running",
    "success": "succeeded",
    "failure": "failed",
    "error": "failed",
}
NO_COMMIT = "0" * 40


@pipelines.add("github")
class GitHub:
    """A repository or an organisation on GitHub, by its webhook."""

    token_header: ClassVar[str] = ""
    status: ClassVar[int] = 202
    keeps_refused: ClassVar[bool] = True

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]:
        read = READERS.get(headers.get("X-GitHub-Event", ""))
        body = Part(payload)
        if isinstance(payload, dict) and isinstance(payload.get("payload"), str):
            # A hook that was set up to send a form holds the JSON in one field.
            body = Part(decoded(payload["payload"].encode(), content_type="application/json"))
        return read(body) if read else []


@wordings.add("github")
def answer(told: Told) -> Letter | None:
    """The verdict as a deployment protection rule gives it; waiting needs no words."""
    if told.answer == "waiting":
        return None
    return Letter(
        method="POST",
        json={
            "environment_name": told.facts.get("environment_name", ""),
            "state": told.answer,
            "comment": f"{told.why} {told.url}".strip(),
        },
        headers={
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )


def _deployment(body: Part) -> list[Signal]:
    deployment = body.require("deployment")
    return [
        ChangeSeen(
            **_seen(body, deployment),
            title=_title(body, deployment),
            description=deployment["description"].text(),
        )
    ]


def _deployment_status(body: Part) -> list[Signal]:
    deployment, status = body.require("deployment"), body.require("deployment_status")
    outcome = STATES.get(status.require("state").text())
    if outcome is None:
        return []
    is_over = outcome != "running"
    said_at = status["created_at"].instant()
    seen = _seen(body, deployment) | {"url": _web(status.first("target_url", "log_url"))}
    return [
        DeploymentSeen(
            **seen,
            id=f"deployment:{deployment.require('id').text()}",
            title=_title(body, deployment),
            outcome=outcome,
            started_at=deployment["created_at"].instant() if is_over else said_at,
            finished_at=said_at if is_over else None,
        )
    ]


def _workflow_run(body: Part) -> list[Signal]:
    run = body.require("workflow_run")
    if run["status"].text() != "completed":
        return []
    revision = run.require("head_sha").text()
    number, attempt = run.require("id").text(), run["run_attempt"].text()
    conclusion = run["conclusion"].text()
    return [
        EvidenceSeen(
            keys=(f"sha:{revision}",),
            revision=revision,
            service=body.inside("repository", "name").text(),
            url=_web(run["html_url"]),
            id=f"run:{number}:{attempt}",
            kind="build",
            name=run["name"].text() or body.inside("workflow", "name").text() or "workflow",
            outcome=CONCLUSIONS.get(conclusion, UNKNOWN),
            facts={
                "conclusion": conclusion,
                "branch": run["head_branch"].text(),
                "attempt": attempt,
            },
            happened_at=run["updated_at"].instant(),
        )
    ]


def _pull_request(body: Part) -> list[Signal]:
    pull = body.require("pull_request")
    if pull["merged"].value is not True:
        return []
    revision = pull.require("merge_commit_sha").text()
    keys = (f"sha:{revision}",)
    branch, title = pull.require("base").require("ref").text(), pull["title"].text()
    is_default = branch == body.inside("repository", "default_branch").text()
    merged_at = pull["merged_at"].instant()
    evidence = EvidenceSeen(
        keys=keys,
        revision=revision,
        service=body.inside("repository", "name").text(),
        url=_web(pull["html_url"]),
        id=f"pull:{pull.require('id').text()}:{revision}",
        kind="commit",
        name=f"#{pull['number'].text()} {title}",
        outcome=PASSED,
        facts={
            "branch": branch,
            "is_default": is_default,
            "commits": pull["commits"].value,
            "author": pull.inside("user", "login").text(),
        },
        happened_at=merged_at,
    )
    change = ChangeSeen(
        keys=keys,
        revision=revision,
        service=evidence.service,
        url=evidence.url,
        title=title,
        reason=MERGE,
        branch=branch,
        is_default_branch=is_default,
    )
    return [evidence, change]


def _push(body: Part) -> list[Signal]:
    revision = body.require("after").text()
    commits = [each["timestamp"].instant() for each in body["commits"].each()]
    times = [each for each in commits if each is not None]
    if revision == NO_COMMIT or not times:
        return []
    branch = body.require("ref").text().removeprefix("refs/heads/")
    return [
        EvidenceSeen(
            keys=(f"sha:{revision}",),
            revision=revision,
            service=body.inside("repository", "name").text(),
            url=_web(body["compare"]),
            id=f"push:{revision}:{branch}",
            kind="commit",
            name=body.inside("head_commit", "message").text().partition("\n")[0] or branch,
            outcome=PASSED,
            facts={
                "branch": branch,
                "is_default": branch == body.inside("repository", "default_branch").text(),
                "commits": len(times),
                "first_commit_at": min(times).isoformat(),
                "last_commit_at": max(times).isoformat(),
            },
            happened_at=max(times),
        )
    ]


def _protection_rule(body: Part) -> list[Signal]:
    deployment = body.require("deployment")
    seen = _seen(body, deployment)
    return [
        ChangeSeen(**seen, title=_title(body, deployment)),
        GateAsked(
            **seen,
            sort="github",
            answer_url=body.require("deployment_callback_url").text(),
            facts={"environment_name": body["environment"].text()},
        ),
    ]


def _seen(body: Part, deployment: Part) -> dict[str, Any]:
    revision = deployment.require("sha").text()
    return {
        "keys": (f"deployment:{deployment.require('id').text()}", f"sha:{revision}"),
        "revision": revision,
        "environment": deployment["environment"].text(),
        "service": body.inside("repository", "name").text(),
        "url": _web(body.inside("repository", "html_url")),
    }


def _title(body: Part, deployment: Part) -> str:
    name, ref = body.inside("repository", "full_name").text(), deployment["ref"].text()
    return f"Deploy {name} {ref} ({deployment['sha'].text()[:7]})"


def _web(part: Part) -> str:
    address = part.text()
    return address if address.startswith(("https://", "http://")) else ""


READERS: dict[str, Callable[[Part], list[Signal]]] = {
    "deployment": _deployment,
    "deployment_status": _deployment_status,
    "workflow_run": _workflow_run,
    "pull_request": _pull_request,
    "push": _push,
    "deployment_protection_rule": _protection_rule,
}
