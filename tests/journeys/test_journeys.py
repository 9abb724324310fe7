"""Whole stories in a real browser, through HTTP and websockets."""

import json
import re

import httpx
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import expect

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.monitoring.actions import create_source
from itsm.people.models import User
from itsm.tickets.actions import comment
from tests.journeys.conftest import House, Sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]


def opened(title: str, *, caller: User, actor: User) -> Incident:
    return actions.open_incident(report=Report(title=title, caller=caller), actor=actor)


def fire(house: House, title: str) -> None:
    source, token = create_source(kind="alertmanager", name="Alertmanager", actor=None)
    alert = {
        "status": "firing",
        "labels": {"alertname": "Down", "service": "checkout", "severity": "critical"},
        "annotations": {"summary": title},
        "startsAt": "2026-11-22T19:18:45.209Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "490b2b66d365c87d",
    }
    body = {"version": "4", "status": "firing", "alerts": [alert], "groupKey": "x"}
    answer = httpx.post(
        f"{house.address}/hooks/{source.slug}/",
        content=json.dumps(body),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 202, answer.text


def test_alice_signs_in_and_out(sit: Sit, alice: User):
    # The house runs with its own hasher, not with the fast one of the tests.
    alice.password = Argon2PasswordHasher().encode("a-long-password", "some-salt-of-ours")
    alice.save()
    page = sit(None).go("/incidents/?assignee=me")

    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill("a-long-password")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/incidents/\?assignee=me$"))

    page.get_by_label("Account of").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/sign-in/$"))


def test_an_alert_becomes_a_row_on_an_open_dashboard(sit: Sit, house: House, alice: User):
    page = sit(alice).go_live("/")

    fire(house, "Checkout answers with errors")

    row = page.locator("#newest .row").first
    expect(row).to_contain_text("Checkout answers with errors")
    expect(row).to_contain_text("P1")
    expect(page.locator("[data-part=alerts]")).to_contain_text("Checkout answers with errors")


def test_nothing_is_missed_while_the_line_is_down(
    sit: Sit, house: House, alice: User, charlie: User
):
    """P14."""
    person = sit(alice)
    page = person.go_live("/incidents/")

    house.kill()
    page.wait_for_selector("html[data-live=off]")
    opened("While nobody listened", caller=charlie, actor=charlie)
    house.start()

    news = page.locator("[data-news]")
    expect(news).to_be_visible(timeout=30_000)
    news.click()
    expect(page.locator("[data-rows] .row[data-number]").first).to_contain_text("nobody listened")
    person.complaints = [each for each in person.complaints if "ERR_" not in each]


def test_rows_stay_in_place_and_are_painted_anew(sit: Sit, alice: User, charlie: User):
    first = opened("First", caller=charlie, actor=charlie)
    page = sit(alice).go_live("/incidents/")

    actions.acknowledge(first, actor=alice)
    opened("Second", caller=charlie, actor=charlie)

    expect(page.locator(f"#{first.number}")).to_contain_text("Alice")
    expect(page.locator("[data-news]")).to_contain_text("1 new")
    expect(page.locator("[data-rows] .row[data-number]")).to_have_count(1)


def test_alice_works_an_incident_with_the_keyboard(sit: Sit, alice: User, charlie: User):
    opened("No sound", caller=charlie, actor=charlie)
    page = sit(alice).go_live("/incidents/")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("[data-detail]").get_by_role("heading", name="No sound")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/INC-*/")
    page.wait_for_selector("html[data-live=on]")
    page.keyboard.press("i")
    expect(page.locator("[data-part=timeline]")).to_contain_text("assigned it to Alice")
    page.keyboard.press("r")
    page.keyboard.type("We are on it")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble").last).to_contain_text("We are on it")
    # The line may tell of it before the answer to the sending has come.
    expect(page.locator("form[data-composer] textarea")).to_have_value("")
    page.keyboard.press("e")
    sheet = page.locator("dialog[open]")
    sheet.get_by_label("How was service restored?").select_option("fixed")
    sheet.get_by_label("What was done").fill("Restarted the sound server")
    sheet.get_by_role("button", name="Resolve", exact=True).click()

    expect(page.locator("[data-part=head]")).to_contain_text("Resolved")
    expect(page.locator("[data-part=timeline]")).to_contain_text("Restarted the sound server")


def test_a_draft_survives_what_others_do(sit: Sit, alice: User, bob: User, charlie: User):
    """UX12."""
    incident = opened("No sound", caller=charlie, actor=charlie)
    page = sit(alice).go_live(f"/incidents/{incident.number}/")
    text = page.get_by_label("Reply or note")
    text.fill("Half a thought")

    comment(ticket=incident, actor=bob, body="I have a hunch", public=False)

    expect(page.locator("[data-part=timeline]")).to_contain_text("I have a hunch")
    expect(text).to_have_value("Half a thought")
    expect(text).to_be_focused()
