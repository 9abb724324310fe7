"""Rules to test with, written through the door of their action."""

from collections.abc import Callable
from typing import Any

import pytest

from incidents.actions import open_incident
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.automation.actions.keeping import save_rule
from itsm.automation.models import Rule
from itsm.core.delivery import deliver_owed
from itsm.people.models import User

WriteRule = Callable[..., Rule]


@pytest.fixture
def write_rule(mona: User) -> WriteRule:
    """Write a rule that is on and tags every incident that is opened, unless told otherwise."""
    count = 0

    def write(**given: Any) -> Rule:
        nonlocal count
        count += 1
        usual = {
            "slug": f"rule-{count}",
            "name": f"Rule {count}",
            "mode": "on",
            "events": ["incident.opened"],
            "steps": [{"verb": "set", "values": {"add_tags": ["seen"]}}],
        }
        return save_rule(actor=mona, given={**usual, **given})

    return write


@pytest.fixture
def report(alice: User) -> Callable[..., Incident]:
    """Open an incident as alice, and have everybody who is owed it hear of it."""

    def opened(title: str = "Checkout is slow", **more: Any) -> Incident:
        incident = open_incident(report=Report(title=title, **more), actor=alice)
        deliver_owed()
        incident.refresh_from_db()
        return incident

    return opened
