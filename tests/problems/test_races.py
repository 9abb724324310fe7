"""Two people at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from itsm.core.errors import Refused
from itsm.people.models import User
from problems import actions
from problems.models import Problem
from tests.factories import ProblemFactory

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 5


def call_each_other_duplicates(one: Problem, other: Problem, actor: User) -> list[BaseException]:
    """Each is said to be a duplicate of the other, both at once; what went wrong."""
    start, faults = Barrier(2), list[BaseException]()

    def run(problem: Problem, original: Problem) -> None:
        try:
            start.wait()
            actions.duplicate(problem, actor=actor, duplicate_of=original.number)
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in ((one, other), (other, one))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    return faults


def test_of_two_that_call_each_other_duplicates_one_stays(alice: User) -> None:
    for _each in range(TIMES):
        pair = [ProblemFactory(at_state="assess", assignee=alice) for _both in range(2)]

        faults = call_each_other_duplicates(pair[0], pair[1], alice)

        assert [isinstance(each, Refused) for each in faults] == [True], faults
        for each in pair:
            each.refresh_from_db()
        ended = {each.state: each.resolution_code for each in pair}
        assert ended == {"assess": "", "closed": "duplicate"}
