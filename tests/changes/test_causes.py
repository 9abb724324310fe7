"""Incidents put down to changes: found by the house, confirmed and rejected through the doors."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from changes import chores
from changes.actions import close, complete, find_causes, reject_cause
from changes.models import Attribution, Change, Evidence
from incidents.actions import cancel, open_incident
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.delivery import deliver_owed
from itsm.core.models import Event
from itsm.inventory.models import ServiceDependency
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.sources import Signal
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.actions import edit
from tests.factories import (
    ChangeFactory,
    ConfigurationItemFactory,
    DeploymentFactory,
    IncidentFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


def ago(**length: float) -> Any:
    return timezone.now() - timedelta(**length)


def done(**given: Any) -> Change:
    """A change that was carried out and is being watched."""
    return ChangeFactory(
        **{
            "at_state": "review",
            "outcome": "ok",
            "actual_start": ago(minutes=40),
            "actual_end": ago(minutes=20),
            "watch_until": timezone.now() + timedelta(hours=1),
        }
        | given
    )


def suspected(incident: Any) -> list[str]:
    found = Attribution.objects.filter(incident=incident.pk).order_by("-score")
    return [each.change.number for each in found.select_related("change")]


@pytest.fixture
def speak(alice: User) -> Callable[..., Any]:
    """The API as alice, or somebody else, speaks to it."""

    def spoken(method: str, address: str, user: User = alice, **body: Any) -> Any:
        token = issue_token(user=user, name="test")[1]
        client = Client(headers={"Authorization": f"Bearer {token}"})
        if method == "get":
            return client.get(f"/api/v1/{address}", body)
        return client.post(f"/api/v1/{address}", body, content_type="application/json")

    return spoken


class TestFinding:
    def test_an_incident_that_opens_is_asked_which_change_did_it(self, alice: User) -> None:
        change = done(outcome="failed")
        elsewhere = done(actual_end=ago(minutes=1))

        report = Report(title="Checkout is down", service=change.service)
        incident = open_incident(report=report, actor=alice)
        deliver_owed()

        assert suspected(incident) == [change.number]
        assert elsewhere.service != change.service
        found = Attribution.objects.get()
        assert (found.provenance, found.is_likely) == ("auto", True)
        assert {"time", "same_service", "outcome"} <= {each["name"] for each in found.reasons}
        told = Event.objects.get(name="incident.cause_suspected")
        assert (told.subject_id, told.data["change"]) == (incident.pk, change.pk)

    def test_the_words_of_the_alerts_name_the_host_that_was_changed(self, dana: User) -> None:
        host = ConfigurationItemFactory(name="web-7")
        service = ServiceFactory(name="checkout")
        change = done(service=None)
        change.configuration_items.add(host)
        source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
        signal = Signal(
            fingerprint="f1", status="firing", title="High latency", severity="critical",
            service="checkout", component="web-7", labels={"pod": "web-7", "env": "prod"},
        )  # fmt: skip

        record_signals(source, signals=[signal], now=timezone.now())
        deliver_owed()

        found = Attribution.objects.get(change=change)
        assert {"same_item", "labels"} <= {each["name"] for each in found.reasons}
        assert found.incident.service == service

    def test_what_pipelines_showed_of_a_change_speaks_for_it(self, alice: User, dana: User) -> None:
        service = ServiceFactory(name="checkout")
        change = done(service=service)
        DeploymentFactory(
            change=change, service=service, outcome="failed", revision="9fceb02d0ae598e95dc970b7"
        )
        Evidence.objects.create(
            change=change, kind="commit", delivery_id="e1", name="Rewrite the handshake",
            facts={"files": ["src/tls/handshake.py", "src/tls/ciphers.py"]},
        )  # fmt: skip
        source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
        signal = Signal(
            fingerprint="f1", status="firing", title="Ciphers refused", severity="critical",
            service="checkout", labels={"image": "registry.example.org/checkout:9fceb02"},
        )  # fmt: skip

        record_signals(source, signals=[signal], now=timezone.now())
        deliver_owed()

        found = {each["name"]: each for each in Attribution.objects.get().reasons}
        assert {"outcome", "labels", "words", "size"} <= found.keys()
        assert found["labels"]["facts"]["named"] == ["9fceb02"]
        assert found["words"]["facts"]["shared"] == ["ciphers"]
        assert found["size"]["facts"]["files"] == 2

    @pytest.mark.parametrize(
        "facts", [{"files": "many"}, {"files": {"a": 1}}, {"commits": True}, {"steps": [1, None]}]
    )
    def test_what_pipelines_say_may_be_anything(self, facts: Any) -> None:
        change = done(outcome="failed")
        Evidence.objects.create(change=change, kind="commit", delivery_id="e1", facts=facts)
        incident = IncidentFactory(service=change.service)

        find_causes(incident_id=incident.pk, actor=system_user())

        assert suspected(incident) == [change.number]

    def test_a_change_of_what_the_service_needs_is_suspected(self, alice: User) -> None:
        shop, needed = ServiceFactory(name="shop"), ServiceFactory(name="database")
        database = done(outcome="rolled_back", service=needed)
        ServiceDependency.objects.create(service=shop, needed=needed)

        incident = open_incident(report=Report(title="Slow", service=shop), actor=alice)
        deliver_owed()

        assert suspected(incident) == [database.number]

    def test_naming_the_service_later_asks_again(self, alice: User) -> None:
        change = done(outcome="failed")
        incident = open_incident(report=Report(title="Down"), actor=alice)
        deliver_owed()
        Attribution.objects.all().delete()

        edit(ticket=incident, actor=alice, changes={"service": change.service})
        deliver_owed()

        assert suspected(incident) == [change.number]

    def test_how_the_change_went_counts_once_it_is_known(self, alice: User) -> None:
        change = done(at_state="implement", outcome="", actual_end=None)
        report = Report(title="Down", service=change.service)
        open_incident(report=report, actor=alice)
        deliver_owed()
        before = Attribution.objects.get().score

        complete(change, actor=alice, outcome="failed", notes="It would not start.")
        deliver_owed()

        assert Attribution.objects.get().score > before

    def test_while_a_change_is_watched_what_burns_near_it_is_judged_by_the_clock(self) -> None:
        change = done(outcome="failed")
        incident = IncidentFactory(service=change.service)
        old = IncidentFactory(service=change.service, opened_at=ago(hours=2))

        chores.watch()

        assert suspected(incident) == [change.number]
        assert suspected(old) == []

    def test_after_the_watch_the_clock_looks_no_more(self) -> None:
        change = done(outcome="failed", watch_until=ago(minutes=1))
        IncidentFactory(service=change.service)

        chores.watch()

        assert not Attribution.objects.exists()

    def test_a_second_run_changes_nothing_and_keeps_what_people_said(self, alice: User) -> None:
        change = done(outcome="failed")
        other = done(outcome="rolled_back", service=change.service)
        incident = IncidentFactory(service=change.service)
        find_causes(incident_id=incident.pk, actor=system_user())
        reject_cause(attribution=Attribution.objects.get(change=change), actor=alice)
        Change.objects.filter(pk=change.pk).update(risk_band="very_high")

        find_causes(incident_id=incident.pk, actor=system_user())
        find_causes(incident_id=incident.pk, actor=system_user())

        said = Attribution.objects.filter(incident=incident).values_list("change", "provenance")
        assert sorted(said) == sorted([(change.pk, "rejected"), (other.pk, "auto")])
        assert "risk" not in {
            each["name"] for each in Attribution.objects.get(change=change).reasons
        }

    def test_what_no_longer_speaks_for_itself_is_suspected_no_more(self) -> None:
        change = done(outcome="failed")
        incident = IncidentFactory(service=change.service)
        find_causes(incident_id=incident.pk, actor=system_user())
        Change.objects.filter(pk=change.pk).update(environment="staging", outcome="ok")
        item = ConfigurationItemFactory(environment="production")
        incident.configuration_items.add(item)

        find_causes(incident_id=incident.pk, actor=system_user())

        assert suspected(incident) == []

    def test_what_was_no_incident_was_caused_by_nothing(self, alice: User) -> None:
        change = done(outcome="failed")
        incident = IncidentFactory(service=change.service)
        cancel(incident, actor=alice, reason="withdrawn")

        find_causes(incident_id=incident.pk, actor=system_user())

        assert not Attribution.objects.exists()

    def test_the_cost_does_not_grow_with_the_changes(
        self, django_assert_max_num_queries: Any
    ) -> None:
        service = ServiceFactory()
        for _each in range(12):
            done(service=service, outcome="failed").configuration_items.add(
                ConfigurationItemFactory()
            )
        incident = IncidentFactory(service=service)

        with django_assert_max_num_queries(20):
            find_causes(incident_id=incident.pk, actor=system_user())

        assert len(suspected(incident)) == 5


class TestJudging:
    @pytest.fixture
    def found(self, alice: User) -> Attribution:
        change = done(outcome="failed")
        incident = IncidentFactory(service=change.service)
        find_causes(incident_id=incident.pk, actor=system_user())
        return Attribution.objects.get()

    def test_confirming_tells_the_incident(self, found: Attribution, speak: Any) -> None:
        answer = speak("post", f"attributions/{found.pk}/confirm/")

        assert answer.status_code == 200, answer.content
        assert answer.json()["provenance"] == "confirmed"
        assert answer.json()["judged_by"] == "alice"
        incident = speak("get", f"incidents/{found.incident.number}/").json()
        assert incident["caused_by_change"] == found.change.number
        assert incident["caused_by_provenance"] == "confirmed"
        names = set(Event.objects.values_list("name", flat=True))
        assert {"change.cause_confirmed", "incident.cause_confirmed"} <= names

    def test_confirming_twice_changes_nothing(self, found: Attribution, speak: Any) -> None:
        for _each in range(2):
            assert speak("post", f"attributions/{found.pk}/confirm/").status_code == 200

        assert Event.objects.filter(name="change.cause_confirmed").count() == 1

    def test_rejecting_takes_it_back(self, found: Attribution, speak: Any) -> None:
        speak("post", f"attributions/{found.pk}/confirm/")

        answer = speak("post", f"attributions/{found.pk}/reject/", comment="It was the disk.")

        assert (answer.status_code, answer.json()["comment"]) == (200, "It was the disk.")
        incident = Incident.objects.get(pk=found.incident_id)
        assert (incident.caused_by_change, incident.caused_by_provenance) == (None, "rejected")

    def test_an_incident_has_one_cause(self, found: Attribution, speak: Any) -> None:
        speak("post", f"attributions/{found.pk}/confirm/")
        other = done(service=found.change.service)

        answer = speak("post", "attributions/", incident=found.incident.number, change=other.number)

        assert answer.status_code == 409
        assert Incident.objects.get().caused_by_change_id == found.change_id

    def test_a_change_nobody_suspected_may_be_named(self, speak: Any) -> None:
        incident = IncidentFactory()
        change = done(service=ServiceFactory(), actual_start=ago(days=60), actual_end=ago(days=60))

        answer = speak("post", "attributions/", incident=incident.number, change=change.number)

        assert answer.status_code == 201, answer.content
        assert (answer.json()["provenance"], answer.json()["score"]) == ("confirmed", 0)

    def test_a_change_that_was_never_begun_caused_nothing(self, speak: Any) -> None:
        incident, change = IncidentFactory(), ChangeFactory()

        answer = speak("post", "attributions/", incident=incident.number, change=change.number)

        assert answer.status_code == 400
        assert "change" in answer.json()["errors"]

    def test_only_incidents_have_causes(self, speak: Any) -> None:
        change = done()

        answer = speak("post", "attributions/", incident=change.number, change=change.number)

        assert answer.status_code == 400
        assert "incident" in answer.json()["errors"]

    def test_what_caused_an_incident_is_no_plain_success_even_afterwards(
        self, alice: User, speak: Any
    ) -> None:
        change = done()
        close(change, actor=alice, code="successful", notes="Well.")
        incident = IncidentFactory(service=change.service)
        made = speak("post", "attributions/", incident=incident.number, change=change.number)

        change.refresh_from_db()
        assert change.close_code == "successful_with_issues"

        speak("post", f"attributions/{made.json()['id']}/reject/")

        change.refresh_from_db()
        assert change.close_code == "successful"

    def test_auditors_see_and_do_not_judge(
        self, found: Attribution, audrey: User, charlie: User, speak: Any
    ) -> None:
        address = f"attributions/{found.pk}/"

        assert speak("get", address, audrey).status_code == 200
        assert speak("post", f"{address}confirm/", audrey).status_code == 403
        assert speak("get", address, charlie).status_code == 403
        assert Attribution.objects.get().provenance == "auto"

    def test_who_may_not_see_one_end_sees_none_of_it(
        self, found: Attribution, bob: User, mona: User, speak: Any
    ) -> None:
        Incident.objects.update(confidential=True)

        assert speak("get", f"attributions/{found.pk}/", bob).status_code == 404
        assert speak("post", f"attributions/{found.pk}/confirm/", bob).status_code == 404
        assert speak("get", "attributions/", bob).json()["results"] == []
        assert len(speak("get", "attributions/", mona).json()["results"]) == 1

    def test_lists_are_narrowed(self, found: Attribution, speak: Any) -> None:
        def listed(**query: Any) -> int:
            answer = speak("get", "attributions/", **query)
            assert answer.status_code == 200, answer.content
            return len(answer.json()["results"])

        assert listed(incident=found.incident.number, provenance="auto", is_likely="true") == 1
        assert listed(change="CHG-1") == 0
        assert listed(provenance="confirmed,rejected") == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_different_causes_at_once_do_not_both_win(alice: User, bob: User) -> None:
    change = done(outcome="failed")
    other = done(service=change.service)
    incident = IncidentFactory(service=change.service)
    pairs = [
        (Attribution.objects.create(incident=incident, change=each, score=50), user)
        for each, user in ((change, alice), (other, bob))
    ]
    tokens = [issue_token(user=user, name="race")[1] for _found, user in pairs]

    def confirm(place: int) -> int:
        try:
            client = Client(headers={"Authorization": f"Bearer {tokens[place]}"})
            address = f"/api/v1/attributions/{pairs[place][0].pk}/confirm/"
            return client.post(address, {}, content_type="application/json").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(confirm, range(2)))

    assert codes == [200, 409]
    confirmed = Attribution.objects.get(provenance="confirmed")
    assert Incident.objects.get().caused_by_change_id == confirmed.change_id
