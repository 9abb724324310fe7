"""Each number equals a plain count of the same definition, and the sum of the rows it opens."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from statistics import fmean, median
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident
from itsm.automation.models import Firing, Rule
from itsm.core.measures import measures
from itsm.people.models import Team, User
from knowledge.models import Showing
from tests.factories import IncidentFactory, TeamFactory, UserFactory
from tests.factories_of_articles import VersionFactory

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SPAN = "start=2026-11-01T12:00:00Z&end=2026-11-11T12:00:00Z"


@pytest.fixture
def past(platform: Team) -> list[Incident]:
    """Eighty incidents of three teams, over twenty-two days around the ten that are asked about."""
    drawn = random.Random(5)
    teams: list[Team | None] = [platform, TeamFactory(slug="network", name="Network"), None]
    return [_one(drawn, teams) for _each in range(80)]


def _one(drawn: random.Random, teams: list[Team | None]) -> Incident:
    opened = NOON + timedelta(hours=drawn.uniform(-260, 260))
    took = timedelta(hours=drawn.expovariate(1 / 20))
    is_over = drawn.random() < 0.8
    return IncidentFactory(
        at_state="closed" if is_over else "in_progress",
        team=drawn.choice(teams),
        source=drawn.choice(["phone", "portal", "monitoring"]),
        detection=drawn.choice(["alert", "user"]),
        opened_at=opened,
        acknowledged_at=opened + took * 0.1 if drawn.random() < 0.9 else None,
        resolved_at=opened + took if is_over else None,
        closed_at=opened + took * 2 if is_over else None,
        reopen_count=drawn.choice([0, 0, 0, 1]),
        reassignment_count=drawn.choice([0, 0, 1, 2]),
        resolution_code=drawn.choice(["fixed", "self_healed"]) if is_over else "",
        custom={"made_sla": drawn.choice(["true", "false"])} if drawn.random() < 0.5 else {},
    )


def ask(client: Client, address: str) -> Any:
    answer = client.get(f"/api/v1/measures/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def within(at: datetime | None) -> bool:
    return at is not None and NOON <= at < NOON + 10 * DAY


def took(at: datetime | None, incident: Incident) -> float:
    return (at - incident.opened_at).total_seconds() if at else 0


def plainly(past: list[Incident]) -> Mapping[str, tuple[int, float]]:
    """The same definitions, counted in plain Python: how many rows, and the number."""
    end = NOON + 10 * DAY
    over = [each for each in past if within(each.resolved_at)]
    spans = [took(each.resolved_at, each) for each in over]
    seen = [each for each in past if within(each.acknowledged_at)]
    waits = [took(each.acknowledged_at, each) for each in seen]
    still = [
        each
        for each in past
        if each.opened_at < end and (each.resolved_at is None or each.resolved_at >= end)
    ]
    ages = [(end - each.opened_at).total_seconds() for each in still]
    called = [each for each in over if each.source != "monitoring"]
    first = [
        each.reassignment_count == each.reopen_count == 0 and took(each.resolved_at, each) <= 3600
        for each in called
    ]
    alerted = [each.resolution_code == "self_healed" for each in over if each.detection == "alert"]
    promised = [each.custom["made_sla"] == "true" for each in over if each.custom]
    return {
        "mtta": (len(waits), median(waits)),
        "mttr": (len(spans), median(spans)),
        "backlog": (len(still), len(still)),
        "backlog-age": (len(ages), median(ages)),
        "reopened": (len(over), fmean(each.reopen_count > 0 for each in over)),
        "reassignments": (len(over), fmean(each.reassignment_count for each in over)),
        "first-contact": (len(first), fmean(first)),
        "self-healed": (len(alerted), fmean(alerted)),
        "sla-kept": (len(promised), fmean(promised)),
    }


@pytest.mark.django_db
class TestNumbers:
    def test_each_equals_a_plain_count(
        self, client: Client, alice: User, past: list[Incident]
    ) -> None:
        client.force_login(alice)

        told = {each["name"]: each["now"] for each in ask(client, f"?{SPAN}")}

        expected = plainly(past)
        assert {name: told[name]["count"] for name in expected} == {
            name: count for name, (count, _value) in expected.items()
        }
        assert {name: told[name]["value"] for name in expected} == pytest.approx(
            {name: value for name, (_count, value) in expected.items()}, abs=1e-4
        )
        assert all(
            told[name]["low"] <= told[name]["value"] <= told[name]["high"] for name in expected
        )

    @pytest.mark.parametrize("name", ["mttr", "reopened", "backlog", "reassignments"])
    def test_each_is_the_sum_of_what_it_opens(
        self, name: str, client: Client, alice: User, past: list[Incident]
    ) -> None:
        client.force_login(alice)

        told = ask(client, f"{name}/?{SPAN}")

        rows = ask(client, f"{name}/rows/?{SPAN}&limit=200")["results"]
        now = told["now"]
        assert len(rows) == now["count"] == sum(each["count"] for each in told["teams"])
        if not measures[name].is_standing:
            assert sum(each["count"] for each in told["course"]) == now["count"]
            assert sum(each["value"] for each in rows) == pytest.approx(now["total"], abs=0.01)
        numbers = {each["ticket"] for each in rows}
        assert numbers <= {each.number for each in past}
        of_team = ask(client, f"{name}/?{SPAN}&team=network")["now"]["count"]
        assert [of_team] == [each["count"] for each in told["teams"] if each["team"] == "network"]

    def test_pages_open_exactly_their_rows(
        self, client: Client, alice: User, past: list[Incident]
    ) -> None:
        client.force_login(alice)

        page = client.get("/measures/mttr/?" + SPAN)

        rows = client.get(page.context["rows"])
        assert rows.context["count"] == int(page.context["tile"]["count"])
        counts = [
            client.get(address).context["count"]
            for _name, address, _cells in page.context["course"]
        ]
        assert sum(counts) == rows.context["count"]
        assert [int(cells["count"]) for _name, _address, cells in page.context["course"]] == counts
        table = client.get(f"/measures/mttr/csv/?{SPAN}").content.decode().splitlines()
        assert len(table) == rows.context["count"] + 1
        assert page.content.decode().count('<svg class="chart"') == 1
        names = [name for name, *_rest in page.context["teams"]]
        assert names == sorted(names)

    def test_what_one_may_not_see_is_not_counted(
        self, client: Client, bob: User, mona: User
    ) -> None:
        IncidentFactory(
            at_state="closed", opened_at=NOON, resolved_at=NOON + HOUR, confidential=True
        )

        counts = []
        for person in (bob, mona):
            client.force_login(person)
            counts.append(ask(client, f"mttr/?{SPAN}")["now"]["count"])

        assert counts == [0, 1]

    def test_hours_that_rules_saved_add_up(self, client: Client, alice: User) -> None:
        rule = Rule.objects.create(slug="r", name="Tidy up", saves_minutes=30)
        ticket = IncidentFactory(team=alice.teams.get())
        for place in range(3):
            Firing.objects.create(
                rule=rule,
                ticket=ticket,
                outcome="acted",
                saved_minutes=30,
                happened_at=NOON + place * HOUR,
            )
        client.force_login(alice)

        told = ask(client, f"hours-saved/?{SPAN}")

        assert (told["now"]["value"], told["now"]["count"]) == (1.5, 3)
        page = client.get(f"/measures/hours-saved/rows/?{SPAN}").content.decode()
        assert page.count("Tidy up") == 3
        assert ticket.number in page

    def test_what_articles_spare_is_among_them(self, client: Client, alice: User) -> None:
        article = VersionFactory(state="published").article
        for place in range(4):
            reader = UserFactory()
            at = NOON + place * HOUR
            Showing.objects.create(
                article=article, user=reader, place="read", day=at.date(), shown_at=at
            )
            if place == 0:
                IncidentFactory(caller=reader, opened_at=at + HOUR)
        client.force_login(alice)

        with time_machine.travel(NOON + 5 * DAY, tick=False):
            told = ask(client, f"deflection/?{SPAN}")["now"]

        assert (told["count"], told["value"]) == (4, 0.75)

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("nothing/", 404),
            ("delivery-lead-time/rows/", 404),
            ("?start=2026-11-02T00:00:00Z&end=2026-11-01T00:00:00Z", 400),
            ("?start=2020-11-02T00:00:00Z", 400),
            ("?start=yesterday", 400),
            ("mttr/?team=nobody", 404),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, address: str, code: int, client: Client, alice: User
    ) -> None:
        client.force_login(alice)

        assert client.get(f"/api/v1/measures/{address}").status_code == code

    def test_the_pages_cost_the_same_however_much_there_is(
        self, client: Client, alice: User, past: list[Incident]
    ) -> None:
        client.force_login(alice)
        client.get("/measures/")

        def cost(address: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            return len(captured)

        assert cost(f"/measures/?{SPAN}") <= 45
        assert cost(f"/measures/mttr/?{SPAN}") <= 16
        assert cost(f"/measures/mttr/rows/?{SPAN}") <= 16
