"""Charlie's stories, on his phone in a corridor."""

import pytest
from playwright.sync_api import FilePayload, expect

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Affected, Incident
from itsm.people.actions import name_delegate
from itsm.people.models import User
from itsm.tickets.actions import comment
from itsm.tickets.models import Rating
from tests.factories import ServiceFactory
from tests.journeys.conftest import Sit
from tests.journeys.looking import shut_out

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(150),
]


@pytest.fixture
def outage(alice: User) -> Incident:
    """Trouble with mail that everybody was told of."""
    mail = ServiceFactory(name="mail", title="E-mail")
    report = Report(title="mx-2 refuses connections", service=mail)
    incident = actions.open_incident(report=report, actor=alice)
    actions.tell_everybody(incident=incident, actor=alice, body="Mail is slow. We are on it.")
    return incident


@pytest.mark.parametrize("face", ["phone", "wide"])
def test_charlie_searches_reports_discusses_reopens_and_rates(
    sit: Sit, alice: User, charlie: User, face: str
):
    page = sit(charlie, face=face).go("/portal/")
    page.get_by_role("searchbox").press_sequentially("The printer eats paper")
    page.get_by_role("link", name="Report it").click()
    expect(page.get_by_label("What is wrong?")).to_have_value("The printer eats paper")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="The printer eats paper")).to_be_visible()

    incident = Incident.objects.get()
    comment(ticket=incident, actor=alice, body="Which floor is it on?")
    expect(page.locator(".timeline")).to_contain_text("Which floor")
    page.get_by_label("Your message").fill("The third")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".timeline")).to_contain_text("The third")
    actions.resolve(incident, actor=alice, code="fixed", notes="Rollers cleaned")
    page.get_by_text("It is still wrong").click()
    page.get_by_label("What is still wrong?").fill("It ate another page")
    page.get_by_role("button", name="Open it again").click()
    expect(page.locator(".stages [aria-current]")).to_have_text("We are on it")
    incident.refresh_from_db()
    actions.resolve(incident, actor=alice, code="fixed", notes="Rollers replaced")
    page.get_by_role("button", name="It works again").click()
    page.get_by_role("button", name="Very good").click()

    expect(page.get_by_role("heading", name="Your rating")).to_be_visible()
    assert Rating.objects.get().score == 5


def test_a_report_has_all_words_that_were_typed(sit: Sit, charlie: User):
    page = sit(charlie).go("/portal/")
    page.get_by_role("searchbox").press_sequentially("The printer eats")
    link = page.get_by_role("link", name="Report it")
    expect(link).to_contain_text("eats")

    # Typed and followed before the next answer can come.
    page.evaluate("""() => {
        const field = document.querySelector("[data-ask] input");
        field.value += " paper";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector("a.is-report").click();
    }""")

    expect(page.get_by_label("What is wrong?")).to_have_value("The printer eats paper")


def test_charlie_says_me_too_and_takes_it_back(sit: Sit, charlie: User, outage: Incident):
    page = sit(charlie, face="phone").go("/portal/")

    page.get_by_role("button", name="Me too").click()
    expect(page.locator(".outage")).to_contain_text("1 person affected")
    page.get_by_role("navigation", name="Portal, below").get_by_text("My items").click()
    page.get_by_role("link", name="E-mail has trouble").click()
    expect(page.locator("main")).to_contain_text("Mail is slow. We are on it.")
    expect(page.locator("main")).not_to_contain_text("mx-2")
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("button", name="Me too")).to_be_visible()
    assert not Affected.objects.exists()


def test_frank_reports_for_charlie(sit: Sit, charlie: User, frank: User):
    name_delegate(person=charlie, delegate=frank, actor=charlie)
    page = sit(frank, face="phone").go("/portal/report/")

    page.get_by_label("Who has the trouble?").select_option(label="Charlie")
    page.get_by_label("What is wrong?").fill("His screen is black")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("main")).to_contain_text("for Charlie")
    assert Incident.objects.get().caller == charlie


def test_the_arrow_keys_go_through_the_suggestions(sit: Sit, charlie: User, outage: Incident):
    page = sit(charlie).go("/portal/report/")
    field = page.get_by_label("What is wrong?")
    field.press_sequentially("mail")
    expect(page.get_by_role("link", name="E-mail has trouble")).to_be_visible()

    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="E-mail has trouble")).to_be_focused()
    page.keyboard.press("Escape")

    expect(field).to_be_focused()
    expect(page.get_by_role("link", name="E-mail has trouble")).to_have_count(0)


def test_what_charlie_typed_outlives_his_session(sit: Sit, charlie: User):
    person = sit(charlie, face="phone")
    page = person.go("/portal/report/")
    page.get_by_label("What is wrong?").fill("The printer eats paper")
    page.get_by_label("What happened?").fill("Since this morning")
    kept = person.context.cookies()
    person.context.clear_cookies(name="session")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/sign-in/**")
    person.context.add_cookies([each for each in kept if each["name"] == "session"])  # type: ignore[misc]

    page = person.go("/portal/report/")

    expect(page.get_by_label("What is wrong?")).to_have_value("The printer eats paper")
    expect(page.get_by_label("What happened?")).to_have_value("Since this morning")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="The printer eats paper")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-ready", "")
    expect(person.go("/portal/report/").get_by_label("What is wrong?")).to_have_value("")


def test_a_picture_is_chosen_seen_and_taken_away(sit: Sit, charlie: User):
    page = sit(charlie, face="phone").go("/portal/report/")
    page.get_by_label("What is wrong?").fill("No sound")
    for name in ("one.txt", "two.txt"):
        log = FilePayload(name=name, mimeType="text/plain", buffer=b"all is well")
        page.get_by_label("Choose files").set_input_files(log)

    page.get_by_role("button", name="Take away: one.txt").click()
    page.get_by_role("button", name="Send").click()

    expect(page.locator("main")).to_contain_text("two.txt")
    expect(page.locator("main")).not_to_contain_text("one.txt")


def test_everything_works_without_javascript(sit: Sit, charlie: User, outage: Incident):
    """UX16."""
    page = sit(charlie, face="small", java_script_enabled=False).go("/portal/")
    page.get_by_role("searchbox").fill("mail is slow")
    page.keyboard.press("Enter")
    expect(page.locator(".answers")).to_contain_text("E-mail has trouble")

    page.get_by_role("link", name="Report it").click()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="mail is slow")).to_be_visible()


# The plain pages are walked with all others; these show answers, and what was done about an item.
PAGES = [
    "/portal/?q=mail", "/portal/report/?title=mail", "/portal/items/?q=nothing",
    "/portal/items/{item}/", "/portal/delegates/",
]  # fmt: skip


def test_no_state_of_the_portal_shuts_anybody_out(
    sit: Sit, alice: User, charlie: User, frank: User, outage: Incident
):
    """UX1, UX2, UX3."""
    name_delegate(person=charlie, delegate=frank, actor=charlie)
    report = Report(title="No sound", caller=charlie, service=outage.service)
    incident = actions.open_incident(report=report, actor=charlie)
    comment(ticket=incident, actor=alice, body="Which room?")
    actions.resolve(incident, actor=alice, code="fixed", notes="Unmuted")
    actions.join_outage(incident=outage, actor=charlie)
    person = sit(charlie, face="small", color_scheme="dark")

    found = {}
    for path in PAGES:
        page = person.go(path.format(item=incident.number, outage=outage.number))
        faults = shut_out(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = faults + (["scrolls sideways"] if wide > 0 else [])

    assert {path: faults for path, faults in found.items() if faults} == {}
