"""What everybody may know of trouble, and what nobody outside may."""

import pytest
from django.utils import timezone

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Affected, Incident
from incidents.outages import followed_outages, known_outages
from itsm.core.errors import NotAllowed, NotFound
from itsm.core.models import Event
from itsm.inventory.models import Service
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.sources import Signal
from itsm.people.models import User
from itsm.tickets.actions import comment
from itsm.tickets.selectors import ticket_for
from tests.factories import IncidentFactory, ServiceFactory, UserFactory
from tests.portal.conftest import SECRET
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def fire(service: str, severity: str) -> Incident:
    source, _token = create_source(kind="alertmanager", name=f"From {service}", actor=None)
    signal = Signal(
        fingerprint=service, status="firing", title=SECRET, severity=severity, service=service
    )
    record_signals(source, signals=[signal], now=timezone.now())
    return Incident.objects.get(service__name=service)


def numbers(user: User) -> list[str]:
    return [each.number for each in known_outages(user)]


@pytest.mark.parametrize(("severity", "is_known"), [("critical", True), ("high", False)])
def test_a_grave_alert_makes_an_outage_known(
    charlie: User, mail: Service, severity: str, is_known: bool
):
    incident = fire("mail", severity)

    assert (incident.number in numbers(charlie)) is is_known


def test_three_people_who_say_the_same_make_an_outage_known(charlie: User, mail: Service):
    incident = IncidentFactory(service=mail)
    for _ in range(2):
        actions.join_outage(incident=incident, actor=UserFactory())
    assert numbers(charlie) == []

    actions.join_outage(incident=incident, actor=UserFactory())

    assert numbers(charlie) == [incident.number]


def test_those_that_hit_most_people_come_first(charlie: User, outage: Incident):
    worse = fire("shop", "critical")
    Service.objects.filter(name="shop").update(status="production")
    actions.join_outage(incident=worse, actor=charlie)

    assert numbers(charlie) == [worse.number, outage.number]


@pytest.mark.parametrize("why", ["confidential", "over", "only discovered", "without a service"])
def test_nobody_is_told_of_what_is_no_outage_for_everybody(
    charlie: User, alice: User, outage: Incident, why: str
):
    match why:
        case "confidential":
            Incident.objects.filter(pk=outage.pk).update(confidential=True)
        case "over":
            actions.resolve(outage, actor=alice, code="fixed", notes="Restarted")
        case "only discovered":
            Service.objects.filter(name="mail").update(status="discovered")
        case _:
            Incident.objects.filter(pk=outage.pk).update(service=None)

    assert numbers(charlie) == []


DOORS = ["/portal/", "/portal/?q=mail", "/portal/suggest/?q=mail", "/portal/outages/{}/"]


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("who", ["charlie", "frank"])
def test_no_word_of_the_incident_itself_is_shown(
    as_: Browser, alice: User, charlie: User, frank: User, outage: Incident, path: str, who: str
):
    """P23: not its title, its notes, nor what was said to whom."""
    comment(ticket=outage, actor=alice, body="The disk of mx-2 is full", public=False)
    comment(ticket=outage, actor=alice, body="Dear vendor, please hurry")
    actions.join_outage(incident=outage, actor=charlie)
    reader = {"charlie": charlie, "frank": frank}[who]

    page = as_(reader).get(path.format(outage.number)).content.decode()

    assert "E-mail has trouble" in page
    told = [word for word in ("mx-2", "10.0.0.7", "vendor", "Alice", "Platform") if word in page]
    assert told == []


def test_me_too_gives_no_sight_of_the_incident(as_: Browser, charlie: User, outage: Incident):
    as_(charlie).post(f"/portal/outages/{outage.number}/me-too/")

    with pytest.raises(NotFound):
        ticket_for(charlie, outage.number)
    assert as_(charlie).get(f"/portal/items/{outage.number}/").status_code == 404


def test_me_too_counts_once_and_can_be_taken_back(as_: Browser, charlie: User, outage: Incident):
    door = f"/portal/outages/{outage.number}/me-too/"

    as_(charlie).post(door)
    as_(charlie).post(door)
    assert Affected.objects.count() == 1
    as_(charlie).post(door, {"undo": "1"})

    assert Affected.objects.count() == 0
    told = Event.objects.filter(name__startswith="incident.affected_").order_by("id")
    assert [(each.name, each.data["count"], each.public) for each in told] == [
        ("incident.affected_joined", 1, False),
        ("incident.affected_departed", 0, False),
    ]


def test_an_outage_one_joined_is_followed_to_its_end(
    as_: Browser, alice: User, charlie: User, outage: Incident
):
    actions.join_outage(incident=outage, actor=charlie)

    actions.resolve(outage, actor=alice, code="fixed", notes="Restarted mx-2")

    assert [each.number for each in followed_outages(charlie)] == [outage.number]
    page = as_(charlie).get(f"/portal/outages/{outage.number}/").content.decode()
    assert "E-mail works again" in page
    assert "mx-2" not in page


@pytest.mark.parametrize("door", ["", "me-too/"])
def test_what_is_no_outage_is_not_there(
    as_: Browser, charlie: User, frank: User, incident: Incident, door: str
):
    address = f"/portal/outages/{incident.number}/{door}"
    browser = as_(frank)

    answer = browser.post(address) if door else browser.get(address)

    assert answer.status_code == 404


def test_only_those_who_work_on_it_tell_everybody(charlie: User, audrey: User, outage: Incident):
    for somebody in (charlie, audrey):
        with pytest.raises(NotAllowed):
            actions.tell_everybody(incident=outage, actor=somebody, body="All is well")


def test_known_outages_cost_one_statement(
    charlie: User, outage: Incident, django_assert_num_queries
):
    for each in range(5):
        actions.tell_everybody(
            incident=IncidentFactory(service=ServiceFactory(), opened_by=charlie),
            actor=outage.opened_by,
            body=f"Update {each}",
        )

    with django_assert_num_queries(1):
        assert len(known_outages(charlie)) == 6


def test_a_colleagues_words_stay_his_own_when_his_report_becomes_an_outage(
    as_: Browser, charlie: User, frank: User, alice: User, mail: Service
):
    report = Report(title="My salary letter does not arrive", caller=frank, service=mail)
    incident = actions.open_incident(report=report, actor=frank)
    actions.tell_everybody(incident=incident, actor=alice, body="Mail is late today.")

    page = as_(charlie).get("/portal/").content.decode()

    assert "Mail is late today." in page
    assert "salary" not in page
