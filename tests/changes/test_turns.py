"""Whoever waited for a change goes by what it is then, not by what it was before he waited."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from changes import actions
from changes.models import Change, Permit
from itsm.approvals.models import Approval
from itsm.people.models import User
from tests.factories import ChangeFactory

pytestmark = pytest.mark.django_db(transaction=True)

Behind = Callable[[Callable[[], object], Callable[[], Any]], Any]
BLOCKED = """
SELECT EXISTS (SELECT FROM pg_locks
               WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))
"""


@pytest.fixture
def behind() -> Iterator[Behind]:
    """Do one thing, and another that waits for its end on a connection of its own."""
    with ThreadPoolExecutor(1) as aside:

        def do(first: Callable[[], object], second: Callable[[], Any]) -> Any:
            with transaction.atomic(), connection.cursor() as cursor:
                first()
                found = aside.submit(second)
                end = time.monotonic() + 20
                while not found.done() and time.monotonic() < end:
                    cursor.execute(BLOCKED)
                    if cursor.fetchone()[0]:
                        break
                assert not found.done()
            return found.result(timeout=20)

        yield do
        aside.submit(connections.close_all).result()


def agreed_to(by: User) -> Change:
    """A change that may go out now."""
    change: Change = ChangeFactory(opened_by=by, at_state="scheduled", starts_in=timedelta(0))
    Approval.objects.create(ticket=change, purpose="authorize", state="approved")
    return change


@pytest.mark.parametrize("named", ["by its number", "as it was read"])
def test_the_gate_lets_nothing_go_that_is_put_on_hold_meanwhile(
    behind: Behind, alice: User, named: str
) -> None:
    change = agreed_to(alice)
    given: Any = change.number if named == "by its number" else change

    answer = behind(
        lambda: actions.hold(change, actor=alice, reason="Not today."),
        lambda: actions.ask_gate(change=given, actor=alice),
    )

    assert answer.decision.verdict == "deny"
    assert not Permit.objects.exists()


def test_what_was_put_on_hold_meanwhile_can_be_released(behind: Behind, alice: User) -> None:
    change = agreed_to(alice)

    behind(
        lambda: actions.hold(change, actor=alice, reason="Not today."),
        lambda: actions.release(change, actor=alice),
    )

    assert not Change.objects.get().on_hold
