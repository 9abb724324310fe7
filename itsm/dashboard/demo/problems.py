"""The problems of the demo company: why it keeps happening, and what helps meanwhile."""

# ruff: noqa: E501 sentences

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incidents.models import Incident
from itsm.inventory.models import Service
from itsm.people.models import User
from problems import actions
from problems.actions.opening import Report
from problems.models import Problem

Step = tuple[datetime, Callable[[], object]]
MOST_INCIDENTS = 12


@dataclass(frozen=True)
class Told:
    """A problem on its way: what is done to it, each so many hours ago."""

    title: str
    service: str
    # The incidents that made somebody ask: those whose title has these words.
    words: str
    by: str
    hours_ago: float
    symptoms: str
    moves: tuple[tuple[float, str, dict[str, Any]], ...]
    whys: tuple[tuple[str, str, str], ...] = ()
    actions: tuple[tuple[str, str], ...] = ()
    major: bool = False


PROBLEMS = (
    Told(
        title="Search runs out of heap again and again",
        service="search", words="Heap of search-index", by="alice", hours_ago=9,
        symptoms="Heap above 90 %, slow answers, at last a restart. Mostly on Monday mornings.",
        moves=((8.5, "assess", {}), (8, "confirm", {})),
        whys=(
            ("The heap was full and collected all the time", "Its log tells of collections of 4 s and longer.", "contributes"),
            ("One query holds a facet over all articles in memory", "The circuit breaker names it in the log.", "contributes"),
            ("The campaign page of Monday asks for every colour", "It is the only caller of that facet.", "open"),
        ),
    ),
    Told(
        title="VPN asks for the password again and again",
        service="vpn", words="VPN", by="ines", hours_ago=150,
        symptoms="The window for the password comes back every few minutes; the connection drops.",
        moves=(
            (149, "assess", {}), (148, "confirm", {}),
            (120, "publish_workaround", {
                "workaround": "Close the client, delete its profile and sign in anew. The update to "
                "5.1.3 does it for good.",
                "caller_summary": "VPN asks for the password every few minutes",
                "caller_advice": "Quit the VPN client, choose “Forget this profile” and sign in again. "
                "It holds for about a week; the next update of the client cures it.",
            }),
            (72, "fix", {"cause": "Clients before 5.1.3 throw a session away when the gateway "
                         "changes its key."}),
        ),
    ),
    Told(
        title="Card readers in shops stop reading",
        service="tills", words="does not read cards", by="kofi", hours_ago=420,
        symptoms="The reader shows its logo and takes no card until it is paired again.",
        moves=(
            (418, "assess", {}), (400, "confirm", {}),
            (396, "publish_workaround", {
                "workaround": "Hold the reader's green key for ten seconds, then pair it at the till.",
                "caller_summary": "A card reader takes no cards",
                "caller_advice": "Hold the green key of the reader for ten seconds and pair it again "
                "at the till. Take the second reader meanwhile.",
            }),
        ),
    ),
    Told(
        title="Certificates expire because nobody is told",
        service="certificates", words="Certificate expires", by="grace", hours_ago=330, major=True,
        symptoms="Twice a certificate had a week left before somebody saw it by chance.",
        moves=(
            (328, "assess", {}), (320, "confirm", {}),
            (300, "fix", {"cause": "The renewal timer was left behind when the vault moved."}),
            (190, "resolve", {"notes": "The timer runs again, and an alert fires at 30 days.",
                              "no_change_reason": "It was set up again as it had been.",
                              "observe_days": 30}),
        ),
        whys=(
            ("Nobody renewed it", "The vault shows no renewal since spring.", "contributes"),
            ("The timer did not run", "Its last line in the log is of the day of the move.", "contributes"),
            ("The timer stayed on the old host when the vault moved", "It is still there.", "cause"),
        ),
        actions=(("Alert at 30 days for every certificate", "detect"),
                 ("Moves of hosts list their timers", "process")),
    ),
)  # fmt: skip


def problems(*, people: dict[str, User], now: datetime) -> list[Step]:
    """What was asked why, and how far it has come."""
    steps: list[Step] = []
    for told in PROBLEMS:
        steps += _Asked(told, people=people, now=now).steps()
    return steps


class _Asked:
    """One problem on its way through the actions."""

    def __init__(self, told: Told, *, people: dict[str, User], now: datetime) -> None:
        self.told, self.people, self.now = told, people, now
        self.actor = people[told.by]
        self.pk = 0

    def steps(self) -> list[Step]:
        told = self.told
        steps: list[Step] = [(self._at(told.hours_ago), self._open)]
        steps += [(self._at(hours), self._move(verb, given)) for hours, verb, given in told.moves]
        last = min(hours for hours, _verb, _given in told.moves)
        return [*steps, (self._at(last) + timedelta(minutes=20), self._write)]

    def _at(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def _open(self) -> None:
        told = self.told
        alike = Incident.objects.filter(service__name=told.service, title__contains=told.words)
        report = Report(
            title=told.title,
            symptoms=told.symptoms,
            service=Service.objects.get(name=told.service),
            assignee=self.actor,
            major=told.major,
            incidents=list(alike.order_by("-opened_at")[:MOST_INCIDENTS]),
        )
        self.pk = actions.open_problem(report=report, actor=self.actor).pk

    def _move(self, verb: str, given: dict[str, Any]) -> Callable[[], object]:
        def step() -> None:
            problem = Problem.objects.get(pk=self.pk)
            getattr(actions, verb)(problem, actor=self.actor, **given)

        return step

    def _write(self) -> None:
        problem = Problem.objects.get(pk=self.pk)
        rows = [
            {"label": why, "text": because, "standing": standing}
            for why, because, standing in self.told.whys
        ]
        if rows:
            problem = actions.write_analysis(
                problem=problem, method="whys", rows=rows, actor=self.actor
            )
        for title, kind in self.told.actions:
            actions.add_action(
                problem=problem,
                actor=self.actor,
                title=title,
                kind=kind,
                owner=self.actor,
                due_on=(self.now + timedelta(days=12)).date(),
            )
