"""Working through a queue: with the keyboard alone, on a phone, and when the server fails."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from incidents.models import Incident
from itsm.people.models import User
from tests.factories import IncidentFactory
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]


@pytest.fixture
def ten(alice: User, bob: User) -> list[Incident]:
    """Ten incidents that nobody has looked at."""
    return [IncidentFactory(title=f"Number {count}", opened_by=alice) for count in range(10)]


def row(page: Page, incident: Incident) -> Locator:
    return page.locator(f"#{incident.number}")


def test_alice_triages_ten_incidents_without_the_mouse(
    sit: Sit, alice: User, bob: User, ten: list[Incident]
):
    """UX13, UX22."""
    page = sit(alice).go_live("/incidents/?phase=open&order=oldest")
    press = page.keyboard.press

    press("j")
    press("i")  # the first one is hers
    press("s")
    press("1")  # and she starts at once
    expect(row(page, ten[0])).to_contain_text("In progress")
    for _ in range(3):
        press("j")
        press("x")
    press("2")  # three are urgent
    expect(page.locator(".badge.is-p2")).to_have_count(3)
    press("Escape")
    press("j")
    press("a")
    page.keyboard.type("bob")
    expect(page.locator("[data-picker] [role=option]")).to_have_count(1)
    press("Enter")  # the fifth goes to bob
    expect(row(page, ten[4])).to_contain_text("Bob")
    resolve_the_last_five(page)

    expect(page.locator("#queue .badge.is-resolved")).to_have_count(5)
    expect(page.locator(".many.has-picked")).to_have_count(0)
    states = list(Incident.objects.order_by("pk").values_list("state", "tags"))
    assert states[0] == ("in_progress", [])
    assert [state for state, _tags in states[5:]] == ["resolved"] * 5
    assert [tags for _state, tags in states[5:]] == [["fair"]] * 5


def resolve_the_last_five(page: Page) -> None:
    press = page.keyboard.press
    press("j")
    press("x")
    for _ in range(4):
        press("j")
    press("X")  # the last five are one story
    press("t")
    page.keyboard.type("fair")
    press("Enter")
    expect(page.get_by_text("5 records changed.")).to_be_visible()
    press("E")
    sheet = page.locator("dialog[open]")
    sheet.get_by_label("How was service restored?").select_option("fixed")
    sheet.get_by_label("What was done").fill("Restarted the till")
    press("Control+Enter")


def test_a_change_is_taken_back_with_one_key(sit: Sit, alice: User, ten: list[Incident]):
    page = sit(alice).go_live("/incidents/?phase=open")
    page.keyboard.press("j")
    page.keyboard.press("i")
    expect(row(page, ten[9])).to_contain_text("Alice")
    expect(page.locator("[data-key=z]")).to_be_visible()

    page.keyboard.press("z")

    expect(row(page, ten[9])).to_contain_text("Nobody")
    assert Incident.objects.get(pk=ten[9].pk).assignee is None


@pytest.mark.parametrize("fault", ["500", "offline"])
def test_a_row_returns_to_what_it_was_when_the_server_fails(
    sit: Sit, alice: User, ten: list[Incident], fault: str
):
    """UX17."""
    person = sit(alice)
    page = person.go_live("/incidents/?phase=open")
    if fault == "500":
        page.route("**/change/", lambda route: route.fulfill(status=500, body="no"))
    else:
        page.route("**/change/", lambda route: route.abort())
    page.keyboard.press("j")

    page.keyboard.press("1")

    expect(page.locator(".toast")).to_contain_text("nothing was changed")
    expect(row(page, ten[9]).locator(".badge.is-p3")).to_be_visible()
    expect(row(page, ten[9])).to_have_class(re.compile("is-current"))
    person.complaints = [each for each in person.complaints if "Failed to load" not in each]


def test_what_the_server_refuses_is_said_and_shown(sit: Sit, alice: User, ten: list[Incident]):
    person = sit(alice)
    page = person.go_live("/incidents/?phase=open")
    page.keyboard.press("j")

    page.keyboard.press("s")
    page.keyboard.press("1")

    expect(page.locator(".toast")).to_contain_text("Assign")
    expect(row(page, ten[9])).to_contain_text("New")
    person.complaints = [each for each in person.complaints if "409" not in each]


def test_a_change_is_painted_before_the_server_answers(sit: Sit, alice: User, ten: list[Incident]):
    """UX9."""
    page = sit(alice).go_live("/incidents/?phase=open")
    held: list[Any] = []
    page.route("**/change/", lambda route: held.append(route))  # noqa: PLW0108 playwright looks
    page.keyboard.press("j")

    with page.expect_request("**/change/"):
        page.keyboard.press("1")

    expect(row(page, ten[9]).locator(".badge.is-p1")).to_be_visible(timeout=500)
    assert Incident.objects.get(pk=ten[9].pk).priority == 3
    held[0].continue_()
    expect(page.locator("[data-key=z]")).to_be_visible()


def test_the_queue_is_worked_on_a_phone(sit: Sit, alice: User, ten: list[Incident]):
    page = sit(alice, face="phone", has_touch=True).go_live("/incidents/?phase=open")
    page.get_by_label(f"Select {ten[9].number}").check()
    page.get_by_label(f"Select {ten[8].number}").check()

    page.get_by_role("button", name="To me").click()

    expect(page.get_by_text("2 records changed.")).to_be_visible()
    assert Incident.objects.filter(assignee=alice).count() == 2
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_a_filter_narrows_the_list_in_place(sit: Sit, alice: User, ten: list[Incident]):
    IncidentFactory(title="Grave", priority=1, opened_by=alice)
    page = sit(alice).go_live("/incidents/?phase=open")

    page.keyboard.press("f")
    page.locator(".tick", has_text="P1").click()

    expect(page).to_have_url(re.compile(r"priority=1"))
    expect(page.locator("#queue .row[data-number]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_label("Take the filter Priority away").click()
    expect(page.locator("#queue .row[data-number]")).to_have_count(11)


def test_a_record_is_read_beside_its_list_and_followed_with_j(
    sit: Sit, alice: User, ten: list[Incident]
):
    page = sit(alice).go_live("/incidents/?phase=open")
    page.locator(f"#{ten[9].number} .title").click()
    detail = page.locator("[data-detail]")
    expect(detail.get_by_role("heading", name="Number 9")).to_be_visible()

    page.keyboard.press("j")

    expect(detail.get_by_role("heading", name="Number 8")).to_be_visible()
    expect(page).to_have_url(re.compile(f"open={ten[8].number}"))
    page.keyboard.press("i")
    expect(detail).to_contain_text("assigned it to Alice")
    page.reload()
    expect(detail.get_by_role("heading", name="Number 8")).to_be_visible()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
