"""A pipeline that posts its captured payloads, and what there is of changes meanwhile."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from changes.actions import connect_pipeline
from changes.models import (
    Change,
    ChangeTemplate,
    Deployment,
    Evidence,
    GateCall,
    Pipeline,
    TemplateVersion,
)
from itsm.inventory.models import Service
from tests.factories import ServiceFactory, UserFactory
from tests.integrations.payloads import Payload

SECRET = "test-webhook-secret"
PLANS = ("implementation_plan", "test_plan", "backout_plan")


def make_template(**settings: Any) -> ChangeTemplate:
    """A template whose changes need no leave."""
    template = ChangeTemplate.objects.create(slug="deploy", name="Deploy", standing="active")
    told: dict[str, Any] = {
        "template": template,
        "number": 1,
        "category": "deploy",
        "title": "Deploy",
        "backout_tested": True,
        "editable": ["category"],
        "created_by": UserFactory(),
        **dict.fromkeys(PLANS, "As always."),
        **settings,
    }
    TemplateVersion.objects.create(**told)
    return template


def make_service() -> Service:
    """What is delivered."""
    service: Service = ServiceFactory(name="checkout", tier=3)
    return service


@dataclass
class Tool:
    """A connected pipeline, its token, and a way to post."""

    pipeline: Pipeline
    token: str

    @classmethod
    def of(cls, kind: str, **settings: Any) -> "Tool":
        """Connect one whose changes need no leave."""
        given = {"service": make_service(), "template": make_template(), "secret": SECRET}
        given |= {"answer_hosts": ["api.github.com", "app.terraform.io"], **settings}
        return cls(*connect_pipeline(kind=kind, name=kind, actor=None, settings=given))

    def send(
        self, payload: Payload, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Post as the tool did."""
        return Client().post(
            payload.path_with(self.pipeline.slug, self.token),
            data=payload.body if body is None else body,
            content_type=payload.content_type,
            headers={**payload.headers_with(self.token), **(headers or {})},
        )

    def post(self, body: Any, **headers: str) -> Any:
        """Post something of one's own, with the token."""
        return Client().post(
            f"/hooks/{self.pipeline.slug}/",
            data=body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )


def counts() -> dict[str, int]:
    """How much there is of everything a pipeline can make."""
    made = (Change, Evidence, Deployment, GateCall)
    return {each.__name__: each.objects.count() for each in made}
