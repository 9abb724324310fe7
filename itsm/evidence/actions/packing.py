"""Making packs of evidence: once when a trouble begins, once when more is known, and when asked."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import NotAllowed
from itsm.evidence import selectors
from itsm.evidence.filling import filled, names_service
from itsm.evidence.gathering import DAY, Gathered, Question, gather
from itsm.evidence.judging import AFTER, BEFORE, Findings, judged, split_of
from itsm.evidence.models import LOG_LINES, EvidencePack, EvidenceQuery, EvidenceSource
from itsm.evidence.ports import Asked, Happening, Numbers, happenings, readers
from itsm.evidence.selectors import Surroundings, surroundings_of
from itsm.evidence.shifts import Series, Sort
from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import may_work

logger = structlog.get_logger(__name__)

MOST_QUESTIONS = 100
MOST_SERIES = 1000


@transaction.atomic
def ask_for_pack(*, ticket: Ticket, actor: User) -> None:
    """Have a pack made of what is known by now; a worker does it within the minute."""
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
    subject = events.Subject(ticket.kind, ticket.pk)
    events.publish(f"{ticket.kind}.evidence_asked", subject, actor=actor)


def make_pack(
    *, ticket: Ticket, why: str, event_id: int | None = None, asked_by: User | None = None
) -> EvidencePack | None:
    """Gather the evidence, judge and keep it.

    None when this event's pack was made already, or nobody asked and nothing was found.
    """
    if event_id is not None and selectors.has_pack_for(event_id):
        return None
    now = timezone.now()
    at = selectors.began_at(ticket)
    since, until = at - BEFORE, min(max(now, at), at + AFTER)
    around = surroundings_of(ticket)
    split = split_of(since, at)
    questions = list(_questions(around, since, until))[:MOST_QUESTIONS]
    gathered = gather(questions, split=split, with_day_before=True)
    posted = selectors.posted_lines(around, since=since, split=split, until=until)
    findings = Findings(
        began_at=at,
        since=since,
        until=until,
        start=around.start,
        edges=around.edges,
        within=around.within,
        series=_series(gathered),
        lines=[*gathered.lines, *posted],
        firing=selectors.firing_near(ticket, around, at=at, until=until),
        done=_done(around, at, until),
        missing=gathered.missing,
    )
    if why == EvidencePack.Why.BEGUN and not findings.says_anything:
        return None
    pack = EvidencePack(
        ticket=ticket,
        why=why,
        event_id=event_id,
        asked_by=asked_by,
        began_at=at,
        since=since,
        until=until,
        content=judged(findings),
    )
    return _kept(pack, gathered, now)


@transaction.atomic
def _kept(pack: EvidencePack, gathered: Gathered, now: datetime) -> EvidencePack | None:
    # Two workers may have made it at once: the second lets its own go.
    Ticket.objects.select_for_update(of=("self",)).get(pk=pack.ticket_id)
    if pack.event_id is not None and selectors.has_pack_for(pack.event_id):
        return None
    pack.save()
    for source, error in gathered.errors.items():
        EvidenceSource.objects.filter(pk=source).update(asked_at=now, error=error)
    first = pack.content["causes"][:1]
    text = json.dumps(pack.content, sort_keys=True)
    events.publish(
        f"{pack.ticket.kind}.evidence_gathered",
        events.Subject(pack.ticket.kind, pack.ticket_id),
        actor=pack.asked_by,
        data={
            "pack": pack.pk,
            "cause": first[0]["component"] if first else "",
            "points": first[0]["points"] if first else 0,
            # The chain of seals over all events proves by it that the pack is as it was.
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    )
    return pack


def _questions(around: Surroundings, since: datetime, until: datetime) -> Iterator[Question]:
    services = around.services
    for query in selectors.queries_about(services):
        if query.source.kind not in readers:
            continue
        if query.service is not None:
            yield question_of(query, query.service, since, until)
        elif names_service(query.query):
            for each in services.values():
                yield question_of(query, each, since, until)
        else:
            yield question_of(query, None, since, until)


def question_of(
    query: EvidenceQuery, service: Service | None, since: datetime, until: datetime
) -> Question:
    """A query as it is put to its tool, about a service where it names one."""
    source = query.source
    values = {"service": service.name, "title": str(service)} if service else {}
    text = filled(query.query, values, readers[source.kind].escape) if service else query.query
    return Question(
        source=source.pk,
        source_name=source.name,
        kind=source.kind,
        name=query.name,
        measures=query.measures,
        component=service.name if service else "",
        label=query.component_label,
        asked=Asked(
            address=source.address,
            query=text,
            since=since,
            until=until,
            account=source.account,
            secret=source.secret,
            second_secret=source.second_secret,
            scope=source.scope,
        ),
    )


def _series(gathered: Gathered) -> list[Series]:
    found = []
    day_before = {_of(question, each): each for question, each in gathered.day_before}
    for question, numbers in gathered.numbers[:MOST_SERIES]:
        named = numbers.labels.get(question.label, "") if question.label else ""
        own = question.component or numbers.labels.get("service", "")
        component = named or own or numbers.labels.get("instance", "")
        if component and question.measures != LOG_LINES:
            found.append(
                Series(
                    component=component,
                    metric=question.name,
                    sort=Sort(question.measures),
                    times=numbers.times,
                    values=numbers.values,
                    day_before=_a_day_later(day_before.get(_of(question, numbers))),
                )
            )
    return found


def _of(question: Question, numbers: Numbers) -> tuple[Question, frozenset[tuple[str, str]]]:
    return question, frozenset(numbers.labels.items())


def _a_day_later(numbers: Numbers | None) -> list[tuple[float, float]]:
    if numbers is None:
        return []
    pairs = zip(numbers.times, numbers.values, strict=True)
    return [(at + DAY.total_seconds(), value) for at, value in pairs if value is not None]


def _done(around: Surroundings, at: datetime, until: datetime) -> list[Happening]:
    told: list[Happening] = []
    for name, tell in happenings.items():
        try:
            told += tell(list(around.services), at, until)
        except Exception:  # what one room cannot tell must not cost the rest
            logger.exception("evidence.untold", teller=name)
    return told
