"""What a silence holds back opens no incident, and nothing of it is lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from changes.actions import cancel, complete, start
from changes.models import Attribution, Change
from incidents.models import Incident
from itsm.approvals.models import Approval
from itsm.core.delivery import deliver_owed
from itsm.core.errors import NotAllowed, Refused
from itsm.core.models import Event
from itsm.monitoring import actions, chores
from itsm.monitoring.models import Alert, MonitoringSource, Silence
from itsm.monitoring.sources import Signal
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.tickets.actions import edit
from tests.factories import ChangeFactory, ConfigurationItemFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(db: None) -> MonitoringSource:
    return actions.create_source(kind="alertmanager", name="Prometheus", actor=None)[0]


@pytest.fixture
def hear(source: MonitoringSource) -> Callable[..., str]:
    """Let the tool say something of its alert; how that stands then."""

    def heard(status: str = "firing", fingerprint: str = "f1", **given: Any) -> str:
        facts = {"title": "Disk is full", "service": "checkout", "severity": "warning"} | given
        signal = Signal(fingerprint=fingerprint, status=status, said_at=timezone.now(), **facts)
        (standing,) = actions.record_signals(source, signals=[signal], now=timezone.now())
        return standing.status

    return heard


def silence(actor: User, **given: Any) -> Silence:
    wanted: dict[str, Any] = {
        "reason": "Disks are swapped",
        "services": [ServiceFactory(name="checkout")],
        "ends_at": timezone.now() + timedelta(hours=1),
    }
    return actions.open_silence(wanted=actions.Wanted(**wanted | given), actor=actor)


def run_out(silences: Any = None) -> None:
    """Let the time of all silences pass, and the clock notice it."""
    past = timezone.now() - timedelta(seconds=1)
    Silence.objects.update(starts_at=past - timedelta(hours=1), ends_at=past)
    chores.tell_of_silenced()


def told(name: str) -> int:
    return Event.objects.filter(name=name).count()


class TestHolding:
    def test_what_is_silent_is_kept_and_counted_and_opens_no_incident(
        self, alice: User, hear: Any
    ) -> None:
        made = silence(alice)

        statuses = [hear(), hear(), hear()]

        alert = Alert.objects.get()
        assert statuses == ["suppressed"] * 3
        assert (alert.count, alert.silence_id, alert.incident_id) == (3, made.pk, None)
        assert not Incident.objects.exists()
        assert (told("alert.suppressed"), told("alert.fired")) == (1, 0)

    def test_what_is_not_meant_is_told_as_ever(self, alice: User, hear: Any) -> None:
        silence(alice, matchers=["title=Something else"])

        assert hear() == "firing"
        assert Incident.objects.count() == 1

    def test_what_is_worse_than_was_said_breaks_through(self, alice: User, hear: Any) -> None:
        silence(alice, most_severity="warning")

        assert hear() == "suppressed"
        assert hear(severity="critical") == "firing"

        assert Alert.objects.get().silence_id is None
        assert Incident.objects.get().priority <= 2

    def test_what_gets_worse_within_bounds_stays_held(self, alice: User, hear: Any) -> None:
        silence(alice)

        hear()
        assert hear(severity="critical") == "suppressed"

        assert not Incident.objects.exists()
        assert told("alert.escalated") == 0

    def test_an_end_always_passes(self, alice: User, hear: Any) -> None:
        silence(alice)

        hear()
        assert hear("resolved") == "resolved"
        run_out()

        assert (told("alert.cleared"), told("alert.fired")) == (1, 0)
        assert not Incident.objects.exists()

    def test_an_end_during_the_silence_resolves_the_incident_from_before(
        self, alice: User, hear: Any
    ) -> None:
        hear()
        silence(alice)

        hear("resolved")

        assert Incident.objects.get().state == "resolved"

    def test_what_fired_before_stays_with_its_incident(self, alice: User, hear: Any) -> None:
        hear()
        silence(alice)

        assert hear() == "firing"
        assert Incident.objects.get().is_open()

    def test_what_comes_back_during_the_silence_is_held(self, alice: User, hear: Any) -> None:
        hear()
        hear("resolved")
        silence(alice)

        assert hear() == "suppressed"
        assert Incident.objects.get().state == "resolved"

    def test_a_silence_to_come_holds_nothing_back_yet(self, alice: User, hear: Any) -> None:
        soon = timezone.now() + timedelta(minutes=30)
        silence(alice, starts_at=soon)

        assert hear() == "firing"

    def test_what_is_held_back_cannot_be_acknowledged(self, alice: User, hear: Any) -> None:
        silence(alice)
        hear("acknowledged")

        assert Alert.objects.get().status == "suppressed"
        with pytest.raises(Refused):
            actions.acknowledge(alert=Alert.objects.get(), actor=alice)


class TestEnding:
    def test_what_still_fires_at_the_end_becomes_an_incident(self, alice: User, hear: Any) -> None:
        silence(alice)
        hear()
        began = Alert.objects.get().starts_at

        run_out()

        alert = Alert.objects.get()
        assert (alert.status, alert.starts_at) == ("firing", began)
        assert alert.incident_id == Incident.objects.get().pk
        assert told("alert.fired") == 1

    def test_the_clock_tells_it_once(self, alice: User, hear: Any) -> None:
        silence(alice)
        hear()
        run_out()

        chores.tell_of_silenced()

        assert told("alert.fired") == 1
        assert Incident.objects.count() == 1

    def test_ending_it_by_hand_is_as_good(self, alice: User, hear: Any) -> None:
        made = silence(alice)
        hear()

        actions.end_silence(silence=made, actor=alice)
        chores.tell_of_silenced()

        assert Incident.objects.count() == 1
        with pytest.raises(Refused):
            actions.end_silence(silence=made, actor=alice)

    def test_another_silence_that_is_on_takes_it_over(self, alice: User, hear: Any) -> None:
        first = silence(alice)
        hear()
        second = silence(alice)

        actions.end_silence(silence=first, actor=alice)
        chores.tell_of_silenced()

        assert Alert.objects.get().silence_id == second.pk
        assert not Incident.objects.exists()

    def test_what_nobody_repeats_is_told_by_no_end(self, alice: User, hear: Any) -> None:
        MonitoringSource.objects.update(quiet_resolve_after=timedelta(minutes=5))
        silence(alice)
        hear()
        Alert.objects.update(last_seen_at=timezone.now() - timedelta(minutes=6))

        actions.resolve_quiet(now=timezone.now())
        run_out()

        assert Alert.objects.get().status == "resolved"
        assert not Incident.objects.exists()


class TestAsking:
    @pytest.fixture
    def speak(self, alice: User) -> Any:
        def spoken(method: str, address: str, user: User = alice, **body: Any) -> Any:
            token = issue_token(user=user, name="test")[1]
            client = Client(headers={"Authorization": f"Bearer {token}"})
            if method == "get":
                return client.get(f"/api/v1/{address}", body)
            return getattr(client, method)(
                f"/api/v1/{address}", body, content_type="application/json"
            )

        return spoken

    def test_its_whole_life_through_the_api(self, hear: Any, speak: Any) -> None:
        ServiceFactory(name="checkout")
        ends_at = (timezone.now() + timedelta(hours=1)).isoformat()
        made = speak(
            "post", "silences/", reason="Disks", services=["checkout"],
            matchers=["title*=Disk"], ends_at=ends_at,
        )  # fmt: skip
        assert made.status_code == 201, made.content
        key = made.json()["id"]
        hear()

        shown = speak("get", f"silences/{key}/").json()
        held = speak("get", f"silences/{key}/alerts/").json()["results"]
        later = (timezone.now() + timedelta(hours=2)).isoformat()
        moved = speak("patch", f"silences/{key}/", ends_at=later).json()
        ended = speak("post", f"silences/{key}/end/").json()

        assert (shown["standing"], shown["alerts_count"], shown["author"]) == ("on", 1, "alice")
        assert [(each["status"], each["silence"]) for each in held] == [("suppressed", key)]
        assert moved["ends_at"] > ends_at
        assert moved["reason"] == "Disks"
        assert ended["standing"] == "over"
        assert speak("post", f"silences/{key}/end/").status_code == 409
        assert speak("patch", f"silences/{key}/", ends_at=later).status_code == 409

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"reason": " "}, "reason"),
            ({"matchers": []}, "matchers"),
            ({"matchers": ["nonsense"]}, "matchers"),
            ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
            ({"ends_at": "2061-01-01T00:00:00Z"}, "ends_at"),
            ({"starts_at": "2060-01-01T00:00:00Z"}, "ends_at"),
            ({"services": ["nowhere"]}, "services"),
            ({"most_severity": "awful"}, "most_severity"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_name(
        self, given: dict[str, Any], field: str, speak: Any
    ) -> None:
        ends_at = (timezone.now() + timedelta(hours=1)).isoformat()
        body = {"reason": "Disks", "matchers": ["title=Disk"], "ends_at": ends_at} | given

        answer = speak("post", "silences/", **body)

        assert answer.status_code == 400, answer.content
        assert field in answer.json()["errors"]

    def test_lists_are_narrowed_by_how_they_stand(self, alice: User, speak: Any) -> None:
        silence(alice)
        soon = timezone.now() + timedelta(minutes=30)
        silence(alice, reason="Soon", starts_at=soon)
        actions.end_silence(silence=silence(alice, reason="Over"), actor=alice)

        def named(standing: str) -> list[str]:
            found = speak("get", "silences/", standing=standing).json()["results"]
            return [each["reason"] for each in found]

        assert [named(each) for each in ("on", "coming", "over")] == [
            ["Disks are swapped"],
            ["Soon"],
            ["Over"],
        ]

    def test_auditors_and_end_users_silence_nothing(
        self, audrey: User, charlie: User, alice: User
    ) -> None:
        made = silence(alice)

        for outsider in (audrey, charlie):
            with pytest.raises(NotAllowed):
                silence(outsider)
            with pytest.raises(NotAllowed):
                actions.end_silence(silence=made, actor=outsider)

    def test_the_pages_show_what_is_held_back_and_why(
        self, alice: User, client: Client, hear: Any
    ) -> None:
        made = silence(alice)
        hear()
        alert = Alert.objects.get()
        client.force_login(alice)

        listed = client.get("/alerts/?status=suppressed").content.decode()
        one = client.get(f"/alerts/{alert.pk}/").content.decode()
        of_silence = client.get(f"/alerts/silences/{made.pk}/").content.decode()
        of_all = client.get("/alerts/silences/").content.decode()

        for page in (listed, one):
            assert "Disk is full" in page
            assert f'href="/alerts/silences/{made.pk}/"' in page
            assert "Disks are swapped" in page
        assert "Disk is full" in of_silence
        assert "1 alert" in of_all

    def test_a_silence_can_be_asked_for_on_the_page_of_an_alert(
        self, alice: User, client: Client, hear: Any
    ) -> None:
        hear(labels={"alertname": "DiskFull"})
        client.force_login(alice)

        form = client.get(f"/alerts/silences/new/?alert={Alert.objects.get().pk}").content.decode()
        given = {"matchers": "alertname=DiskFull", "services": "checkout", "reason": "Known"}
        ends_at = timezone.localtime() + timedelta(hours=1)
        answer = client.post(
            "/alerts/silences/new/", given | {"ends_at": ends_at.strftime("%Y-%m-%dT%H:%M")}
        )

        assert 'value="alertname=DiskFull"' in form
        made = Silence.objects.get()
        assert answer["Location"] == f"/alerts/silences/{made.pk}/"
        assert made.matchers == ["alertname=DiskFull"]
        client.post(f"/alerts/silences/{made.pk}/end/")
        made.refresh_from_db()
        assert made.ended_at is not None


class TestChangeInWork:
    @pytest.fixture
    def change(self, alice: User) -> Change:
        """A change of the checkout that may begin now."""
        made = ChangeFactory(
            at_state="scheduled", starts_in=timedelta(0), service=ServiceFactory(name="checkout")
        )
        Approval.objects.create(ticket=made, purpose="authorize", state="approved")
        return made

    def test_while_it_is_made_its_service_is_silent(
        self, change: Change, alice: User, hear: Any
    ) -> None:
        start(change, actor=alice)

        assert hear() == "suppressed"
        assert hear(fingerprint="f2", service="search") == "firing"
        found = Silence.objects.get()
        assert (found.ticket_id, found.ends_at) == (change.pk, change.planned_end)

    @pytest.mark.parametrize(
        ("outage_expected", "status"), [(False, "firing"), (True, "suppressed")]
    )
    def test_what_is_graver_than_declared_breaks_through(
        self, change: Change, alice: User, hear: Any, outage_expected: bool, status: str
    ) -> None:
        Change.objects.filter(pk=change.pk).update(outage_expected=outage_expected)
        start(change, actor=alice)

        assert hear(severity="critical") == status

    def test_only_the_components_it_names_are_silent(
        self, change: Change, alice: User, hear: Any
    ) -> None:
        change.configuration_items.add(ConfigurationItemFactory(name="web-1"))
        start(change, actor=alice)

        assert hear(component="web-1") == "suppressed"
        assert hear(fingerprint="f2", component="web-2") == "firing"

    def test_a_change_of_staging_leaves_production_alone(
        self, change: Change, alice: User, hear: Any
    ) -> None:
        Change.objects.filter(pk=change.pk).update(environment="staging")
        start(change, actor=alice)

        assert hear() == "firing"
        assert hear(fingerprint="f2", labels={"env": "staging"}) == "suppressed"

    def test_what_still_fires_when_it_is_over_becomes_an_incident_of_it(
        self, change: Change, alice: User, hear: Any
    ) -> None:
        start(change, actor=alice)
        hear()

        complete(change, actor=alice, outcome="ok")
        chores.tell_of_silenced()
        deliver_owed()

        incident = Incident.objects.get()
        found = Attribution.objects.get(incident=incident.pk)
        assert (found.change_id, found.is_likely) == (change.pk, True)
        assert "held" in {each["name"] for each in found.reasons}

    def test_given_up_it_holds_nothing_back(self, change: Change, alice: User, hear: Any) -> None:
        start(change, actor=alice)
        cancel(change, actor=alice, reason="No.")

        assert hear() == "firing"

    def test_beyond_its_time_it_holds_nothing_back(
        self, change: Change, alice: User, hear: Any
    ) -> None:
        start(change, actor=alice)
        hear()

        run_out()

        assert Incident.objects.count() == 1
        assert hear(fingerprint="f2") == "firing"

    def test_more_time_for_the_change_is_more_silence(self, change: Change, alice: User) -> None:
        started = start(change, actor=alice)
        later = change.planned_end + timedelta(hours=1)  # type: ignore[operator]

        edit(ticket=started, actor=alice, changes={"planned_end": later})

        assert [each.ends_at for each in Silence.objects.all()] == [later]

    def test_nobody_reads_the_title_of_a_confidential_change(
        self, change: Change, alice: User
    ) -> None:
        Change.objects.filter(pk=change.pk).update(confidential=True, opened_by=alice)

        start(change, actor=alice)

        assert change.title not in Silence.objects.get().reason
        assert change.number not in Silence.objects.get().reason

    def test_begun_against_the_plan_after_its_time_it_is_not_silent(
        self, change: Change, mona: User, hear: Any
    ) -> None:
        past = timezone.now() - timedelta(days=1)
        Change.objects.filter(pk=change.pk).update(
            planned_start=past, planned_end=past + timedelta(hours=1)
        )

        start(change, actor=mona, override_reason="It cannot wait.")

        assert not Silence.objects.exists()
        assert hear() == "firing"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_an_end_of_silence_and_an_end_of_the_alert_at_once_leave_nothing_behind(
    round_: int, alice: User, source: MonitoringSource
) -> None:
    """Whichever comes first: the alert ends resolved, and no incident stays open for it."""
    made = silence(alice)
    now = timezone.now()
    facts: dict[str, Any] = {"title": "Disk", "service": "checkout", "severity": "warning"}
    signals = [
        Signal(fingerprint=f"f{each}", status="firing", said_at=now, **facts) for each in range(20)
    ]
    actions.record_signals(source, signals=signals, now=now)
    ends = [
        Signal(fingerprint=f"f{each}", status="resolved", said_at=timezone.now(), **facts)
        for each in range(20)
    ]

    def finish() -> None:
        actions.end_silence(silence=made, actor=alice)
        actions.tell_of_silenced(now=timezone.now())

    def clear() -> None:
        actions.record_signals(source, signals=ends, now=timezone.now())

    at_once(finish, clear, finish_quietly)
    actions.tell_of_silenced(now=timezone.now())

    assert set(Alert.objects.values_list("status", flat=True)) == {"resolved"}
    assert [each for each in Incident.objects.all() if each.is_open()] == []


def finish_quietly() -> None:
    actions.tell_of_silenced(now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_no_alert_of_a_storm_is_lost_when_the_silence_ends_in_its_middle(
    alice: User, source: MonitoringSource
) -> None:
    made = silence(alice)
    facts: dict[str, Any] = {"title": "Disk", "service": "checkout", "severity": "warning"}

    def post(batch: int) -> Callable[[], None]:
        signals = [
            Signal(fingerprint=f"b{batch}-{each}", status="firing", **facts) for each in range(10)
        ]
        return lambda: _record(source, signals)

    at_once(
        *(post(batch) for batch in range(6)),
        lambda: actions.end_silence(silence=made, actor=alice),
        finish_quietly,
    )
    actions.tell_of_silenced(now=timezone.now())

    assert Alert.objects.count() == 60
    assert set(Alert.objects.values_list("status", flat=True)) == {"firing"}
    incident = Incident.objects.get()
    assert Alert.objects.filter(incident=incident.pk).count() == 60


def _record(source: MonitoringSource, signals: list[Signal]) -> None:
    actions.record_signals(source, signals=signals, now=timezone.now())


def at_once(*calls: Callable[[], Any]) -> None:
    """Make the calls in threads that start together."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
