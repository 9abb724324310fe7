"""Items to order, a system that remembers what it was told, and the clock's hand."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from itsm.core import http
from itsm.people.models import Team, User
from requests import actions, chores
from requests.actions import Line
from requests.models import CatalogItem, ServiceRequest, Target
from tests.factories import CatalogItemFactory

Make = Callable[..., CatalogItem]
Order = Callable[..., ServiceRequest]


class Remote:
    """Another system: what it did by key, and what it answers next."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any, str]] = []
        self.done: dict[str, Any] = {}
        self.answers: list[Any] = []

    def __call__(self, method: str, url: str, *, json: Any, headers: Any) -> httpx.Response:
        key = headers["Idempotency-Key"]
        self.calls.append((method, url, json, key))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        if answer < 300:
            self.done.setdefault(key, json)
        return httpx.Response(answer, json={"id": f"thing-{len(self.done)}"})


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch, db: None) -> Remote:
    """The only system there is to call; it knows keys."""
    found = Remote()
    monkeypatch.setattr(http, "call", found)
    Target.objects.create(
        slug="cloud", name="Cloud", address="https://cloud.example.org/api", knows_keys=True
    )
    return found


@pytest.fixture
def make(platform: Team) -> Make:
    """Makes an item whose version is checked as an editor's would be."""

    def make(slug: str = "laptop", *, owner: Team | None = platform, **made: Any) -> CatalogItem:
        columns = {
            name: made.pop(name)
            for name in ("price", "currency", "quota", "audience", "hours")
            if name in made
        }
        item = CatalogItemFactory(slug=slug, owner_team=owner, **columns)
        if made:
            actions.keep_version(item=item, given=made, actor=None)
        return CatalogItem.objects.get(pk=item.pk)

    return make


@pytest.fixture
def order(charlie: User) -> Order:
    """Orders one thing, for charlie unless said otherwise."""

    def order(
        item: CatalogItem, *, by: User = charlie, for_: User | None = None, **answers: Any
    ) -> ServiceRequest:
        line = Line(item=item, requested_for=for_ or by, answers=answers)
        return actions.place_order(lines=[line], actor=by)[0].requests.get()

    return order


@pytest.fixture
def clock() -> Iterator[Any]:
    """The clock's hand, which only moves when it is told to."""
    with time_machine.travel(timezone.now(), tick=False) as hand:
        yield hand


def go_on(service_request: ServiceRequest, *, at: datetime | None = None) -> ServiceRequest:
    """The request after everything that is due for it by now was done."""
    chores.go_on()
    service_request.refresh_from_db()
    return service_request
