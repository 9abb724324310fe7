"""Following a job that another system does: started once, looked at until it is over, collected."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from itsm.automation.executors import Outcome, Say, Work, failed, unknown
from itsm.core import http

PAUSE = 2.0  # seconds between looks
MOST_MISSED = 15  # looks in a row that may fail before nobody knows any more


class Refusal(Exception):  # noqa: N818 an answer of the other side
    """The other side says no, in its own words."""


@dataclass(frozen=True)
class Job:
    """A job as the other side knows it.

    ``look`` gives its outcome once it is over and None before that; ``cancel`` asks it to end.
    """

    name: str
    look: Callable[[Say], Outcome | None]
    cancel: Callable[[], None]


def do(start: Callable[[], Job], work: Work, say: Say) -> Outcome:
    """Start a job and follow it; what was started and is not seen to end is unknown."""
    try:
        job = start()
    except Refusal as refusal:
        return failed(str(refusal))
    except http.Unreachable as error:
        return unknown(str(error)) if error.was_sent else failed(str(error))
    say(job.name)
    return _follow(job, work, say)


def _follow(job: Job, work: Work, say: Say) -> Outcome:
    deadline = time.monotonic() + work.timeout.total_seconds()
    missed = 0
    while True:
        try:
            if (outcome := job.look(say)) is not None:
                return outcome
            missed = 0
        except (Refusal, http.Unreachable) as error:
            missed += 1
            if missed >= MOST_MISSED:
                return unknown(str(error))
        if work.is_stopped() or time.monotonic() > deadline:
            return _give_up(job, is_stopped=work.is_stopped())
        time.sleep(PAUSE)


def _give_up(job: Job, *, is_stopped: bool) -> Outcome:
    try:
        job.cancel()
    except (Refusal, http.Unreachable) as error:
        return unknown(str(error))
    return failed(_("It was stopped.") if is_stopped else _("It took too long."))
