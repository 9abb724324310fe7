"""One record, several people: what they write, edit and see of each other in a real browser."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.actions import comment, keep_draft, link, pin, save_template, watch
from tests.journeys.conftest import House, Sit
from tests.journeys.looking import shut_out

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
]

PASTE = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  canvas.getContext("2d").fillRect(0, 0, 40, 40);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "image.png", { type: "image/png" }));
  document.querySelector("#reply-body").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def opened(*, caller: User, actor: User) -> Incident:
    return actions.open_incident(report=Report(title="No sound", caller=caller), actor=actor)


def path(incident: Incident) -> str:
    return f"/incidents/{incident.number}/"


def text_of(page: Page) -> str:
    return page.get_by_label("Reply or note").input_value()


def test_a_reply_with_a_mention_and_a_pasted_picture(
    sit: Sit, alice: User, bob: User, charlie: User
):
    incident = opened(caller=charlie, actor=charlie)
    page = sit(alice).go_live(path(incident))
    page.keyboard.press("r")

    page.keyboard.type("Look, @bo")
    expect(page.get_by_role("option", name="@bob")).to_be_visible(timeout=5000)
    page.keyboard.press("Enter")
    page.evaluate(PASTE)
    expect(page.locator(".drafted img")).to_be_visible(timeout=8000)
    page.keyboard.type("and tell me.")
    page.keyboard.press("Control+Enter")

    said = page.locator(".bubble").last
    expect(said.locator(".mention")).to_have_text("@bob")
    expect(said.locator("img")).to_be_visible()
    assert text_of(page) == ""
    assert page.locator(".drafted img").count() == 0
    assert Event.objects.get(name="incident.mentioned").data["users"] == [bob.pk]
    theirs = sit(charlie, face="phone").go(f"/portal/items/{incident.number}/")
    expect(theirs.locator(".bubble img")).to_be_visible()


def test_colleagues_see_each_other_write(sit: Sit, alice: User, bob: User, charlie: User):
    """UX11, UX12."""
    incident = opened(caller=charlie, actor=charlie)
    mine = sit(alice).go_live(path(incident))
    queue = sit(alice).go_live("/incidents/?phase=open")
    theirs = sit(bob).go_live(path(incident))
    expect(mine.locator(".present")).to_contain_text("is here")
    expect(queue.get_by_role("img", name="Bob is here")).to_be_visible()

    theirs.get_by_label("Reply or note").press_sequentially("I have a hunch")

    expect(mine.locator(".present")).to_contain_text("is writing")
    expect(mine.locator(".writing")).to_contain_text("is writing a reply")
    expect(queue.get_by_role("img", name="Bob is writing")).to_be_visible()
    theirs.close()
    expect(queue.get_by_role("img", name="Bob is")).to_have_count(0)
    expect(mine.locator(".present")).not_to_contain_text("Bob")
    again = sit(bob, face="phone").go(path(incident))
    assert text_of(again) == "I have a hunch"


def test_a_reply_that_crosses_another_is_held_and_sent_with_one_click(
    sit: Sit, alice: User, charlie: User
):
    """UX19."""
    incident = opened(caller=charlie, actor=charlie)
    person = sit(alice)
    page = person.go_live(path(incident))
    page.get_by_label("Reply or note").fill("Please restart it")
    comment(ticket=incident, actor=charlie, body="It works again!")
    expect(page.locator("[data-part=timeline]")).to_contain_text("works again")

    page.get_by_role("button", name="Send reply").click()

    expect(page.locator(".held")).to_contain_text("It works again!")
    assert text_of(page) == "Please restart it"
    assert not incident.comments.filter(body="Please restart it").exists()
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator(".bubble").last).to_contain_text("Please restart it")
    expect(page.locator(".held")).to_have_count(0)
    person.complaints = [each for each in person.complaints if "409" not in each]


def test_two_agents_edit_one_record(sit: Sit, alice: User, bob: User, charlie: User):
    incident = opened(caller=charlie, actor=charlie)
    one, other = sit(alice), sit(bob)
    for person in (one, other):
        person.go_live(path(incident))
        person.page.keyboard.press("o")
        expect(person.page.locator("dialog[open] form")).to_be_visible(timeout=8000)
    other.page.locator("dialog[open]").get_by_label("Title").fill("No sound in room 5")
    other.page.locator("dialog[open]").get_by_label("Impact").select_option("1")
    other.page.locator("dialog[open]").get_by_role("button", name="Save").click()
    expect(other.page.locator("h1").first).to_contain_text("room 5")

    one.page.locator("dialog[open]").get_by_label("Title").fill("No sound at all")
    one.page.locator("dialog[open]").get_by_label("Urgency").select_option("1")
    one.page.locator("dialog[open]").get_by_role("button", name="Save").click()

    sheet = one.page.locator("dialog[open]")
    expect(sheet).to_contain_text("Two of you changed the same thing")
    expect(sheet.locator(".theirs")).to_have_text("No sound in room 5")
    sheet.get_by_role("button", name="Save").click()
    expect(one.page.locator("h1").first).to_have_text("No sound at all")
    incident.refresh_from_db()
    assert (incident.title, incident.impact, incident.urgency) == ("No sound at all", 1, 1)
    one.complaints = [each for each in one.complaints if "409" not in each]


def test_nothing_is_missed_and_nothing_lost_without_a_network(
    sit: Sit, house: House, alice: User, bob: User, charlie: User
):
    incident = opened(caller=charlie, actor=charlie)
    person = sit(alice)
    page = person.go_live(path(incident))
    page.get_by_label("Reply or note").fill("Half a thought")

    house.kill()
    page.wait_for_selector("html[data-live=off]")
    began = time.monotonic()
    page.get_by_label("Reply or note").press_sequentially(", and the other half")
    comment(ticket=incident, actor=bob, body="While you were away", public=False)
    page.wait_for_timeout(20_000 - 1000 * (time.monotonic() - began))
    house.start()

    timeline = page.locator("[data-part=timeline]")
    expect(timeline).to_contain_text("While you were away", timeout=30_000)
    assert text_of(page) == "Half a thought, and the other half"
    expect(page.locator("[data-draft-status]")).to_have_text("Draft saved", timeout=15_000)
    assert incident.drafts.get().body == "Half a thought, and the other half"
    person.complaints = [each for each in person.complaints if "ERR_" not in each]


def test_an_entry_is_pinned_and_linked_to(sit: Sit, alice: User, charlie: User):
    incident = opened(caller=charlie, actor=charlie)
    comment(ticket=incident, actor=alice, body="The fuse is gone", public=False)
    page = sit(alice).go_live(path(incident))
    entry = page.locator(".moment.is-said").last
    entry.hover()

    entry.get_by_role("button", name="Pin to the key moments").click()

    expect(page.locator(".key-moments")).to_contain_text("The fuse is gone")
    page.locator(".key-moments a").click()
    expect(page).to_have_url(re.compile(r"#event-\d+$"))


def test_a_long_timeline_grows_at_both_ends_without_moving(
    sit: Sit, alice: User, bob: User, charlie: User
):
    incident = opened(caller=charlie, actor=charlie)
    for count in range(60):
        comment(ticket=incident, actor=alice, body=f"Line {count:02}", public=False)
    page = sit(alice).go_live(path(incident))
    timeline = page.locator("[data-part=timeline]")
    expect(timeline).not_to_contain_text("Line 05")
    page.get_by_role("link", name="Show earlier").click()
    expect(timeline).to_contain_text("Line 00")
    expect(page.locator(".day")).to_have_count(1)
    expect(page.get_by_role("link", name="Show earlier")).to_have_count(0)
    page.evaluate("scrollTo(0, 0)")

    comment(ticket=incident, actor=bob, body="The newest word", public=False)

    expect(page.locator("[data-newer]")).to_contain_text("1 new below")
    expect(timeline).to_contain_text("Line 00")
    assert page.evaluate("scrollY") == 0
    page.locator("[data-newer]").click()
    expect(page.get_by_text("The newest word")).to_be_in_viewport()
    expect(page.locator("[data-newer]")).to_be_hidden()


STATES = ["", "?show=changes", "?print=1", "similar/", "edit/?only=tags"]


@pytest.mark.parametrize(("face", "scheme"), [("wide", "light"), ("small", "dark")])
def test_no_state_of_a_record_shuts_anybody_out(
    sit: Sit, alice: User, bob: User, charlie: User, scheme: str, face: str
):
    """UX1, UX3."""
    incident, other = (opened(caller=charlie, actor=charlie) for _ in range(2))
    comment(ticket=incident, actor=alice, body="**Look**, @bob: `a`\n\n- one\n- two", public=False)
    pin(ticket=incident, event_id=Event.objects.get(name="incident.noted").pk, actor=alice)
    link(ticket=incident, other=other, actor=alice)
    watch(ticket=incident, user=bob, actor=alice)
    keep_draft(ticket=incident, author=bob, body="Half a thought", public=True)
    save_template(actor=alice, name="Hello", body="Dear {caller}", audience="mine")
    person = sit(alice, face=face, color_scheme=scheme)

    found = {}
    for address in [*(path(incident) + state for state in STATES), "/replies/"]:
        page = person.go(address)
        page.wait_for_timeout(400)
        faults = shut_out(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[address] = faults + (["scrolls sideways"] if wide > 0 else [])

    assert {address: faults for address, faults in found.items() if faults} == {}
