"""Acting for somebody else: what it opens, what it does not, and when it ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from incidents.actions import open_incident, resolve
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.errors import Invalid, NotAllowed, NotFound
from itsm.core.models import Event
from itsm.people.actions import issue_token, name_delegate, remove_delegate
from itsm.people.models import Delegate, User
from itsm.tickets.actions import attach, comment
from itsm.tickets.search import search
from itsm.tickets.selectors import attachment_for, comments_of, ticket_for, timeline
from itsm.tickets.sight import facts_of, may_see, readers
from itsm.tickets.suggestions import suggestions_for
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(charlie: User, frank: User) -> Delegate:
    """Frank acts for charlie."""
    return name_delegate(person=charlie, delegate=frank, actor=charlie)


def is_open_to(user: User, number: str, browser: Browser) -> list[bool]:
    """Whether each door shows the incident to this person."""
    incident = Incident.objects.get(number=number)
    token = {"Authorization": f"Bearer {issue_token(user=user, name='door')[1]}"}
    reader = readers([user.pk])[user.pk]
    page = browser(user)
    return [
        page.get(f"/portal/items/{number}/").status_code == 200,
        number in page.get("/portal/items/").content.decode(),
        incident.title in page.get("/portal/").content.decode(),
        bool(suggestions_for(user, incident.title)),
        bool(search(user, incident.title)),
        page.get(f"/api/v1/incidents/{number}/", headers=token).status_code == 200,
        number in page.get("/api/v1/incidents/", headers=token).content.decode(),
        page.get(f"/api/v1/incidents/{number}/timeline/", headers=token).status_code == 200,
        may_see(reader, facts_of([incident.pk])[incident.pk]),
    ]


def test_every_door_opens_and_closes_with_the_delegation(
    as_: Browser, frank: User, charlie: User, incident: Incident, named: Delegate
):
    """P22: one policy behind all of them."""
    assert set(is_open_to(frank, incident.number, as_)) == {True}

    remove_delegate(delegate=named, actor=charlie)

    assert set(is_open_to(frank, incident.number, as_)) == {False}


def test_confidential_matters_stay_with_the_person(
    as_: Browser, frank: User, incident: Incident, named: Delegate
):
    Incident.objects.filter(pk=incident.pk).update(confidential=True)

    assert set(is_open_to(frank, incident.number, as_)) == {False}


def test_a_delegation_holds_from_its_first_day_to_its_last(
    charlie: User, frank: User, incident: Incident
):
    first = timezone.now().date() + timedelta(days=10)
    name_delegate(person=charlie, delegate=frank, actor=charlie, starts_on=first, ends_on=first)

    seen = {}
    for day in (-1, 0, 1):
        noon = timezone.now().replace(hour=12) + timedelta(days=10 + day)
        with time_machine.travel(noon, tick=False):
            seen[day] = Incident.objects.visible_to(frank).exists()

    assert seen == {-1: False, 0: True, 1: False}


def test_its_days_are_those_of_the_person(charlie: User, frank: User, incident: Incident):
    """In Auckland a day begins half a day before it does in Greenwich."""
    User.objects.filter(pk=charlie.pk).update(time_zone="Pacific/Auckland")
    charlie.refresh_from_db()
    first = date(2030, 7, 10)
    name_delegate(person=charlie, delegate=frank, actor=charlie, starts_on=first, ends_on=first)

    seen = {}
    for day, hour in ((9, 11), (9, 13), (10, 11), (10, 13)):
        with time_machine.travel(datetime(2030, 7, day, hour, tzinfo=UTC), tick=False):
            seen[day, hour] = Incident.objects.visible_to(frank).exists()

    assert seen == {(9, 11): False, (9, 13): True, (10, 11): True, (10, 13): False}


def test_a_delegate_reports_answers_and_closes(
    as_: Browser, charlie: User, frank: User, alice: User, named: Delegate
):
    browser = as_(frank)
    sent = {"title": "No sound", "urgency": "2", "caller": str(charlie.pk)}
    page = browser.post("/portal/report/", sent)["Location"]
    incident = Incident.objects.get()
    assert (incident.caller, incident.opened_by) == (charlie, frank)

    browser.post(f"{page}reply/", {"body": "It is room 3"})
    resolve(incident, actor=alice, code="fixed", notes="Unmuted")
    browser.post(f"{page}close/")

    incident.refresh_from_db()
    assert incident.state == "closed"
    assert [each.body for each in comments_of(charlie, incident)] == ["It is room 3"]
    assert next(moment.event.actor for moment in timeline(charlie, incident)) == frank


@pytest.mark.parametrize("caller", ["{charlie}", "0", "x", "99999999999999999999"])
def test_nobody_reports_for_somebody_who_did_not_let_him(
    as_: Browser, charlie: User, frank: User, caller: str
):
    sent = {"title": "No sound", "urgency": "2", "caller": caller.format(charlie=charlie.pk)}

    answer = as_(frank).post("/portal/report/", sent)

    assert answer.status_code == 422
    assert not Incident.objects.exists()


def test_the_api_holds_to_it_too(client, charlie: User, frank: User):
    with pytest.raises(NotAllowed):
        open_incident(report=Report(title="No sound", caller=charlie), actor=frank)


def test_a_delegate_fetches_files_but_reads_no_notes(
    alice: User, charlie: User, frank: User, incident: Incident, named: Delegate, settings, tmp_path
):
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    settings.MEDIA_ROOT = tmp_path
    files = [SimpleUploadedFile("log.txt", b"all is well")]
    (shown,) = attach(ticket=incident, actor=charlie, files=files)
    (hidden,) = attach(ticket=incident, actor=alice, files=files, public=False)
    comment(ticket=incident, actor=alice, body="He always says that", public=False)

    assert attachment_for(frank, shown.stored_as) == shown
    with pytest.raises(NotFound):
        attachment_for(frank, hidden.stored_as)
    assert not comments_of(frank, ticket_for(frank, incident.number)).exists()


def test_acting_for_somebody_shows_not_what_that_one_watches(
    alice: User, charlie: User, frank: User, incident: Incident
):
    name_delegate(person=frank, delegate=alice, actor=frank)
    name_delegate(person=alice, delegate=frank, actor=alice)

    assert not Incident.objects.visible_to(frank).exists()


def test_charlie_names_frank_and_ends_it(as_: Browser, charlie: User, frank: User):
    browser = as_(charlie)

    browser.post("/portal/delegates/", {"delegate": " FRANK@example.test "})
    assert frank.name in browser.get("/portal/delegates/").content.decode()
    assert charlie.name in as_(frank).get("/portal/delegates/").content.decode()
    browser.post(f"/portal/delegates/{Delegate.objects.get().pk}/end/")

    assert not Delegate.objects.exists()
    told = Event.objects.filter(subject_type="delegate").order_by("id")
    assert [each.name for each in told] == ["delegate.named", "delegate.removed"]


@pytest.mark.parametrize(
    "sent",
    [
        {"delegate": "nobody-at-all"},
        {"delegate": "charlie"},
        {"delegate": "fran"},
        {"delegate": "%"},
        {"delegate": "\x00"},
        {"delegate": "frank", "starts_on": "soon"},
        {"delegate": "frank", "starts_on": "2026-13-40"},
        {"delegate": "frank", "ends_on": "2001-01-01"},
        {},
    ],
)
def test_rubbish_names_nobody_and_is_explained(
    as_: Browser, charlie: User, frank: User, sent: dict[str, str]
):
    answer = as_(charlie).post("/portal/delegates/", sent)

    assert answer.status_code == 422
    assert not Delegate.objects.exists()


def test_only_the_person_or_an_administrator_names_delegates(
    charlie: User, frank: User, alice: User, dana: User
):
    for somebody in (frank, alice):
        with pytest.raises(NotAllowed):
            name_delegate(person=charlie, delegate=frank, actor=somebody)

    assert name_delegate(person=charlie, delegate=frank, actor=dana).delegate == frank


def test_naming_again_changes_the_days(charlie: User, frank: User, named: Delegate):
    name_delegate(person=charlie, delegate=frank, actor=charlie, ends_on=date(2100, 1, 1))

    assert Delegate.objects.get().ends_on == date(2100, 1, 1)
    with pytest.raises(Invalid):
        name_delegate(person=charlie, delegate=charlie, actor=charlie)
