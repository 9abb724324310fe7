"""A problem from what was counted, before anybody asked why, to its end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from incidents.actions import open_incident
from incidents.actions.opening import Report
from itsm.core import delivery
from itsm.inventory.models import Service
from itsm.people.models import User
from problems.actions import find_candidates
from problems.models import Problem
from tests.factories import IncidentFactory, ServiceFactory
from tests.journeys.conftest import Sit
from tests.journeys.pictures import take

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(150),
]


def report(title: str, by: User, service: Service) -> Any:
    """An incident about the printing."""
    return open_incident(report=Report(title=title, caller=by, service=service), actor=by)


def came_back(service: Service, by: User) -> None:
    """The same trouble four times in two weeks, after months of others."""
    now = timezone.now()
    for each in range(24):
        began = now - timedelta(days=20 + 2 * each)
        title = f"Trouble {chr(97 + each)}"
        IncidentFactory(title=title, opened_at=began, opened_by=by, at_state="closed")
    for each in range(1, 5):
        began = now - timedelta(days=each)
        IncidentFactory(title="Word hangs", opened_at=began, opened_by=by, service=service)
    find_candidates(now=now)


def do(page: Page, verb: str, **given: str) -> None:
    """Press a verb of the record, and say what its dialog asks."""
    page.locator(".verbs").get_by_role("link", name=verb, exact=True).click()
    sheet = page.get_by_role("dialog")
    for label, value in given.items():
        sheet.get_by_label(label.replace("_", " ")).fill(value)
    sheet.get_by_role("button", name=verb, exact=True).click()
    expect(sheet).to_be_hidden()


def understand(page: Page) -> Problem:
    """Open a problem of the candidate on the page, and find its cause."""
    expect(page.get_by_role("main")).to_contain_text("4 incidents where")
    take(page, "problem-candidate")
    page.get_by_role("button", name="Open a problem").click()
    page.wait_for_url("**/problems/PRB-*/")
    problem = Problem.objects.get()
    do(page, "Assess")
    do(page, "Confirm")

    page.get_by_role("link", name="Write: Five whys").click()
    page.get_by_label("Because").nth(0).fill("The spooler runs out of memory")
    page.get_by_label("Because").nth(1).fill("The driver keeps every page")
    page.get_by_label("Verdict").nth(1).select_option("cause")
    take(page, "problem-whys")
    page.get_by_role("button", name="Save, and take over the cause").click()
    expect(page.locator(".found.is-whys")).to_contain_text("The driver keeps every page")
    return problem


def test_a_problem_is_counted_understood_told_of_fixed_and_closed(
    sit: Sit, alice: User, charlie: User
) -> None:
    service = ServiceFactory(name="printing")
    came_back(service, alice)
    page = sit(alice).go("/problems/candidates/")
    problem = understand(page)
    do(
        page,
        "Publish a workaround",
        for_agents="Restart the spooler.",
        The_trouble_in_a_few_words="Printing from Word hangs",
        What_callers_can_do="Print to PDF, then print the PDF.",
    )
    second = report("Word hangs when printing", charlie, service)
    delivery.deliver_owed()
    phone = sit(charlie, face="phone", color_scheme="dark").go(f"/portal/items/{second.number}/")
    expect(phone.get_by_role("main")).to_contain_text("Print to PDF")
    take(phone, "portal-known-error")
    phone.get_by_role("button", name="That helped").click()
    expect(phone.get_by_text("You said that it helped.")).to_be_visible()
    page.goto(page.url.replace(f"/problems/{problem.number}", f"/incidents/{second.number}"))
    take(page, "incident-known-error")
    page.get_by_role("button", name="It worked").click()
    expect(page.get_by_text("It is the problem behind it.")).to_be_visible()

    page.get_by_role("link", name=f"{problem.number} ").first.click()
    expect(page.locator(".burden")).to_contain_text("5 open incidents")
    take(page, "problem-known-error")
    do(page, "Fix it")
    do(page, "Resolve", What_was_done="A new driver.", Why_it_took_no_change="The vendor did it.")
    expect(page.get_by_text("Watched until")).to_be_visible()
    Problem.objects.update(observe_until=timezone.now())
    do(page, "Close")
    expect(page.locator(".verbs")).to_have_count(0)
    # What nobody does any more is gone from beside it, and nothing stands there twice.
    for name, count in (("Tasks", 0), ("Links", 1), ("Similar records", 1)):
        expect(page.locator("aside").get_by_role("heading", name=name)).to_have_count(count)
    take(page, "problem-closed")
    problem.refresh_from_db()
    assert (problem.state, problem.resolution_code) == ("closed", "fix_applied")
