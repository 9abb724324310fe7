"""What stands beside the timeline: similar records, links, children, alerts, watchers."""

from typing import Any

import pytest
from django.utils import timezone

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.inventory.models import Service
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.models import Alert
from itsm.monitoring.sources import Signal
from itsm.people.models import User
from itsm.tickets.actions import edit, link
from itsm.tickets.graph import graph_of
from itsm.tickets.similar import similar_to
from tests.factories import IncidentFactory
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def path(incident: Incident, rest: str = "") -> str:
    return f"/incidents/{incident.number}/{rest}"


def opened(title: str, *, actor: User, **more: Any) -> Incident:
    return actions.open_incident(report=Report(title=title, **more), actor=actor)


def test_what_was_resolved_before_comes_first_with_its_resolution(
    as_: Browser, alice: User, checkout: Service, incident: Incident
):
    opened("Payments time out at night", actor=alice, service=checkout)
    solved = opened("Payments time out again", actor=alice, service=checkout)
    opened("Fan is loud", actor=alice, service=checkout)
    actions.resolve(solved, actor=alice, code="fixed", notes="Restarted the gateway.")

    found = similar_to(alice, incident)
    text = as_(alice).get(path(incident, "similar/")).content.decode()

    assert [each.ticket.title for each in found] == [
        "Payments time out again",
        "Payments time out at night",
    ]
    assert found[0].resolution == "Restarted the gateway."
    assert "Restarted the gateway." in text


def test_one_word_is_enough_where_the_service_is_the_same(
    alice: User, checkout: Service, incident: Incident
):
    near = opened("Payments are slow", actor=alice, service=checkout)
    opened("Payments are slow", actor=alice)

    assert [each.ticket.pk for each in similar_to(alice, incident)] == [near.pk]


def test_nobody_is_shown_a_similar_record_he_may_not_see(
    alice: User, erin: User, checkout: Service, incident: Incident
):
    secret = opened("Payments time out secretly", actor=alice, service=checkout)
    edit(ticket=secret, actor=alice, changes={"confidential": True})

    assert similar_to(erin, incident) == []
    assert [each.ticket.pk for each in similar_to(alice, incident)] == [secret.pk]


def test_similar_records_cost_the_same_for_many(
    alice: User, checkout: Service, incident: Incident, django_assert_max_num_queries
):
    for count in range(30):
        opened(f"Payments time out {count}", actor=alice, service=checkout)

    with django_assert_max_num_queries(5):
        assert len(similar_to(alice, incident)) == 5


def test_links_are_drawn_and_listed_and_taken_away(as_: Browser, alice: User, incident: Incident):
    other = IncidentFactory(title="The cause")
    link(ticket=incident, other=other, sort="caused_by", actor=alice)
    browser = as_(alice)

    text = browser.get(path(incident)).content.decode()

    assert '<svg class="graph' in text
    assert f"{other.number} The cause</a>" in text
    made = incident.links_out.get()
    browser.post(path(incident, "link/"), {"unlink": str(made.pk)})
    assert not incident.links_out.exists()


def test_every_box_of_a_drawing_stands_within_it():
    graph = graph_of([("relates to", IncidentFactory.build(number=f"INC-{n}")) for n in range(12)])

    assert graph is not None
    assert len(graph.nodes) == 8
    assert all(0 <= each.y <= graph.height - graph.row for each in graph.nodes)


def test_children_are_shown_with_how_they_stand(as_: Browser, alice: User, incident: Incident):
    IncidentFactory(title="One of many", parent=incident)

    assert "One of many" in as_(alice).get(path(incident)).content.decode()


def test_an_alert_is_acknowledged_from_its_incident(
    as_: Browser, alice: User, audrey: User, dana: User
):
    source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
    signal = Signal(fingerprint="f1", status="firing", title="Disk is full", severity="critical")
    record_signals(source, signals=[signal], now=timezone.now())
    alert, incident = Alert.objects.get(), Incident.objects.get()
    address = path(incident, "alerts/acknowledge/")

    assert as_(audrey).post(address, {"alert": str(alert.pk)}).status_code == 403
    assert as_(alice).post(address, {"alert": str(alert.pk)}).status_code == 302
    alert.refresh_from_db()
    assert (alert.status, alert.acked_by) == ("acked", "alice")


def test_an_alert_of_another_incident_cannot_be_reached(
    as_: Browser, alice: User, incident: Incident
):
    answer = as_(alice).post(path(incident, "alerts/acknowledge/"), {"alert": "1"})

    assert answer.status_code == 404


def test_others_can_be_let_to_watch(as_: Browser, alice: User, bob: User, incident: Incident):
    browser = as_(alice)

    browser.post(path(incident, "watch/"), {"watch": "1", "user": "bob"})
    assert incident.watchers.filter(user=bob).exists()
    browser.post(path(incident, "watch/"), {"unwatch": "bob"})
    assert not incident.watchers.filter(user=bob).exists()
    answer = browser.post(path(incident, "watch/"), {"watch": "1", "user": "x"}, follow=True)
    assert "Nobody has the user name x." in answer.content.decode()


def test_one_property_is_changed_alone(as_: Browser, alice: User, incident: Incident):
    browser = as_(alice)
    form = browser.get(path(incident, "edit/?only=impact")).content.decode()
    assert 'name="impact"' in form
    assert 'name="title"' not in form

    given = {"only": "impact", "impact": "1", "was-impact": "2", "version": str(incident.version)}
    browser.post(path(incident, "edit/"), given)

    incident.refresh_from_db()
    assert (incident.impact, incident.title) == (1, "Payments time out")


def test_resolve_and_next_leads_to_what_waits(as_: Browser, alice: User, incident: Incident):
    following = IncidentFactory(assignee=alice, priority=1)
    given = {"code": "fixed", "notes": "Done", "next": "1"}

    answer = as_(alice).post(path(incident, "do/resolve/"), given)

    assert answer["Location"] == path(following)
    answer = as_(alice).post(path(following, "do/resolve/"), given)
    assert answer["Location"] == "/incidents/?assignee=me"


def test_a_record_on_paper_has_all_of_its_timeline(as_: Browser, alice: User, incident: Incident):
    """UX18."""
    for count in range(60):
        actions.acknowledge(incident, actor=alice) if not count else edit(
            ticket=incident, actor=alice, changes={"tags": [f"tag-{count}"]}
        )

    text = as_(alice).get(path(incident, "?print=1")).content.decode()

    assert "tag-1<" in text
    assert "tag-59<" in text
    assert "<nav" not in text
    assert "<details>" not in text


def test_what_holds_nothing_yet_is_folded_and_what_may_help_stands_below(
    as_: Browser, alice: User, incident: Incident
):
    folded = as_(alice).get(path(incident)).content.decode()
    link(ticket=incident, other=opened("Another", actor=alice), sort="relates_to", actor=alice)
    unfolded = as_(alice).get(path(incident)).content.decode()

    assert '<details id="bare-links"><summary><h2>Links</h2></summary>' in folded
    assert 'id="bare-links"' not in unfolded
    below = folded[folded.index('data-holds="panels-below"') :]
    assert 'data-part="panel-articles"' in below
    assert "Similar records" in below
