"""What the doctor finds, and what it says to do."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from itsm.core import heartbeats
from itsm.core.events import publish
from itsm.core.health import SILENCE
from itsm.core.models import Delivery, Event
from itsm.people.models import Team

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


def findings(captured: Captured) -> list[str]:
    """What it says is not well, a line each."""
    with pytest.raises(SystemExit, match=r"^1$"):
        call_command("doctor")
    lines = captured.readouterr().out.splitlines()
    return [line for line in lines if line.startswith("✗") and " is not well: " in line]


def test_all_is_well_where_everybody_is_heard_from(capsys: Captured) -> None:
    heartbeats.beat(*SILENCE)

    call_command("doctor")

    assert capsys.readouterr().out.startswith("✓ All is well")


def test_who_is_silent_is_named_with_how_long_and_what_to_do(capsys: Captured) -> None:
    heartbeats.beat("beat")
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        heartbeats.beat("sweep")

        worker, beat = findings(capsys)

    assert worker.startswith("✗ worker is not well: never heard from. Start it: celery -A itsm")
    assert beat.startswith("✗ beat is not well: last heard from 3\xa0hours ago. Start it: celery")


def test_what_is_owed_for_long_is_counted(capsys: Captured, platform: Team) -> None:
    heartbeats.beat(*SILENCE)
    with time_machine.travel(timezone.now() - timedelta(days=13)), transaction.atomic():
        publish("team.tested", platform, actor=None)
    Delivery.objects.all().delete()
    Delivery.objects.create(event=Event.objects.get(name="team.tested"), subscriber="nobody")

    (said,) = findings(capsys)

    assert "1 owed, the oldest for 1\xa0week, 6\xa0days, 0 given up." in said
