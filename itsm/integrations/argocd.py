"""Argo CD, by a webhook of its notifications."""

from collections.abc import Mapping
from typing import Any, ClassVar

from changes.pipelines import DeploymentSeen, Signal, pipelines
from itsm.monitoring.payload import Part

PHASES = {"Running": "running", "Succeeded": "succeeded", "Failed": "failed", "Error": "failed"}
UNHEALTHY = ("Degraded", "Missing")


@pipelines.add("argocd")
class ArgoCD:
    """Applications of an Argo CD, as the template in the documentation words them."""

    token_header: ClassVar[str] = ""
    status: ClassVar[int] = 202
    keeps_refused: ClassVar[bool] = True

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]:
        body = Part(payload)
        app, revision = body.require("app").text(), body.require("revision").text()
        outcome = PHASES.get(body.require("phase").text())
        if outcome is None:
            return []
        if outcome == "succeeded" and body["health"].text() in UNHEALTHY:
            outcome = "failed"
        started_at = body["startedAt"].instant()
        images = [each.text() for each in body["image"].each()] if body["image"] else []
        name = f"sync:{app}:{revision}:{body['startedAt'].text()}"
        return [
            DeploymentSeen(
                keys=(name, f"sha:{revision}"),
                revision=revision,
                artifact_digest=_digest(images),
                environment=body["environment"].text(),
                service=app,
                url=body["url"].text(),
                id=name,
                title=f"Sync {app} to {', '.join(images) or revision[:7]}"[:250],
                outcome=outcome,
                started_at=started_at,
                finished_at=None if outcome == "running" else body["finishedAt"].instant(),
            )
        ]


def _digest(images: list[str]) -> str:
    digests = [each.partition("@")[2] for each in images if "@" in each]
    return digests[0] if len(digests) == 1 else ""
