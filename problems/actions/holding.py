"""Holding a problem that somebody works on."""

from django.utils.translation import gettext as _

from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.permissions import may_work
from itsm.tickets.workflow import check_version
from problems.models import Problem


def hold(problem: Problem, actor: User) -> Problem:
    """The problem, held; NotAllowed where this person does not work on it."""
    if not may_work(actor, problem, "problems.work"):
        raise NotAllowed(_("You may not work on %(number)s.") % {"number": problem.number})
    return problem.lock()


def hold_open(problem: Problem, actor: User, *, expected_version: int | None = None) -> Problem:
    """The same, Refused where it is over."""
    found = hold(problem, actor)
    check_version(found, expected_version)
    if found.phase == "closed":
        raise Refused(_("%(number)s is over.") % {"number": found.number})
    return found
