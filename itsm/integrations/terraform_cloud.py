"""HCP Terraform and Terraform Enterprise: run tasks and notifications of runs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from changes.pipelines import (
    ChangeSeen,
    DeploymentSeen,
    GateAsked,
    Letter,
    Signal,
    Told,
    pipelines,
    wordings,
)
from itsm.monitoring.payload import Part

# Of a run, by the trigger of a notification.
OUTCOMES = {"run:applying": "running", "run:completed": "succeeded", "run:errored": "failed"}
ASKING = ("run:planning", "run:created", "run:needs_attention")
# At these stages a run waits for what its tasks say.
GATED = ("post_plan", "pre_apply")


@pipelines.add("terraform-cloud")
class TerraformCloud:
    """Workspaces of an HCP Terraform."""

    token_header: ClassVar[str] = ""
    status: ClassVar[int] = 200
    # A run task brings the token it is to be answered with.
    keeps_refused: ClassVar[bool] = False

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]:
        body = Part(payload)
        if body["notifications"].value is not None:
            return _of_notifications(body)
        return _of_run_task(body)


STATUSES = {"waiting": "running", "approved": "passed", "rejected": "failed"}


@wordings.add("terraform-cloud")
def answer(told: Told) -> Letter | None:
    """The verdict as the result of a run task; while it waits, that it does."""
    attributes = {"status": STATUSES[told.answer], "message": told.why[:250], "url": told.url}
    return Letter(
        method="PATCH",
        json={"data": {"type": "task-results", "attributes": attributes}},
        headers={"Content-Type": "application/vnd.api+json"},
    )


def _of_run_task(body: Part) -> list[Signal]:
    is_speculative = body["is_speculative"].value is True
    if body.require("stage").text() not in GATED or is_speculative:
        return []
    seen = _seen(body, body["run_app_url"].text())
    return [
        ChangeSeen(**seen, title=_title(body), category="infra"),
        GateAsked(
            **seen,
            sort="terraform-cloud",
            answer_url=body.require("task_result_callback_url").text(),
            token=body.require("access_token").text(),
            facts={"plan_url": body["plan_json_api_url"].text()},
        ),
    ]


def _of_notifications(body: Part) -> list[Signal]:
    found: list[Signal] = []
    for each in body["notifications"].each():
        trigger = each.require("trigger").text()
        seen = _seen(body, body["run_url"].text()) if body["run_id"] else {}
        at = each["run_updated_at"].instant()
        if seen and trigger in ASKING:
            needs_people = trigger == "run:needs_attention"
            found.append(
                ChangeSeen(**seen, title=_title(body), category="infra", needs_people=needs_people)
            )
        elif seen and (outcome := OUTCOMES.get(trigger)):
            found.append(
                DeploymentSeen(
                    **seen,
                    id=seen["keys"][0],
                    title=_title(body),
                    outcome=outcome,
                    started_at=at if outcome == "running" else body["run_created_at"].instant(),
                    finished_at=None if outcome == "running" else at,
                )
            )
    return found


def _seen(body: Part, url: str) -> dict[str, Any]:
    return {
        "keys": (f"run:{body.require('run_id').text()}",),
        "service": body["workspace_name"].text(),
        "url": url,
    }


def _title(body: Part) -> str:
    workspace, message = body["workspace_name"].text(), body["run_message"].text()
    return f"{workspace}: {message}" if message else workspace or "Terraform run"
