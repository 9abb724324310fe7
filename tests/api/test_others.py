"""Alerts, sources, people, teams and events."""

import threading
import time

import pytest
from django.db import transaction
from django.utils import timezone

from itsm.core.models import Event
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.sources import Signal
from itsm.people.models import User
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db

ALERT = (
    *("id", "source", "fingerprint", "status", "severity", "title", "service", "labels"),
    *("starts_at", "last_seen_at", "ends_at", "count", "incident"),
)


@pytest.fixture
def source(dana):
    return create_source(kind="alertmanager", name="Prometheus", actor=dana)[0]


@pytest.fixture
def alerts(source):
    signals = [
        Signal(fingerprint="a", status="firing", title="Disk", severity="critical", service="shop"),
        Signal(fingerprint="b", status="firing", title="Load", severity="warning", service="mail"),
    ]
    record_signals(source, signals=signals, now=timezone.now())


def test_an_alert_shows_the_fields_of_the_contract_and_its_incident(alerts, api, alice):
    found = api(alice).get("alerts/", severity="critical").json()["results"]

    assert tuple(found[0])[: len(ALERT)] == ALERT
    assert (found[0]["source"], found[0]["service"]) == ("prometheus", "shop")
    incident = api(alice).get(f"incidents/{found[0]['incident']}/").json()
    assert incident["alerts_count"] == 1
    of_incident = api(alice).get(f"incidents/{found[0]['incident']}/alerts/").json()["results"]
    assert of_incident == found


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "firing"}, 2),
        ({"status": "resolved,acked"}, 0),
        ({"service": "mail"}, 1),
        ({"service": "nothing"}, 0),
        ({"source": "prometheus"}, 2),
        ({"fingerprint": "a"}, 1),
        ({"search": "disk"}, 1),
        ({"search": "nothing"}, 0),
        ({"started_before": "2020-01-01"}, 0),
    ],
)
def test_alerts_are_narrowed_by_filters(query, count, alerts, api, alice):
    assert len(api(alice).get("alerts/", **query).json()["results"]) == count


def test_an_alert_is_acknowledged_once(alerts, api, alice):
    pk = api(alice).get("alerts/", fingerprint="a").json()["results"][0]["id"]

    first = api(alice).post(f"alerts/{pk}/acknowledge/")
    second = api(alice).post(f"alerts/{pk}/acknowledge/")

    assert (first.json()["status"], first.json()["acked_by"]) == ("acked", "alice")
    assert second.status_code == 409


def test_a_source_shows_its_token_once_and_its_secret_never(api, dana):
    made = api(dana).post(
        "sources/",
        name="Grafana",
        kind="grafana",
        hmac_secret="planted-secret",
        recovery_hold=120,
        severity_map={"sev-a": "critical"},
    )
    token = made.json()["token"]

    shown = api(dana).get("sources/grafana/")
    rotated = api(dana).post("sources/grafana/rotate/").json()["token"]

    assert made.status_code == 201
    assert "token" not in shown.json()
    assert "planted-secret" not in made.text + shown.text
    assert shown.json()["recovery_hold"] == 120
    assert shown.json()["url"].endswith("/hooks/grafana/")
    assert rotated != token
    assert MonitoringSource.objects.get(slug="grafana").hmac_secret == "planted-secret"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "grafana"}, "name"),
        ({"name": "G", "kind": "pager"}, "kind"),
        ({"name": "G", "kind": "grafana", "recovery_hold": -1}, "recovery_hold"),
        ({"name": "G", "kind": "grafana", "severity_map": {"a": "awful"}}, "severity_map"),
        ({"name": "G", "kind": "grafana", "severity_map": {"a": {}}}, "severity_map"),
        ({"name": "G", "kind": "generic", "mapping": {"title": 7}}, "mapping"),
    ],
)
def test_a_source_that_is_none_is_refused_by_field(said, field, api, dana):
    response = api(dana).post("sources/", **said)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_people_are_registered_and_their_rights_changed(api, dana):
    made = api(dana).post("users/", username="gina", email="gina@example.test", role="agent")
    changed = api(dana).patch("users/GINA/", role="manager", is_active=False)

    assert made.json()["role"] == "agent"
    assert (changed.json()["role"], changed.json()["is_active"]) == ("manager", False)
    assert not User.objects.get(username="gina").has_usable_password()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"username": "DANA"}, "username"),
        ({"username": "me"}, "username"),
        ({"username": "a/b"}, "username"),
        ({"username": "gina", "role": "god"}, "role"),
        ({"username": "gina", "email": "nowhere"}, "email"),
        ({"username": "gina", "time_zone": "Mars/Base"}, "time_zone"),
        ({"username": "gina", "is_superuser": True}, "is_superuser"),
        ({"username": "gina", "password": "x"}, "password"),
    ],
)
def test_a_person_that_is_none_is_refused_by_field(said, field, api, dana):
    response = api(dana).post("users/", **said)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_nobody_is_above_and_below_the_same_people(api, alice, bob, charlie, dana):
    above = api(dana).patch("users/charlie/", manager="bob")
    assert (above.status_code, above.json()["manager"]) == (200, "bob")
    assert api(dana).patch("users/bob/", manager="alice").status_code == 200

    for name in ("charlie", "alice"):
        refused = api(dana).patch("users/alice/", manager=name)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["manager"])
    assert api(dana).patch("users/bob/", manager=None).json()["manager"] is None


@pytest.mark.parametrize("said", [{"role": "agent"}, {"is_active": False}])
def test_nobody_takes_his_own_rights_away(said, api, dana):
    assert api(dana).patch("users/dana/", **said).status_code == 409
    assert api(dana).get("users/me/").json()["role"] == "admin"


def test_a_team_is_formed_with_its_people(api, dana, alice, bob):
    made = api(dana).post(
        "teams/", slug="network", name="Network", members=["alice", "bob"], leads=["bob"]
    )
    changed = api(dana).patch("teams/network/", members=["alice"], leads=[])
    wrong = api(dana).patch("teams/network/", leads=["bob"])

    assert (made.json()["members"], made.json()["leads"]) == (["alice", "bob"], ["bob"])
    assert (changed.json()["members"], changed.json()["leads"]) == (["alice"], [])
    assert list(wrong.json()["errors"]) == ["leads"]
    assert api(dana).get("users/alice/").json()["teams"] == ["network", "platform"]


def test_staff_follow_the_events_of_tickets_they_may_see_and_auditors_all(
    api, alice, audrey, frank
):
    shown = IncidentFactory()
    hidden = IncidentFactory(opened_by=frank, confidential=True)
    for each in (shown, hidden):
        api(frank if each is hidden else alice).post(
            f"incidents/{each.number}/comments/", body="Any news?"
        )

    seen = api(alice).get("events/", name="incident.*").json()["results"]
    all_seen = api(audrey).get("events/").json()["results"]

    assert {each["subject"] for each in seen} == {shown.number}
    assert {hidden.number, shown.number} <= {each["subject"] for each in all_seen}
    assert len(all_seen) == Event.objects.count()
    assert api(alice).get("events/", subject=hidden.number).json()["results"] == []


def test_events_are_followed_from_where_one_left_off(api, alice):
    number = IncidentFactory(assignee=alice).number
    api(alice).post(f"incidents/{number}/start/")
    page = api(alice).get("events/", ordering="id", limit=1, subject=number).json()
    api(alice).post(f"incidents/{number}/resolve/", code="fixed", notes="Restarted.")

    following = api(alice).get("events/", ordering="id", subject=number).json()["results"]

    assert [each["name"] for each in page["results"]] == ["incident.started"]
    assert [each["name"] for each in following] == ["incident.started", "incident.resolved"]


def followed(caller, page, *, most):
    """What the page tells and those after it; others' transactions may delay it for a moment."""
    told, end = page["results"], time.monotonic() + 20
    while len(told) < most and time.monotonic() < end:
        page = caller.get(page["next"]).json()
        told += page["results"]
    return told + caller.get(page["next"]).json()["results"]


@pytest.mark.django_db(transaction=True)
def test_who_follows_the_events_is_told_each_once_although_one_commits_late(api, alice, in_threads):
    caller, start = api(alice), threading.Barrier(2, timeout=10)
    committed = threading.Event()
    late, early = IncidentFactory(assignee=alice).number, IncidentFactory(assignee=alice).number
    address = "events/?ordering=committed&name=incident.commented"
    caller.post(f"incidents/{early}/comments/", body="Before")

    def write(place):
        if place == 0:
            with transaction.atomic():
                caller.post(f"incidents/{late}/comments/", body="Begun first, told last")
                start.wait()
                committed.wait(10)
            return []
        start.wait()
        caller.post(f"incidents/{early}/comments/", body="Begun last, told first")
        page = caller.get(address).json()
        committed.set()
        return [page]

    (page,) = [page for pages in in_threads(write, 2) for page in pages]
    told = followed(caller, page, most=3)

    assert [each["subject"] for each in told] == [early, late, early]


def test_a_manager_sets_the_priority_by_hand_until_it_is_computed_again(api, mona, alice):
    number = IncidentFactory().number
    address = f"incidents/{number}/priority/"

    by_hand = api(mona).post(address, priority=1, reason="The fair opens.").json()
    api(alice).patch(f"incidents/{number}/", impact=3)
    kept = api(alice).get(f"incidents/{number}/").json()["priority"]
    computed = api(mona).post(address).json()

    assert (by_hand["priority"], by_hand["priority_reason"]) == (1, "The fair opens.")
    assert kept == 1
    assert (computed["priority"], computed["priority_reason"]) == (4, "")
    assert api(mona).post(address, priority=1).status_code == 400
