"""An incident people look at, and browsers without JavaScript."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.inventory.models import Service
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.sources import Signal
from itsm.people.models import Team, User
from tests.factories import ServiceFactory

Browser = Callable[[User], Client]
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>{{ 7|add:7 }}'


@pytest.fixture
def checkout(platform: Team) -> Service:
    """A service of the Platform team."""
    return ServiceFactory(name="checkout", title="Checkout", owner_team=platform)


@pytest.fixture
def incident(alice: User, charlie: User, checkout: Service) -> Incident:
    """What charlie called about and alice opened."""
    report = Report(
        title="Payments time out",
        description="Since nine every third one fails.",
        caller=charlie,
        service=checkout,
    )
    return actions.open_incident(report=report, actor=alice)


@pytest.fixture
def as_() -> Browser:
    """A browser somebody is signed in to."""

    def signed_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in


@pytest.fixture
def firing(dana: User) -> None:
    """Three alerts that are on and one that is over."""
    source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
    now = timezone.now()
    signals = [
        Signal(fingerprint=each, status="firing", title=f"Disk {each} is full", severity="warning")
        for each in ("a", "b", "c", "d")
    ]
    record_signals(source, signals=signals, now=now)
    over = Signal(fingerprint="d", status="resolved", title="Disk d is full", severity="warning")
    record_signals(source, signals=[over], now=now + timedelta(minutes=1))
