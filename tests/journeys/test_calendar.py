"""Changes on the calendar: dragged, moved with the keyboard, on a phone, and approved there."""

import os
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from changes import actions
from changes.actions.meetings import plan_meetings
from changes.models import AgendaItem, Board, Change, Window
from itsm.approvals.links import token_for
from itsm.approvals.models import Approval, Rule, Stage
from itsm.people.models import User
from itsm.people.selectors import system_user
from tests.factories import ChangeFactory, ServiceFactory
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(90)]

# Where pictures go for somebody to look at; none are taken unless it is said.
PICTURES = os.environ.get("PICTURES", "")
VIEWS = ("day", "week", "month", "lanes")


@pytest.fixture
def monday() -> datetime:
    """Noon of the Monday after next, so that nothing of the week has passed."""
    today = timezone.now().date()
    day = today + timedelta(days=14 - today.weekday())
    return datetime.combine(day, time(12), UTC)


def planned(start: datetime, *, hours: float = 1, **given: object) -> Change:
    return ChangeFactory(planned_start=start, planned_end=start + timedelta(hours=hours), **given)


def slot(page: Page, change: Change) -> Locator:
    return page.locator(f"[data-number={change.number}]").first


def drag(page: Page, what: Locator, to: tuple[float, float], *, drop: bool = True) -> None:
    """Take it in its middle and let it go so far away."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 6
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + to[0] / 2, y + to[1] / 2, steps=4)
    page.mouse.move(x + to[0], y + to[1], steps=4)
    if drop:
        page.mouse.up()


def test_a_change_is_dragged_to_another_day_and_taken_back(
    sit: Sit, alice: User, monday: datetime
) -> None:
    change = planned(monday)
    page = sit(alice).go(f"/changes/calendar/?view=month&on={monday.date()}")
    width = page.locator(".cell").first.bounding_box()["width"]  # type: ignore[index]

    drag(page, slot(page, change), (2 * width, 0), drop=False)
    expect(page.locator("[data-status]")).to_contain_text("nothing is in its way")
    page.mouse.up()

    expect(page.locator(".toast")).to_contain_text(f"{change.number} is planned for")
    change.refresh_from_db()
    assert change.planned_start == monday + timedelta(days=2)
    cell = page.locator(f"[data-day='{(monday + timedelta(days=2)).date()}']")
    expect(cell.locator(f"[data-number={change.number}]")).to_be_visible()

    page.keyboard.press("z")

    home = page.locator(f"[data-day='{monday.date()}']")
    expect(home.locator(f"[data-number={change.number}]")).to_be_visible()
    change.refresh_from_db()
    assert change.planned_start == monday


def test_a_finger_that_rests_on_a_change_takes_it_along(
    sit: Sit, alice: User, monday: datetime
) -> None:
    change = planned(monday)
    person = sit(alice, has_touch=True, new=True)
    page = person.go(f"/changes/calendar/?view=month&on={monday.date()}")
    what = slot(page, change)
    what.scroll_into_view_if_needed()
    box, width = what.bounding_box(), page.locator(".cell").first.bounding_box()["width"]  # type: ignore[index]
    assert box is not None
    finger = page.context.new_cdp_session(page)

    def touch(sort: str, *across: float) -> None:
        points = [{"x": box["x"] + 9 + each, "y": box["y"] + 6} for each in across]
        finger.send("Input.dispatchTouchEvent", {"type": sort, "touchPoints": points})

    touch("touchStart", 0)
    expect(what).to_have_class(re.compile("is-dragged"))
    touch("touchMove", width / 2)
    touch("touchMove", width)
    expect(page.locator("[data-status]")).to_contain_text("nothing is in its way")
    touch("touchEnd")

    expect(page.locator(".toast")).to_contain_text(f"{change.number} is planned for")
    change.refresh_from_db()
    assert change.planned_start == monday + timedelta(days=1)


def test_what_is_in_the_way_is_said_while_it_is_dragged(
    sit: Sit, alice: User, monday: datetime
) -> None:
    change = planned(monday)
    Window.objects.create(
        sort="freeze", name="Fair", starts_at=monday + timedelta(hours=2),
        ends_at=monday + timedelta(hours=6),
    )  # fmt: skip
    page = sit(alice).go(f"/changes/calendar/?view=week&on={monday.date()}")
    hour = page.locator(".track").first.bounding_box()["height"] / 24  # type: ignore[index]

    drag(page, slot(page, change), (0, 3 * hour), drop=False)

    expect(page.locator("[data-status]")).to_contain_text("Fair: It falls into a freeze.")
    expect(page.locator("[data-status]")).to_contain_text("next free")
    expect(slot(page, change)).to_have_class(re.compile("is-block"))
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("[data-status]")).to_be_hidden()
    assert Change.objects.get(pk=change.pk).planned_start == monday


def test_dragging_up_and_down_changes_the_hour(sit: Sit, alice: User, monday: datetime) -> None:
    change = planned(monday)
    page = sit(alice).go(f"/changes/calendar/?view=week&on={monday.date()}")
    hour = page.locator(".track").first.bounding_box()["height"] / 24  # type: ignore[index]

    drag(page, slot(page, change), (0, -1.5 * hour))

    expect(page.locator(".toast")).to_be_visible()
    change.refresh_from_db()
    assert change.planned_start == monday - timedelta(minutes=90)
    assert page.url.endswith(str(monday.date()))  # the link was not followed


def test_along_the_lane_of_its_service_it_is_dragged_as_well(
    sit: Sit, alice: User, monday: datetime
) -> None:
    change = planned(monday, service=ServiceFactory(name="checkout"))
    page = sit(alice).go(f"/changes/calendar/?view=lanes&on={monday.date()}")
    width = page.locator(".lane-track").first.bounding_box()["width"]  # type: ignore[index]

    drag(page, slot(page, change), (width / 7, 0))

    expect(page.locator(".toast")).to_be_visible()
    assert Change.objects.get(pk=change.pk).planned_start == monday + timedelta(days=1)


def test_a_change_is_moved_with_the_keyboard_alone(sit: Sit, alice: User, monday: datetime) -> None:
    change = planned(monday)
    page = sit(alice).go(f"/changes/calendar/?view=week&on={monday.date()}")
    slot(page, change).focus()

    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-status]")).to_contain_text("12:30–13:30")
    page.keyboard.press("Enter")

    expect(page.locator(".toast")).to_be_visible()
    change.refresh_from_db()
    assert change.planned_start == monday + timedelta(days=1, minutes=30)
    expect(slot(page, change)).to_be_focused()


def test_leave_that_was_given_is_not_lost_by_a_slip_of_the_hand(
    sit: Sit, alice: User, monday: datetime
) -> None:
    change = planned(monday, at_state="scheduled")
    page = sit(alice).go(f"/changes/calendar/?view=week&on={monday.date()}")
    slot(page, change).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")

    page.get_by_role("button", name="Leave it").click()
    expect(page.locator("dialog[data-ask]")).to_be_hidden()
    assert Change.objects.get(pk=change.pk).state == "scheduled"

    slot(page, change).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Move it").click()

    expect(page.locator(".toast")).to_be_visible()
    moved = Change.objects.get(pk=change.pk)
    assert (moved.state, moved.planned_start) == ("new", monday + timedelta(days=1))


def test_somebody_elses_move_is_not_overwritten(
    sit: Sit, alice: User, bob: User, monday: datetime
) -> None:
    change, person = planned(monday), sit(alice)
    page = person.go(f"/changes/calendar/?view=week&on={monday.date()}")
    slot(page, change).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-status]")).to_be_visible()
    Change.objects.filter(pk=change.pk).update(version=9)

    page.keyboard.press("Enter")

    expect(page.locator(".toast")).to_contain_text("has changed since you opened it")
    person.complaints = [each for each in person.complaints if "412" not in each]
    assert Change.objects.get(pk=change.pk).planned_start == monday


@pytest.mark.parametrize("view", VIEWS)
def test_on_a_phone_it_is_a_list_that_never_scrolls_sideways(
    sit: Sit, alice: User, monday: datetime, view: str
) -> None:
    change = planned(monday, service=ServiceFactory(name="checkout"), title="A " + "long " * 20)
    page = sit(alice, face="small").go(f"/changes/calendar/?view={view}&on={monday.date()}")

    link = page.get_by_role("link", name=re.compile(change.number)).first
    expect(link).to_be_visible()
    overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    link.click()
    page.wait_for_url(f"**/changes/{change.number}/")


def test_without_a_script_everything_is_there_and_a_form_moves_it(
    sit: Sit, alice: User, monday: datetime
) -> None:
    change = planned(monday)
    page = sit(alice, java_script_enabled=False).go(
        f"/changes/calendar/?view=week&on={monday.date()}"
    )
    page.get_by_role("link", name=re.compile(change.number)).click()
    page.get_by_role("link", name="Move", exact=True).click()
    later = monday + timedelta(days=3)

    page.get_by_label("Planned start").fill(f"{later:%Y-%m-%dT%H:%M}")
    page.get_by_label("Planned end").fill(f"{later + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Move it").click()

    page.wait_for_url(f"**/changes/{change.number}/")
    assert Change.objects.get(pk=change.pk).planned_start == later


def test_a_change_is_approved_from_a_phone_by_the_link_of_the_mail(
    sit: Sit, alice: User, bob: User, monday: datetime
) -> None:
    change = planned(monday, opened_by=alice, assignee=alice, team=alice.memberships.get().team)
    actions.submit(change, actor=alice)
    stage = Stage.objects.select_related("approval").get()
    address = f"/approvals/answer/{token_for(bob, stage)}/"
    page = sit(None, face="phone", has_touch=True).go(address)
    expect(page.get_by_role("heading", name="Your approval is asked for")).to_be_visible()
    take(page, "answer-phone")

    page.get_by_role("button", name="Approve").tap()

    expect(page.get_by_role("heading", name="Thank you, your word counts.")).to_be_visible()
    change.refresh_from_db()
    assert change.state == "authorize"


def test_a_change_is_approved_from_a_phone_after_signing_in(
    sit: Sit, alice: User, bob: User, monday: datetime
) -> None:
    change = planned(monday, opened_by=alice, assignee=alice, team=alice.memberships.get().team)
    actions.submit(change, actor=alice)
    page = sit(bob, face="phone", has_touch=True).go("/approvals/")
    take(page, "approvals-phone")

    page.get_by_role("button", name="Approve").tap()

    expect(page.get_by_text("Nobody waits for your word.")).to_be_visible()
    assert Approval.objects.filter(ticket=change.pk, state="approved").exists()


def take(page: Page, name: str) -> None:
    """A picture for somebody to look at, in the light and in the dark."""
    for scheme in ("light", "dark") if PICTURES else ():
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("face", ["wide", "phone"])
def test_a_busy_month_can_be_looked_at(sit: Sit, alice: User, monday: datetime, face: str) -> None:
    services = [ServiceFactory(name=name) for name in ("checkout", "wiki", "mail", "search")]
    states = ("new", "assess", "scheduled", "scheduled", "authorize", "new")
    for place in range(60):
        start = monday - timedelta(days=4) + timedelta(hours=5 * place, minutes=15 * (place % 3))
        planned(
            start, hours=1 + place % 4, service=services[place % 4],
            at_state=states[place % 6], title=("New certificate", "Move the database to new disks",
            "Switch the load balancer", "Update the kernel of every node")[place % 4],
            type="emergency" if place % 11 == 0 else "normal",
        )  # fmt: skip
    Window.objects.create(
        sort="freeze", name="Autumn fair", starts_at=monday + timedelta(days=1),
        ends_at=monday + timedelta(days=2, hours=6),
    )  # fmt: skip
    Window.objects.create(
        sort="maintenance", name="Nightly maintenance", repeats="FREQ=DAILY",
        starts_at=monday - timedelta(hours=14), ends_at=monday - timedelta(hours=10),
    ).services.set(services[:1])  # fmt: skip
    person = sit(alice, face=face)

    for view in VIEWS:
        page = person.go(f"/changes/calendar/?view={view}&on={monday.date()}")
        expect(page.locator(".slot[data-move]").first).to_be_visible()
        take(page, f"calendar-{view}-{face}")


@pytest.mark.parametrize("face", ["wide", "phone"])
def test_a_board_meets_and_votes_on_one_page(
    sit: Sit, alice: User, bob: User, monday: datetime, face: str
) -> None:
    team = bob.memberships.get().team
    board = Board.objects.create(
        slug="cab", name="Change board", team=team, chair=bob, first_at=monday
    )
    plan_meetings(board=board)
    stage = {"name": "Board", "team": team.slug}
    Rule.objects.create(kind="change", purpose="authorize", name="Board", stages=[stage])
    change = planned(monday, opened_by=alice, at_state="assess", risk_band="high")
    actions.endorse(change, actor=system_user())
    page = sit(bob, face=face).go("/changes/boards/")
    take(page, f"boards-{face}")
    page.get_by_role("link", name=re.compile("2026|2027")).first.click()
    page.get_by_role("button", name="Begin the meeting").click()
    take(page, f"meeting-{face}")

    page.get_by_label("What was discussed").fill("At night only.")
    page.get_by_role("button", name="Note it").click()
    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_text("At night only.").first).to_be_visible()
    expect(page.get_by_text("Approved").first).to_be_visible()
    assert AgendaItem.objects.get().state == "approved"
    assert Change.objects.get(pk=change.pk).state == "scheduled"
