"""Many workers at once: a rule acts as often as it says, and an event is taken through once."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from incidents.models import Incident
from itsm.automation.actions.evaluating import evaluate
from itsm.automation.models import Evaluation, Firing
from itsm.core import events
from itsm.core.models import Event
from itsm.people.models import User
from tests.automation.conftest import WriteRule
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def at_once(work: Callable[[Event], object], given: list[Event]) -> list[BaseException]:
    """Do it with each event at the same moment; what went wrong."""
    start, faults = Barrier(len(given)), list[BaseException]()

    def run(event: Event) -> None:
        try:
            start.wait()
            work(event)
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[each]) for each in given]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    return faults


@transaction.atomic
def happened(incident: Incident, actor: User, count: int) -> list[Event]:
    return [
        events.publish("incident.edited", incident, actor=actor, data={"place": place})[0]
        for place in range(count)
    ]


@pytest.mark.parametrize(
    ("guard", "acted"),
    [({"once": "record"}, 1), ({"once": "key", "once_key": "{priority}"}, 1), ({}, THREADS)],
)
def test_a_guard_is_taken_by_one(
    write_rule: WriteRule, alice: User, guard: dict[str, Any], acted: int
):
    note = [{"verb": "note", "values": {"body": "Seen."}}]
    write_rule(events=["incident.edited"], steps=note, **guard)
    incident = IncidentFactory()

    faults = at_once(evaluate, happened(incident, alice, THREADS))

    assert faults == []
    assert (Firing.objects.count(), incident.comments.count()) == (acted, acted)
    assert Evaluation.objects.count() == THREADS


def test_an_event_that_reaches_many_workers_is_acted_on_once(write_rule: WriteRule, alice: User):
    write_rule(events=["incident.edited"], steps=[{"verb": "note", "values": {"body": "Seen."}}])
    incident = IncidentFactory()

    faults = at_once(evaluate, happened(incident, alice, 1) * THREADS)

    # Who came too late is undone whole, and finds it done when it is told again.
    assert all(isinstance(each, IntegrityError) for each in faults)
    assert incident.comments.count() == 1
    assert Firing.objects.count() == 1
