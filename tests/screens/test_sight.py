"""Who may see a ticket: the rule for live lines against the rule of every page."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from incidents.models import Incident
from itsm.people.models import Delegate
from itsm.people.roles import Role
from itsm.tickets.models import Watcher
from itsm.tickets.selectors import visible_tickets
from itsm.tickets.sight import facts_of, may_see, readers
from tests.factories import IncidentFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()
DAYS: dict[str, dict[str, date]] = {
    "delegate": {"starts_on": TODAY, "ends_on": TODAY},
    "late": {"starts_on": TODAY - timedelta(days=9), "ends_on": TODAY - timedelta(days=1)},
    "early": {"starts_on": TODAY + timedelta(days=1)},
}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(
    "tie", ["none", "caller", "assignee", "team", "watcher", "delegate", "late", "early"]
)
@pytest.mark.parametrize("confidential", [False, True])
def test_both_forms_of_the_rule_agree(role: str, tie: str, confidential: bool):
    """P22: what live lines decide in memory is what every page decides in the database."""
    shown, told = verdicts(role, tie, confidential)

    assert shown == told


def verdicts(role: str, tie: str, confidential: bool) -> tuple[bool, bool]:
    user, team = UserFactory(role=role), TeamFactory()
    incident = IncidentFactory(confidential=confidential, team=team)
    ties = {"caller": "caller", "assignee": "assignee"}
    if tie in ties:
        Incident.objects.filter(pk=incident.pk).update(**{ties[tie]: user})
    elif tie == "team":
        team.members.add(user)
    elif tie == "watcher":
        Watcher.objects.create(ticket=incident, user=user)
    elif tie in DAYS:
        person = UserFactory()
        Incident.objects.filter(pk=incident.pk).update(caller=person)
        Delegate.objects.create(person=person, delegate=user, **DAYS[tie])
    shown = visible_tickets(user).filter(pk=incident.pk).exists()
    told = may_see(readers([user.pk])[user.pk], facts_of([incident.pk])[incident.pk])
    return shown, told
