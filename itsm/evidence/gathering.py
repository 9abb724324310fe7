"""Asking every tool about a trouble, several at once, and never longer than a page can wait.

No database in here: what is to be asked was read before, and threads must not hold connections.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from itsm.core.http import Unreachable
from itsm.evidence.patterns import Line
from itsm.evidence.ports import LOGS, Asked, Numbers, Unreadable, readers

PATIENCE = 25.0  # seconds for all tools together
AT_ONCE = 4
STEP = timedelta(seconds=15)
DAY = timedelta(days=1)
ENOUGH_LEFT = 12.0  # seconds that must be left to ask for the day before


@dataclass(frozen=True, kw_only=True)
class Question:
    """One query to one source, filled in."""

    source: int
    source_name: str
    kind: str
    name: str
    measures: str
    component: str
    label: str
    asked: Asked


@dataclass
class Gathered:
    """What the tools told, and what is missing: of each source's name why."""

    numbers: list[tuple[Question, Numbers]] = field(default_factory=list)
    day_before: list[tuple[Question, Numbers]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


@dataclass
class _Told:
    numbers: list[tuple[Question, Numbers]] = field(default_factory=list)
    day_before: list[tuple[Question, Numbers]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    error: str = ""


def gather(
    questions: Sequence[Question], *, split: datetime, with_day_before: bool = False
) -> Gathered:
    """The answers to all questions; lines of before the split are asked for by themselves."""
    by_source: Mapping[int, list[Question]] = _by_source(questions)
    gathered = Gathered()
    if not by_source:
        return gathered
    deadline = time.monotonic() + PATIENCE
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="evidence")
    waiting: dict[Future[_Told], Question] = {
        pool.submit(_ask_all, asked, split, deadline, with_day_before=with_day_before): asked[0]
        for asked in by_source.values()
    }
    done, late = wait(waiting, timeout=PATIENCE)
    pool.shutdown(wait=False, cancel_futures=True)
    for future in done:
        _take(gathered, waiting[future], future.result())
    for future in late:
        _note(gathered, waiting[future], "It took too long to answer.")
    return gathered


def _by_source(questions: Sequence[Question]) -> dict[int, list[Question]]:
    found: dict[int, list[Question]] = defaultdict(list)
    for each in questions:
        found[each.source].append(each)
    return found


def _ask_all(
    questions: Sequence[Question], split: datetime, deadline: float, *, with_day_before: bool
) -> _Told:
    """Ask one tool one thing after another; one that cannot be reached is asked no more."""
    told = _Told()
    for each in questions:
        if time.monotonic() > deadline:
            told.error = told.error or "It took too long to answer."
            break
        try:
            _ask(each, split, told)
        except Unreachable as error:
            told.error = str(error)
            break
        except Unreadable as error:
            told.error = told.error or f"{each.name}: {error}"
        except Exception as error:  # no answer of another system may cost the rest
            told.error = told.error or f"{each.name}: {type(error).__name__}"
    if with_day_before:
        answered = dict.fromkeys(question for question, _numbers in told.numbers)
        _ask_day_before(list(answered), deadline, told)
    return told


def _ask_day_before(questions: Sequence[Question], deadline: float, told: _Told) -> None:
    """The same a day earlier, of what told anything; a tool that does not say it is not missed."""
    for each in questions:
        if time.monotonic() > deadline - ENOUGH_LEFT:
            return
        asked = replace(each.asked, since=each.asked.since - DAY, until=each.asked.until - DAY)
        try:
            found = readers[each.kind].numbers(asked)
        except Exception:  # what is told of today is told without it
            return
        told.day_before += [(each, numbers) for numbers in found]


def _ask(question: Question, split: datetime, told: _Told) -> None:
    reader = readers[question.kind]
    if reader.reads != LOGS:
        told.numbers += [(question, each) for each in reader.numbers(question.asked)]
        return
    asked = question.asked
    before = _between(asked, asked.since, split, newest_first=True)
    during = _between(asked, split, asked.until, newest_first=False)
    for span in (before, during):
        told.lines += [_placed(each, question) for each in reader.lines(span)]


def _between(asked: Asked, since: datetime, until: datetime, *, newest_first: bool) -> Asked:
    return replace(asked, since=since, until=until, newest_first=newest_first)


def _placed(line: Line, question: Question) -> Line:
    component = line.component or question.component
    return Line(line.at, line.text, line.level, component)


def _take(gathered: Gathered, question: Question, told: _Told) -> None:
    gathered.numbers += told.numbers
    gathered.day_before += told.day_before
    gathered.lines += told.lines
    gathered.errors[question.source] = ""
    if told.error:
        _note(gathered, question, told.error)


def _note(gathered: Gathered, question: Question, why: str) -> None:
    gathered.missing[question.source_name] = why[:250]
    gathered.errors[question.source] = why[:250]
