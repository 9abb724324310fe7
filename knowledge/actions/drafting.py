"""Articles from records: what one record, or a cluster of them, has to say."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.people.models import User
from itsm.tickets.models import Link, Ticket
from itsm.tickets.selectors import visible_tickets
from knowledge import selectors
from knowledge.actions.writing import Origin, check_may_write, write_article
from knowledge.clustering import name_of
from knowledge.drafting import Source, words_of_draft
from knowledge.models import Audience, Kind, Version

MOST_SOURCES = 30


def words_from(ticket: Ticket, kind: str) -> Mapping[str, Any]:
    """What a record has to say to an article: symptom, cause and fix, with its number beside."""
    words = dict(words_of_draft([source_of(ticket)]))
    words["service"] = ticket.service.name if ticket.service else ""
    words["summary"] = getattr(_own_of(ticket), "caller_summary", "")
    if kind != Kind.TROUBLESHOOTING:
        words["kind"] = kind
    return words


def origin_of(ticket: Ticket) -> Origin:
    """A record an article is written from; of a problem it tells, too, until that is fixed."""
    is_known_error = ticket.kind == "problem" and ticket.is_open()
    return Origin(sources=[ticket], about=[ticket] if is_known_error else [])


def source_of(ticket: Ticket) -> Source:
    """What a record says."""
    fix, when = selectors.resolution_of(ticket)
    own = _own_of(ticket)
    cause = getattr(own, "caused_by_change", None)
    symptoms = getattr(own, "symptoms", "")
    links = Link.objects.filter(from_ticket=ticket.pk, sort=Link.Sort.CAUSED_BY)
    titles = [each.to_ticket.title for each in links.select_related("to_ticket").order_by("pk")]
    named = [cause.title] if isinstance(cause, Ticket) else []
    return Source(
        number=ticket.number,
        title=ticket.title,
        description=symptoms or ticket.description,
        environment=str(ticket.service or ""),
        cause=getattr(own, "cause", "") or ", ".join(dict.fromkeys([*named, *titles])),
        fix=fix or getattr(own, "resolution_notes", ""),
        verified=f"{when:%Y-%m-%d %H:%M} UTC" if when else "",
        workaround=getattr(own, "workaround", ""),
        advice=getattr(own, "caller_advice", ""),
    )


def _own_of(ticket: Ticket) -> Any:
    """What only its kind has; a problem goes by another name, see there."""
    if type(ticket) is not Ticket:
        return ticket
    name = "problem_record" if ticket.kind == "problem" else ticket.kind.replace("_", "")
    return getattr(ticket, name, None)


@transaction.atomic
def draft_from_cluster(*, numbers: Collection[str], actor: User) -> Version:
    """A draft of what several records say; whoever finishes it is the first to read it."""
    check_may_write(actor)
    wanted = {each.upper() for each in numbers}
    found = visible_tickets(actor).filter(number__in=wanted, confidential=False).order_by("-pk")
    tickets = list(found[:MOST_SOURCES])
    if not tickets:
        raise Invalid(_("Name the records it is to be written from."), field="sources")
    sources = [source_of(each) for each in tickets]
    words = dict(words_of_draft(sources, title=name_of(each.title for each in tickets)))
    services = [each.service for each in tickets if each.service is not None]
    words |= {
        "kind": Kind.TROUBLESHOOTING.value,
        "audience": Audience.STAFF.value,
        "service": services[0].name if services else "",
    }
    return write_article(given=words, actor=actor, origin=Origin(sources=tickets))
