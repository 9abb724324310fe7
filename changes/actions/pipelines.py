"""Setting up the tools that deliver."""

from collections.abc import Mapping
from typing import Any

from changes.models import Pipeline
from changes.pipelines import pipelines
from itsm.monitoring.actions import Toolbox
from itsm.people.models import User

PIPELINES = Toolbox(
    model=Pipeline, kinds=pipelines, rotated="pipeline.token_rotated", bots="pipeline"
)


def connect_pipeline(
    *, kind: str, name: str, actor: User | None, settings: Mapping[str, Any] | None = None
) -> tuple[Pipeline, str]:
    """Let a tool tell of deliveries; its token is returned this once."""
    return PIPELINES.connect(kind=kind, name=name, actor=actor, settings=settings)


def rotate_pipeline_token(*, pipeline: Pipeline, actor: User | None) -> str:
    """Give it a new token, returned this once; the old one is worth nothing from now on."""
    return PIPELINES.rotate(tool=pipeline, actor=actor)
