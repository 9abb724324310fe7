"""An outage everybody may know of."""

import pytest

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.inventory.models import Service
from itsm.people.models import User
from tests.factories import ServiceFactory
from tests.screens.conftest import as_, checkout, incident  # noqa: F401 the same people and things

SECRET = "mx-2 refuses connections from 10.0.0.7"


@pytest.fixture
def mail(db: None) -> Service:
    """A service everybody uses."""
    return ServiceFactory(name="mail", title="E-mail", description="Mailboxes and calendars.")


@pytest.fixture
def outage(alice: User, mail: Service) -> Incident:
    """Trouble with mail that staff told everybody of, in other words than their own."""
    report = Report(title=SECRET, description=SECRET, service=mail)
    opened = actions.open_incident(report=report, actor=alice)
    actions.tell_everybody(incident=opened, actor=alice, body="Mail is slow. We are on it.")
    return opened
