"""A source that posts, and what it shows to prove that it is itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from itsm.monitoring.actions import create_source
from itsm.monitoring.models import MonitoringSource


class Tool:
    """A monitoring tool: a source, its token and a way to post."""

    def __init__(self, source: MonitoringSource, token: str) -> None:
        self.source = source
        self.token = token
        self.client = Client()

    def post(
        self,
        body: Any,
        *,
        content_type: str = "application/json",
        path: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Post a body, with the token as Bearer unless other headers are given."""
        return self.client.post(
            path or f"/hooks/{self.source.slug}/",
            data=body,
            content_type=content_type,
            headers={"Authorization": f"Bearer {self.token}"} if headers is None else headers,
        )


@pytest.fixture
def tool_of(db: None) -> Callable[..., Tool]:
    """A maker of tools of a kind."""

    def make(kind: str, name: str = "", **settings: Any) -> Tool:
        made = create_source(kind=kind, name=name or kind, actor=None, settings=settings)
        return Tool(*made)

    return make


@pytest.fixture
def alertmanager(tool_of: Callable[..., Tool]) -> Tool:
    """An Alertmanager."""
    return tool_of("alertmanager")
