"""How changes ended makes the next of their sort more or less risky."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from changes.actions import (
    open_change,
    put_down,
    reject_cause,
)
from changes.actions.opening import Plan
from changes.models import Change
from itsm.core.delivery import deliver_owed
from itsm.people.models import User
from tests.changes.test_earning import BAD, GOOD, ISSUES, template_of
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory, TeamFactory

pytestmark = pytest.mark.django_db


class TestRisk:
    def history(self, alice: User, code: str, count: int = 3, **given: Any) -> list[Change]:
        return [
            ChangeFactory(
                at_state="closed", close_code=code, closed_at=timezone.now(),
                actual_start=timezone.now() - timedelta(hours=3), **given,
            )
            for _each in range(count)
        ]  # fmt: skip

    def record_of(self, change: Change) -> Any:
        change.refresh_from_db()
        found = {each["name"]: each for each in change.risk_contributions}
        return found.get("record")

    @pytest.mark.parametrize(("code", "points"), [(GOOD, -10), (ISSUES, 20), (BAD, 20)])
    def test_how_changes_of_the_service_ended_counts(
        self, alice: User, code: str, points: int
    ) -> None:
        service = ServiceFactory()
        self.history(alice, code, service=service)

        opened = open_change(plan=Plan(title="Again", service=service), actor=alice)

        assert self.record_of(opened)["points"] == points

    def test_the_worst_of_template_service_and_team_counts(
        self, alice: User, dana: User, platform: Any
    ) -> None:
        service, version = ServiceFactory(owner_team=platform), template_of(dana, standing="active")
        self.history(alice, GOOD, service=service)
        self.history(alice, GOOD, template_version=version)
        self.history(alice, BAD, team=platform)
        plan = Plan(title="Again", service=service, template_version=version)

        opened = open_change(plan=Plan(**{**vars(plan), "team": platform}), actor=alice)

        record = self.record_of(opened)
        assert record["points"] == 20
        assert record["records"]["team"] == -5.0
        assert record["records"]["template"] == 3.0

    def test_without_a_past_nothing_counts(self, alice: User) -> None:
        plan = Plan(title="First", service=ServiceFactory(), team=TeamFactory())

        assert self.record_of(open_change(plan=plan, actor=alice)) is None

    def test_a_confirmed_incident_makes_the_next_riskier_and_a_rejected_one_no_more(
        self, alice: User
    ) -> None:
        service = ServiceFactory()
        (former,) = self.history(alice, GOOD, count=1, service=service)
        waiting = open_change(plan=Plan(title="Next", service=service), actor=alice)
        assert self.record_of(waiting)["points"] == -10

        cause = put_down(incident=IncidentFactory(priority=1), change=former, actor=alice)
        deliver_owed()
        assert self.record_of(waiting)["points"] == 20
        assert self.record_of(waiting)["records"]["service"] == -12.0

        reject_cause(attribution=cause, actor=alice)
        deliver_owed()
        assert self.record_of(waiting)["points"] == -10

    def test_what_is_before_the_deciders_is_left_as_they_see_it(self, alice: User) -> None:
        service = ServiceFactory()
        (former,) = self.history(alice, GOOD, count=1, service=service)
        asked = ChangeFactory(at_state="authorize", service=service, risk_score=12)

        put_down(incident=IncidentFactory(), change=former, actor=alice)
        deliver_owed()

        asked.refresh_from_db()
        assert asked.risk_score == 12

    def test_the_page_says_whose_record_it_is(self, alice: User, client: Client) -> None:
        service = ServiceFactory()
        self.history(alice, BAD, service=service)
        opened = open_change(plan=Plan(title="Again", service=service), actor=alice)
        client.force_login(alice)

        page = client.get(f"/changes/{opened.number}/").content.decode()

        assert "Record of the service: low (−5.0)" in page
