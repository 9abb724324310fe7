"""Records like one, or like what somebody is typing: with how they were resolved, and why these.

Of the same service first, resolved ones a little before others, as what was solved helps most.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from itsm.core.models import Event
from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.likeness import TICKET, Alike, like_record, like_text
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets
from itsm.tickets.workflow import workflows

MOST = 5
MOST_TOLD = 4  # words that say why
LIKELY = 0.45  # the share of what is asked from which a record may be the same
OF_SERVICE = {"resolved": 60, "closed": 100, "active": 30, "new": 30, "waiting": 20}
SAME_SERVICE, SETTLED = 1.15, 1.1  # how much more these count
OF_PHASE = """
(SELECT id FROM tickets_ticket
  WHERE service_id = %(service)s AND phase = '{phase}' ORDER BY id DESC LIMIT {most})
"""
NEAR = " UNION ALL ".join(
    OF_PHASE.format(phase=phase, most=most) for phase, most in OF_SERVICE.items()
)


@dataclass(frozen=True)
class Similar:
    """A record like another, how it was resolved when it was, and the words they share.

    ``share`` is how much of what was asked is in it, from 0 to 1.
    """

    ticket: Ticket
    resolution: str
    share: float
    words: Sequence[str]

    @property
    def telling(self) -> list[str]:
        """The shared words that say something to a reader; a bare number does not."""
        return [each for each in self.words if not each.isdigit()]

    @property
    def is_likely_the_same(self) -> bool:
        """Whether one should look at it before reporting the same again."""
        return self.share >= LIKELY and len(self.words) > 1


def similar_to(user: User, ticket: Ticket) -> list[Similar]:
    """The records most like this one that this person may see, best first."""
    form = desks[ticket.kind].form_of(ticket.description)
    alike = like_record(TICKET, ticket.pk, form=form, near=_near(ticket.service_id))
    return _shown(user, alike, ticket.service_id)


def similar_to_text(
    user: User, *, title: str, description: str = "", service: Service | None = None
) -> list[Similar]:
    """The records most like what somebody is about to report that he may see, best first."""
    of_service = service.pk if service else None
    alike = like_text(TICKET, title=title, body=description, near=_near(of_service))
    return _shown(user, alike, of_service)


def _near(service_id: int | None) -> list[int]:
    if service_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(NEAR, {"service": service_id})
        return [row[0] for row in cursor.fetchall()]


def _shown(user: User, alike: Sequence[Alike], service_id: int | None) -> list[Similar]:
    if not alike:
        return []
    found = {each.pk: each for each in visible_tickets(user).filter(pk__in=[a.key for a in alike])}
    # One shared word may be chance, unless the service is the same or there are no more.
    seen = [
        (found[each.key], each)
        for each in alike
        if each.key in found and _is_more_than_chance(each, found[each.key], service_id)
    ]
    best = sorted(seen, key=lambda pair: -_worth(pair[0], pair[1], service_id))[:MOST]
    told = _resolutions([ticket.pk for ticket, _each in best])
    return [
        Similar(ticket, told.get(ticket.pk, ""), round(each.share, 2), _words(ticket, each))
        for ticket, each in best
    ]


def _is_more_than_chance(each: Alike, ticket: Ticket, service_id: int | None) -> bool:
    is_near = service_id is not None and ticket.service_id == service_id
    return each.rare > 1 or (each.rare == 1 and is_near) or each.share > 0.99


def _worth(ticket: Ticket, each: Alike, service_id: int | None) -> float:
    is_near = service_id is not None and ticket.service_id == service_id
    nearness = SAME_SERVICE if is_near else 1.0
    return each.score * nearness * (1.0 if ticket.is_open() else SETTLED)


def _words(ticket: Ticket, each: Alike) -> list[str]:
    """The shared words as they stand in the record, not as their stems."""
    said = re.findall(r"[^\W_]+", f"{ticket.title} {ticket.description[:2000]}".lower())
    whole = (_word(stem, said) for stem in each.stems[:MOST_TOLD])
    return list(dict.fromkeys(whole))


def _word(stem: str, said: Sequence[str]) -> str:
    beginning = stem[:-1] if len(stem) > 3 else stem  # "readi" is the stem of "ready"
    return next((each for each in said if each.startswith(beginning)), stem)


def _resolutions(keys: Collection[int]) -> dict[int, str]:
    """What was done to these records, in the words of who resolved them last."""
    told = Event.objects.filter(
        subject_type__in=_kinds(), subject_id__in=keys, data__given__has_key="notes"
    )
    rows = told.order_by("id").values_list("name", "subject_id", "data__given__notes")
    return {key: notes for name, key, notes in rows if name.endswith(".resolved")}


def _kinds() -> list[str]:
    return list(workflows)
