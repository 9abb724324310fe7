"""While a change is made the alerts it has declared open no incident."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from changes.actions import cancel, complete, start
from changes.models import Attribution, Change
from incidents.models import Incident
from itsm.approvals.models import Approval
from itsm.core.delivery import deliver_owed
from itsm.monitoring import chores
from itsm.monitoring.models import Silence
from itsm.people.models import User
from itsm.tickets.actions import edit
from tests.factories import ChangeFactory, ConfigurationItemFactory, ServiceFactory
from tests.monitoring.test_silences import hear, run_out, source

__all__ = ["hear", "source"]

pytestmark = pytest.mark.django_db


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
