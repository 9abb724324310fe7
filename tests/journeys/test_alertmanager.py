"""Alertmanager's own posts, in their order, seen by a program and by a person watching."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from itsm.monitoring.actions import create_source
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.integrations.payloads import Payload, folders, payloads_in
from tests.journeys.conftest import House, Sit
from tests.loopback import PLAIN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
]
FOLDERS = [pytest.param(each, id=each.parent.name) for each in folders("alertmanager")]
ENDED = ("resolved", "expired")


class Watch:
    """A program with a token and a person with the dashboard open, both watching one source."""

    def __init__(self, house: House, page: Page, agent: User) -> None:
        self.house, self.page = house, page
        self.source, self.secret = create_source(kind="alertmanager", name="prod", actor=None)
        _token, self.token = issue_token(user=agent, name="watch")
        self.seen: set[str] = set()

    def post(self, payload: Payload) -> dict[str, Any]:
        """Post as Alertmanager did; the answer."""
        answer = httpx.post(
            self.house.address + payload.path_with(self.source.slug, self.secret),
            content=payload.body,
            headers={
                "Content-Type": payload.content_type,
                **payload.headers_with(self.secret),
            },
            verify=PLAIN,
        )
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def get(self, path: str) -> Any:
        """What the API says."""
        answer = httpx.get(
            f"{self.house.address}/api/v1/{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            verify=PLAIN,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def incident(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"incidents/{number}/")
        return found

    def alerts(self, number: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.get(f"incidents/{number}/alerts/")["results"]
        return listed

    def expect_row(self, number: str, *, is_there: bool) -> None:
        """The open dashboard shows the open incident, and shows it no more once it is over."""
        row = self.page.locator("#newest").get_by_text(number, exact=True)
        expect(row).to_have_count(1 if is_there else 0)


def opened(watch: Watch, told: dict[str, Any], expected: dict[str, Any]) -> None:
    number = told["number"]
    assert number not in watch.seen
    watch.seen.add(number)
    incident = watch.incident(number)
    assert incident["state"] == "new"
    assert incident["service"] == expected["service"]
    assert f"P{incident['priority']}" == expected.get("priority_hint", f"P{incident['priority']}")
    assert expected.get("ci", "") in ["", *incident["configuration_items"]]
    assert watch.alerts(number)[0]["severity"] == expected["severity"]
    watch.expect_row(number, is_there=True)


def updated(watch: Watch, told: dict[str, Any], expected: dict[str, Any]) -> None:
    number = told["number"]
    assert number in watch.seen
    firing = [each for each in watch.alerts(number) if each["status"] not in ENDED]
    assert len(firing) == expected["alerts_open"]
    watch.expect_row(number, is_there=True)


def deduplicated(watch: Watch, told: dict[str, Any], _expected: dict[str, Any]) -> None:
    assert told["number"] in watch.seen
    assert len(watch.get("incidents/")["results"]) == len(watch.seen)
    assert all(each["count"] >= 2 for each in watch.alerts(told["number"]))


def resolved(watch: Watch, told: dict[str, Any], _expected: dict[str, Any]) -> None:
    if told["number"] is None:
        # It never fired here: noted as over, and nobody is bothered.
        assert {each["status"] for each in told["alerts"]} == {"resolved"}
        return
    incident = watch.incident(told["number"])
    assert incident["state"] == "resolved"
    ends = [each["ends_at"] for each in watch.alerts(told["number"])]
    assert incident["resolved_at"] == max(ends)
    watch.expect_row(told["number"], is_there=False)


OUTCOMES = {
    "incident.open": opened,
    "incident.update": updated,
    "incident.dedup": deduplicated,
    "incident.resolve": resolved,
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_alertmanagers_posts_open_grow_and_resolve_incidents_before_everybodys_eyes(
    folder: Any, sit: Sit, house: House, alice: User
):
    watch = Watch(house, sit(alice).go_live("/"), alice)

    for payload in payloads_in(folder):
        told = watch.post(payload)
        OUTCOMES[payload.expect["outcome"]](watch, told, payload.expect)
