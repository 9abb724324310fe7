"""A pipeline is connected in the admin, posts what it does, and people see it on the change."""

import json
import os
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from changes.models import Change, Pipeline
from itsm.people.models import User
from tests.integrations.pipelines import make_service, make_template
from tests.journeys.conftest import House, Sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]

PICTURES = os.environ.get("PICTURES", "")
SHA = "4b1d6f0c2e7a9835d0f1a2b3c4d5e6f708192a3b"


def test_a_pipeline_is_connected_and_what_it_does_is_seen(
    sit: Sit, house: House, alice: User, dana: User
) -> None:
    make_service()
    template = make_template()
    desk = sit(dana)
    page = desk.go("/admin/changes/pipeline/add/")
    page.get_by_label("Name").fill("Checkout")
    page.get_by_label("Kind").select_option("delivery")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    address, token = (page.locator(".told dd code").nth(place).inner_text() for place in (0, 1))
    Pipeline.objects.update(template=template, required_evidence=["scan"])
    _picture(page, "pipeline-connected")

    told = [
        {"event": "evidence", "id": "1", "kind": "tests", "name": "unit tests",
         "outcome": "passed", "revision": SHA, "url": "https://ci.example/1"},
        {"event": "evidence", "id": "2", "kind": "build", "name": "build",
         "outcome": "failed", "revision": SHA, "url": "https://ci.example/2"},
        {"event": "deployment", "id": "9", "outcome": "running", "revision": SHA,
         "service": "checkout", "url": "https://ci.example/9"},
    ]  # fmt: skip
    answer = httpx.post(
        address, content=json.dumps(told), headers={"Authorization": f"Bearer {token}"}
    )

    number = answer.json()["number"]
    assert Change.objects.get(number=number).state == "assess"
    for face in ("wide", "small"):
        seen = sit(alice, face=face)
        page = seen.go(f"/changes/{number}/")
        panel = page.locator("section", has_text="Evidence").last
        expect(panel.get_by_role("link", name="unit tests")).to_have_attribute(
            "href", "https://ci.example/1"
        )
        expect(panel.get_by_text("Failed")).to_be_visible()
        expect(panel.get_by_text("Missing")).to_be_visible()
        expect(panel.get_by_role("link", name=SHA[:12])).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
        panel.scroll_into_view_if_needed()
        _picture(page, f"evidence-{face}")


def _picture(page: object, name: str) -> None:
    """A picture for somebody to look at, where it is said that they go somewhere."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=False)  # type: ignore[attr-defined]
