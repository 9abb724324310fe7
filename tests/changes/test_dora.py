"""The five figures of delivery: as worked out by hand, and always the sum of their rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from changes.dora import (
    PICKS,
    Delivery,
    Trouble,
    figures_of,
    parts_by,
    parts_in_time,
    rows_of,
)
from changes.models import Attribution, Deployment
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.tickets.models import Link
from tests.factories import (
    ChangeFactory,
    DeploymentFactory,
    IncidentFactory,
    ServiceFactory,
    TeamFactory,
)

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def delivery(key: int = 1, **given: Any) -> Delivery:
    facts: dict[str, Any] = {"key": key, "finished_at": NOON}
    return Delivery(**facts | given)


def trouble(*, after: timedelta = HOUR, lasts: timedelta | None = HOUR) -> Trouble:
    began_at = NOON + after
    return Trouble(key=9, began_at=began_at, ended_at=began_at + lasts if lasts else None)


class TestOne:
    @pytest.mark.parametrize(
        ("given_facts", "is_failed"),
        [
            ({}, False),
            ({"outcome": "failed"}, True),
            ({"outcome": "rolled_back"}, True),
            ({"has_change_failed": True}, True),
            ({"is_fixed": True}, True),
            ({"troubles": (trouble(), trouble())}, True),
            ({"suspected": (trouble(),)}, False),
            ({"is_rework": True}, False),
        ],
    )
    def test_what_makes_it_a_failed_one(self, given_facts: Any, is_failed: bool) -> None:
        assert delivery(**given_facts).is_failed is is_failed

    @pytest.mark.parametrize(
        ("given_facts", "hours"),
        [
            ({}, None),
            ({"troubles": (trouble(),)}, 2),
            ({"troubles": (trouble(), trouble(after=2 * HOUR, lasts=3 * HOUR))}, 5),
            ({"troubles": (trouble(), trouble(lasts=None))}, None),
            ({"outcome": "failed", "next_success_at": NOON + 4 * HOUR}, 4),
            ({"outcome": "failed"}, None),
            ({"outcome": "rolled_back", "started_at": NOON - HOUR}, 1),
            ({"outcome": "rolled_back", "next_success_at": NOON + 4 * HOUR}, 4),
            ({"is_fixed": True, "fixed_at": NOON + 6 * HOUR}, 6),
            ({"is_fixed": True}, None),
            ({"has_change_failed": True, "change_ended_at": NOON + 3 * HOUR}, 3),
            ({"has_change_failed": True, "change_ended_at": NOON - HOUR}, 0),
            ({"outcome": "failed", "troubles": (trouble(),), "next_success_at": NOON}, 2),
        ],
    )
    def test_when_all_was_well_again(self, given_facts: Any, hours: int | None) -> None:
        found = delivery(**given_facts).recovery

        assert found == (None if hours is None else hours * HOUR)

    @pytest.mark.parametrize(
        ("given_facts", "hours"),
        [
            ({}, None),
            ({"first_commit_at": NOON - 5 * HOUR}, 5),
            ({"first_commit_at": NOON - 5 * HOUR, "outcome": "failed"}, None),
            ({"first_commit_at": NOON + HOUR}, 0),
        ],
    )
    def test_how_long_the_first_commit_waited(self, given_facts: Any, hours: int | None) -> None:
        found = delivery(**given_facts).lead_time

        assert found == (None if hours is None else hours * HOUR)


def test_the_figures_of_a_fortnight_are_those_worked_out_by_hand() -> None:
    rows = [
        delivery(1, first_commit_at=NOON - 2 * HOUR),
        delivery(2, first_commit_at=NOON - 10 * HOUR),
        delivery(3, first_commit_at=NOON - 4 * HOUR, troubles=(trouble(), trouble())),
        delivery(4, outcome="failed", next_success_at=NOON + 8 * HOUR),
        delivery(5, is_rework=True),
        delivery(6, suspected=(trouble(),)),
        delivery(7, outcome="failed"),
    ]

    figures = figures_of(rows, days=14)

    # Lead times 2, 4, 10 h; five successes in 14 days; 3, 4 and 7 failed of seven; recovered after
    # 2 and 8 h, one not yet; one fix of seven.
    assert figures.as_plain() == {
        "lead_time_seconds": 4 * 3600,
        "deployments_per_day": round(5 / 14, 4),
        "change_fail_rate": round(3 / 7, 4),
        "recovery_seconds": 5 * 3600,
        "rework_rate": round(1 / 7, 4),
        "counts": {
            "deployments": 7, "frequency": 5, "lead_time": 3, "fail_rate": 3, "recovery": 2,
            "rework": 1, "suspected": 1, "unrecovered": 1,
        },
    }  # fmt: skip


def test_of_nothing_there_are_no_figures() -> None:
    figures = figures_of([], days=30)

    assert (figures.lead_time, figures.fail_rate, figures.recovery) == (None, None, None)
    assert figures.per_day == 0


DELIVERIES = st.lists(
    st.builds(
        Delivery,
        key=st.integers(0, 10**6),
        finished_at=st.integers(0, 29).map(lambda days: NOON + timedelta(days=days)),
        outcome=st.sampled_from(["succeeded", "failed", "rolled_back"]),
        started_at=st.none() | st.just(NOON - HOUR),
        first_commit_at=st.none() | st.integers(0, 99).map(lambda hours: NOON - hours * HOUR),
        service=st.sampled_from(["", "shop", "search"]),
        has_change_failed=st.booleans(),
        is_rework=st.booleans(),
        troubles=st.sampled_from([(), (trouble(),), (trouble(lasts=None),)]),
        suspected=st.sampled_from([(), (trouble(),)]),
        next_success_at=st.none() | st.just(NOON + 40 * DAY),
    ),
    max_size=25,
    unique_by=lambda each: each.key,
)


@given(DELIVERIES)
def test_every_figure_is_the_sum_of_its_rows_and_of_its_parts(rows: list[Delivery]) -> None:
    whole = figures_of(rows, days=30)
    by_service = parts_by("service", rows, days=30)
    in_time = parts_in_time(rows, start=NOON, end=NOON + 30 * DAY, length=7 * DAY)

    for figure in PICKS:
        assert whole.counts[figure] == len(rows_of(figure, rows))
        assert whole.counts[figure] == sum(each.figures.counts[figure] for each in by_service)
        assert whole.counts[figure] == sum(each.figures.counts[figure] for each in in_time)
    assert whole.counts["fail_rate"] == whole.counts["recovery"] + whole.counts["unrecovered"]
    assert len(in_time) == 5


@given(DELIVERIES)
def test_one_more_failure_never_makes_the_fail_rate_better(rows: list[Delivery]) -> None:
    before = figures_of(rows, days=30).fail_rate or 0
    worse = figures_of([*rows, delivery(-1, outcome="failed")], days=30).fail_rate or 0

    assert worse >= before


def deployed(**given: Any) -> Deployment:
    made: Deployment = DeploymentFactory(
        **{"started_at": NOON - HOUR, "finished_at": NOON, "first_commit_at": NOON - 3 * HOUR}
        | given
    )
    return made


def cause(change: Any, incident: Any, **given: Any) -> Attribution:
    return Attribution.objects.create(
        change=change, incident=incident, **{"provenance": "confirmed", "score": 80} | given
    )


@pytest.fixture
def ask(alice: User) -> Any:
    """The API's figures of ten days around the noon of these tests."""

    def asked(address: str = "", user: User = alice, **query: Any) -> Any:
        client = Client(headers={"Authorization": f"Bearer {issue_token(user=user, name='t')[1]}"})
        span = {"start": (NOON - 5 * DAY).isoformat(), "end": (NOON + 5 * DAY).isoformat()}
        answer = client.get(f"/api/v1/dora/{address}", span | query)
        assert answer.status_code == query.pop("status", 200) or answer.status_code >= 400
        return answer

    return asked


@pytest.mark.django_db
class TestGathered:
    def test_incidents_make_one_failed_deployment_however_many_they_are(self, ask: Any) -> None:
        change = ChangeFactory()
        deployed(change=change)
        deployed(service=ServiceFactory())
        for minutes in (10, 20):
            began_at = NOON + timedelta(minutes=minutes)
            incident = IncidentFactory(opened_at=began_at, resolved_at=began_at + HOUR)
            cause(change, incident)

        found = ask().json()

        assert found["change_fail_rate"] == 0.5
        assert found["recovery_seconds"] == 80 * 60
        assert found["definition"] == "1"

    def test_of_two_deployments_of_a_change_the_last_before_it_is_blamed(self, ask: Any) -> None:
        change = ChangeFactory()
        first = deployed(change=change, finished_at=NOON - DAY, started_at=NOON - DAY - HOUR)
        deployed(change=change, finished_at=NOON + DAY, started_at=NOON)
        deployed(change=change, environment="staging")
        cause(change, IncidentFactory(opened_at=NOON))

        rows = ask("deployments/", figure="fail_rate", environment="all").json()["results"]

        assert [each["id"] for each in rows] == [first.pk]

    def test_being_the_last_before_an_incident_is_nothing(self, ask: Any) -> None:
        made = deployed(change=ChangeFactory())
        IncidentFactory(service=made.service, opened_at=NOON + timedelta(minutes=1))

        assert ask().json()["change_fail_rate"] == 0

    @pytest.mark.parametrize(
        ("given_facts", "failed", "suspected"),
        [
            ({"provenance": "auto", "is_likely": True}, 0, 1),
            ({"provenance": "auto", "is_likely": False}, 0, 0),
            ({"provenance": "rejected", "is_likely": True}, 0, 0),
            ({"provenance": "confirmed"}, 1, 0),
        ],
    )
    def test_a_suspicion_is_shown_beside_and_not_counted(
        self, ask: Any, given_facts: Any, failed: int, suspected: int
    ) -> None:
        change = ChangeFactory()
        deployed(change=change)
        cause(change, IncidentFactory(opened_at=NOON + HOUR), **given_facts)

        counts = ask().json()["counts"]

        assert (counts["fail_rate"], counts["suspected"]) == (failed, suspected)

    def test_what_was_no_incident_failed_nothing(self, ask: Any) -> None:
        change = ChangeFactory()
        deployed(change=change)
        cause(change, IncidentFactory(at_state="canceled", opened_at=NOON + HOUR))

        assert ask().json()["change_fail_rate"] == 0

    def test_a_failed_one_has_recovered_with_the_next_that_succeeds(self, ask: Any) -> None:
        service = ServiceFactory()
        deployed(service=service, outcome="failed")
        deployed(service=service, environment="staging", finished_at=NOON + HOUR)
        deployed(finished_at=NOON + 2 * HOUR)
        deployed(service=service, finished_at=NOON + 3 * HOUR)

        assert ask().json()["recovery_seconds"] == 3 * 3600

    def test_what_another_change_had_to_fix_failed_and_its_fix_is_rework(self, ask: Any) -> None:
        broken, fix = ChangeFactory(), ChangeFactory()
        deployed(change=broken)
        deployed(change=fix, finished_at=NOON + 2 * HOUR)
        Link.objects.create(from_ticket=broken, to_ticket=fix, sort=Link.Sort.FIXED_BY)

        found = ask().json()

        assert (found["change_fail_rate"], found["rework_rate"]) == (0.5, 0.5)
        assert found["recovery_seconds"] == 2 * 3600

    def test_the_fix_of_an_incident_is_rework_and_so_is_an_emergency(self, ask: Any) -> None:
        fix = ChangeFactory()
        Link.objects.create(from_ticket=IncidentFactory(), to_ticket=fix, sort=Link.Sort.FIXED_BY)
        deployed(change=fix)
        deployed(change=ChangeFactory(type="emergency"))
        deployed(change=ChangeFactory())

        assert ask().json()["rework_rate"] == round(2 / 3, 4)

    def test_a_change_taken_back_afterwards_failed_with_its_last_deployment(self, ask: Any) -> None:
        change = ChangeFactory(outcome="rolled_back", actual_end=NOON + 4 * HOUR)
        deployed(change=change, finished_at=NOON - HOUR, started_at=NOON - 2 * HOUR)
        deployed(change=change)

        found = ask().json()

        assert found["counts"]["fail_rate"] == 1
        assert found["recovery_seconds"] == 4 * 3600

    def test_what_runs_was_canceled_or_lies_outside_does_not_count(self, ask: Any) -> None:
        deployed()
        deployed(outcome="running", finished_at=None)
        deployed(outcome="canceled")
        deployed(environment="staging")
        deployed(finished_at=NOON - 6 * DAY, started_at=NOON - 7 * DAY)
        deployed(finished_at=NOON + 5 * DAY)

        assert ask().json()["counts"]["deployments"] == 1
        assert ask(environment="all").json()["counts"]["deployments"] == 2

    def test_services_teams_and_environments_stand_side_by_side(self, ask: Any) -> None:
        team = TeamFactory(slug="shop")
        basket, search = (ServiceFactory(name=each, owner_team=team) for each in ("a", "b"))
        deployed(service=basket)
        deployed(service=basket, outcome="failed")
        deployed(service=search)
        deployed(service=None)

        by_service = ask(by="service").json()["parts"]
        by_team = ask(by="team").json()["parts"]

        shown = [(each["name"], each["counts"]["deployments"]) for each in by_service]
        assert shown == [("a", 2), ("", 1), ("b", 1)]
        assert by_service[0]["change_fail_rate"] == 0.5
        assert [(each["name"], each["counts"]["deployments"]) for each in by_team] == [
            ("shop", 3),
            ("", 1),
        ]
        assert ask(service="a").json()["counts"]["deployments"] == 2
        assert ask(team="shop").json()["counts"]["deployments"] == 3
        assert ask(team="nobody").json()["counts"]["deployments"] == 0

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"by": "moon"}, "by"),
            ({"start": "yesterday"}, "start"),
            ({"end": "2020-01-01T00:00:00Z"}, "end"),
            ({"start": "2020-01-01T00:00:00Z"}, "start"),
            ({"figure": "deployments"}, "figure"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_name(
        self, ask: Any, query: dict[str, str], field: str
    ) -> None:
        answer = ask(**query)

        assert answer.status_code == 400
        assert field in answer.json()["errors"]
        assert ask("deployments/", figure="moon").status_code == 400

    def test_rows_come_in_pages_with_what_was_counted(self, ask: Any) -> None:
        for hours in range(3):
            deployed(finished_at=NOON + hours * HOUR)

        first = ask("deployments/", figure="lead_time", limit=2).json()

        assert [each["lead_time_seconds"] for each in first["results"]] == [5 * 3600, 4 * 3600]
        assert first["next"]

    def test_end_users_see_nothing_of_it(self, ask: Any, charlie: User) -> None:
        assert ask(user=charlie).status_code == 403

    def test_it_costs_the_same_however_many_there_are(
        self, ask: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _each in range(15):
            change = ChangeFactory(outcome="failed")
            deployed(change=change, outcome="failed")
            cause(change, IncidentFactory(opened_at=NOON + HOUR))

        with django_assert_max_num_queries(16):
            ask(by="service")
