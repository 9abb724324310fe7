"""Taking in the incidents of another tool as the history they are: nobody is told, nothing acts.

Records are written some hundred a transaction, together with what says that they are in: a process
that dies loses at most the records it was at, and the next one goes on with exactly those.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from incidents.actions.past import insert_incidents, number_incidents
from incidents.history.layout import Layout
from incidents.history.lives import Life, Log, Moment, teams_in
from incidents.models import Detection, History, Incident, PastRecord, RowAside
from incidents.workflow import workflow
from itsm.core import events
from itsm.core.copying import EVENT, copy_rows
from itsm.core.errors import NotAllowed
from itsm.people.models import Team, User
from itsm.people.selectors import system_user
from itsm.tickets.models import Channel, Level
from itsm.tickets.priority import priority_of

BATCH = 250  # records a transaction
LONGEST = {"category": 60, "subcategory": 60}
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Outcome:
    """What came of a log."""

    incidents: int
    events: int
    known: int  # records that were in already


def import_history(
    *, log: Log, layout: Layout, file: str, actor: User, progress: Progress = lambda _done: None
) -> Outcome:
    """Take a log's records in, each once however often this is called; told how many events."""
    if not actor.has_perm("config.edit"):
        raise NotAllowed(_("Only administrators take a history in."))
    history, _is_new = History.objects.get_or_create(source=layout.name)
    _keep_aside(history, log, file)
    writer = _Writer(history, layout, _teams(log.lives, actor), _people(log.lives))
    incidents, told, seen = 0, 0, 0
    for batch in _batches(log.lives):
        written = writer.write(batch)
        incidents, told = incidents + len(written), told + sum(written)
        seen += sum(len(life.moments) for life in batch)
        progress(seen)
    History.objects.filter(pk=history.pk).update(finished_at=timezone.now())
    return Outcome(incidents, told, len(log.lives) - incidents)


def _batches(lives: Sequence[Life]) -> Iterator[Sequence[Life]]:
    for start in range(0, len(lives), BATCH):
        yield lives[start : start + BATCH]


def _keep_aside(history: History, log: Log, file: str) -> None:
    rows = [
        RowAside(
            history=history,
            file=file[:200],
            line=each.line,
            why=each.why[:250],
            text=each.text.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
        )
        for each in log.aside
    ]
    RowAside.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


@transaction.atomic
def _teams(lives: Sequence[Life], actor: User) -> dict[str, Team]:
    """The teams the log names, those nobody knows yet formed."""
    known = list(Team.objects.all())
    by_name = {name.casefold(): each for each in known for name in (each.name, each.slug)}
    slugs = {each.slug for each in known}
    found: dict[str, Team] = {}
    fresh: list[Team] = []
    for text in sorted(teams_in(lives)):
        name = text[:120].strip()
        if name.casefold() not in by_name:
            team = Team(slug=_free(slugify(name)[:50] or "team", slugs), name=name)
            slugs.add(team.slug)
            by_name[name.casefold()] = team
            fresh.append(team)
        found[text] = by_name[name.casefold()]
    # Hundreds at once, so all are formed together and told of together.
    Team.objects.bulk_create(fresh)
    events.publish("team.formed", *fresh, actor=actor, data_of=_formed)
    return found


def _formed(team: Team) -> dict[str, Any]:
    changes = {"slug": [None, team.slug], "name": [None, team.name]}
    return {"name": team.name, "slug": team.slug, "changes": changes}


def _free(slug: str, taken: set[str]) -> str:
    count, free = 1, slug
    while free in taken:
        count += 1
        free = f"{slug}-{count}"
    return free


def _people(lives: Sequence[Life]) -> dict[str, User]:
    """The people of the log who have an account here, by user name or address."""
    accounts = User.objects.all().order_by("pk")
    by_word = {word.casefold(): each for each in accounts for word in (each.email, each.username)}
    named = {
        text
        for life in lives
        for moment in life.moments
        for text in (moment.row.by, *map(moment.row.told.get, PEOPLE))
        if text
    }
    return {text: by_word[text.casefold()] for text in named if text.casefold() in by_word}


PEOPLE = ("assignee", "caller", "opened_by", "resolved_by")


class _Writer:
    """A log on its way into the tables."""

    def __init__(
        self,
        history: History,
        layout: Layout,
        teams: Mapping[str, Team],
        people: Mapping[str, User],
    ) -> None:
        self.history = history
        self.layout = layout
        self.teams = teams
        self.people = people
        self.system = system_user()

    @transaction.atomic
    def write(self, lives: Sequence[Life]) -> list[int]:
        """Write those that are not in yet; the number of events of each."""
        # Without this lock two imports of the same log could both find a record missing.
        History.objects.select_for_update().get(pk=self.history.pk)
        references = [life.record for life in lives]
        known = set(
            PastRecord.objects.filter(history=self.history, reference__in=references).values_list(
                "reference", flat=True
            )
        )
        fresh = [life for life in lives if life.record not in known]
        if not fresh:
            return []
        incidents = [self._incident(life) for life in fresh]
        number_incidents(incidents)
        insert_incidents(incidents)
        pairs = list(zip(incidents, fresh, strict=True))
        PastRecord.objects.bulk_create(
            [
                PastRecord(history=self.history, reference=life.record, incident=incident)
                for incident, life in pairs
            ]
        )
        happened = [
            self._event(incident, moment) for incident, life in pairs for moment in life.moments
        ]
        # Not published: history brings about nothing, and whoever listens has no need of it.
        copy_rows("core_event", EVENT, happened)
        counts = [len(life.moments) for life in fresh]
        self._count(sum(counts))
        return counts

    def _count(self, events: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE incidents_history SET events = events + %s WHERE id = %s",
                [events, self.history.pk],
            )

    def _incident(self, life: Life) -> Incident:
        last, said = life.last, life.said
        impact, urgency = said("impact") or Level.MEDIUM, said("urgency") or Level.MEDIUM
        priority = said("priority") or priority_of(impact, urgency)
        is_own = priority == priority_of(impact, urgency)
        caller, opener = self._person(said("caller")), self._person(said("opened_by"))
        team, assignee = said("team"), self._person(said("assignee"))
        told = {"source": self.layout.title, "number": life.record}
        return Incident(
            kind="incident",
            title=(last.words or life.record)[:250],
            description=_("%(number)s in %(source)s, taken in as history.") % told,
            impact=impact,
            urgency=urgency,
            priority=priority,
            priority_reason="" if is_own else self.layout.title,
            team=self.teams.get(team) if team else None,
            assignee=assignee,
            assigned_at=_assigned_at(life),
            opened_by=opener or caller or self.system,
            caller=caller,
            source=said("source") or Channel.SELF_DETECTED,
            detection=Detection.USER if said("source") or caller else Detection.ENGINEER,
            custom={"imported": {**told, "people": self._names(life)}, **last.kept},
            category=(said("category") or "")[: LONGEST["category"]],
            subcategory=(said("subcategory") or "")[: LONGEST["subcategory"]],
            on_hold_reason=last.reason if last.state == "on_hold" else "",
            opened_at=life.opened_at,
            detected_at=life.opened_at,
            acknowledged_at=life.acknowledged_at,
            responded_at=life.acknowledged_at,
            resolved_at=life.resolved_at,
            resolved_by=self._person(said("resolved_by")) if life.resolved_at else None,
            resolution_code=(said("resolution") or "") if life.resolved_at else "",
            closed_at=life.closed_at,
            reopen_count=life.reopens,
            reassignment_count=life.reassignments,
            state=last.state,
            phase=workflow.states[last.state].phase,
            updated_at=last.at,
            version=len(life.moments),
        )

    def _names(self, life: Life) -> dict[str, str]:
        """The people of the record in the words of the log, accounts or none."""
        return {name: str(text) for name in PEOPLE if (text := life.said(name))}

    def _person(self, text: Any) -> User | None:
        return self.people.get(text) if text else None

    def _event(self, incident: Incident, moment: Moment) -> tuple[Any, ...]:
        row, diff = moment.row, self._diff(moment)
        is_nothing_given = moment.name == "assigned" and not diff.keys() & GIVEN
        given = {"reason": row.reason} if moment.name == "paused" and row.reason else {}
        data = {
            "from": moment.before,
            "to": row.state,
            "diff": diff,
            "given": given,
            "imported": {"source": self.layout.name, "row": row.line, "by": row.by},
        }
        name = f"incident.{'edited' if is_nothing_given else moment.name}"
        actor = self.people.get(row.by, self.system)
        return (name, "incident", incident.pk, actor.pk, False, Jsonb(data), row.at)

    def _diff(self, moment: Moment) -> dict[str, list[Any]]:
        diff: dict[str, list[Any]] = {}
        for name, pair in moment.diff.items():
            if name == "team":
                diff["team_id"] = [self._key(self.teams, text) for text in pair]
            elif name == "assignee" and not set(pair) - {None, ""} <= self.people.keys():
                diff[name] = list(pair)
            elif name == "assignee":
                diff["assignee_id"] = [self._key(self.people, text) for text in pair]
            else:
                diff[name] = list(pair)
        if moment.before and moment.before != moment.row.state:
            diff["state"] = [moment.before, moment.row.state]
        return diff

    @staticmethod
    def _key(known: Mapping[str, Any], text: Any) -> Any:
        return known[text].pk if text else None


GIVEN = {"team_id", "assignee_id"}


def _assigned_at(life: Life) -> datetime | None:
    rows = (moment.row for moment in life.moments)
    return next((row.at for row in rows if row.told.get("team") or row.told.get("assignee")), None)
