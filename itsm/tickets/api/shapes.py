"""How tickets and what belongs to them look in the API."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from itsm.core.rest.shapes import (
    Column,
    Row,
    Shape,
    address,
    flag,
    instant,
    mapping,
    maybe,
    number,
    several,
    text,
)
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.models import Channel, Level, Link, Phase, Priority
from itsm.tickets.selectors import names_behind, numbers_visible_to
from itsm.tickets.workflow import workflows

LEVEL = number(enum=list(Level.values))

# The names every kind has, in the order the contract gives them.
HEAD = (
    Column("number", text()),
    Column("title", text()),
    Column("description", text()),
    Column("state", text()),
    Column("phase", text(enum=list(Phase.values))),
)
URGENCY = (
    Column("priority", number(enum=list(Priority.values))),
    Column("impact", LEVEL),
    Column("urgency", LEVEL),
    Column("service", maybe(text()), "service_id"),
)
PEOPLE = (
    Column("caller", maybe(text()), "caller_id"),
    Column("assignee", maybe(text()), "assignee_id"),
    Column("team", maybe(text()), "team_id"),
    Column("source", text(enum=list(Channel.values))),
    Column("opened_at", instant()),
)
TAIL = (
    Column("tags", several(text())),
    Column("version", number()),
    Column("url", address(), None),
)
MORE = (
    Column("opened_by", text(), "opened_by_id"),
    Column("updated_at", instant()),
    Column("confidential", flag(), internal=True),
    Column("priority_reason", text(), internal=True),
)

COMMENT = Shape(
    "Comment",
    (
        Column("id", number()),
        Column("author", text(), "author__username"),
        Column("body", text()),
        Column("public", flag()),
        Column("created_at", instant()),
    ),
)
ATTACHMENT = Shape(
    "Attachment",
    (
        Column("id", number()),
        Column("name", text()),
        Column("content_type", text()),
        Column("size", number()),
        Column("author", text(), "author__username"),
        Column("public", flag()),
        Column("created_at", instant()),
    ),
)
LINK = Shape(
    "Link",
    (
        Column("id", number()),
        Column("sort", text(enum=list(Link.Sort.values))),
        Column("is_outgoing", flag()),
        Column("ticket", text()),
        Column("title", text()),
        Column("state", text()),
        Column("created_at", instant()),
    ),
)
WATCHER = Shape("Watcher", (Column("user", text(), "user__username"),))
MOMENT = Shape(
    "Moment",
    (
        Column("id", number()),
        Column("event", text()),
        Column("at", instant()),
        Column("actor", maybe(text())),
        Column("public", flag()),
        Column("comment", maybe(text())),
        Column("data", mapping(), internal=True),
    ),
)


def _finish_events(rows: list[Row], user: User) -> None:
    for row in rows:
        row["subject"] = row["subject_id"] if row["subject_type"] in workflows else None
    put_numbers(rows, user, names=("subject",))


EVENT = Shape(
    "Event",
    (
        Column("id", number()),
        Column("name", text()),
        Column("subject_type", text()),
        Column("subject_id", number()),
        Column("subject", maybe(text()), None),
        Column("actor", maybe(text()), "actor__username"),
        Column("public", flag()),
        Column("data", mapping()),
        Column("happened_at", instant()),
    ),
    finish=_finish_events,
)


def put_addresses(rows: list[Row], user: User, *, kind: str) -> None:
    """Say where a browser finds each ticket: staff in the workspace, others in the portal."""
    for row in rows:
        row["url"] = f"{settings.BASE_URL}{page_of(row['number'], user, kind=kind)}"


def page_of(number: str, user: User, *, kind: str) -> str:
    """The page of a ticket for this person."""
    return desks[kind].address_of(number) if user.is_staffer else f"/portal/items/{number}/"


def put_names(rows: list[Row], *, people: Collection[str]) -> None:
    """Turn the keys of people, teams and services into the names they have outside."""
    users = {row[name] for row in rows for name in people}
    found = names_behind(
        users=users - {None},
        teams={row["team"] for row in rows} - {None},
        services={row["service"] for row in rows} - {None},
        items_of=[row["_id"] for row in rows if "configuration_items" in row],
    )
    for row in rows:
        for name in people:
            row[name] = _name(found["user"], row[name])
        row["team"] = _name(found["team"], row["team"])
        row["service"] = _name(found["service"], row["service"])
        if "configuration_items" in row:
            row["configuration_items"] = sorted(found["items"].get(row["_id"], ()))


def _name(names: Mapping[int, list[str]], key: int | None) -> str | None:
    return None if key is None or key not in names else names[key][0]


def put_numbers(rows: list[Row], user: User, *, names: Collection[str]) -> None:
    """Turn references to other tickets into their numbers, as far as this person may see them."""
    ids = {row[name] for row in rows for name in names if row.get(name) is not None}
    numbers = numbers_visible_to(user, ids) if ids else {}
    for row in rows:
        for name in names:
            if name in row:
                row[name] = numbers.get(row[name])


def link_row(ticket_id: int, link: Link) -> dict[str, Any]:
    """A link as one of its two tickets sees it."""
    is_outgoing = link.from_ticket_id == ticket_id
    other = link.to_ticket if is_outgoing else link.from_ticket
    return {
        "id": link.pk,
        "sort": link.sort,
        "is_outgoing": is_outgoing,
        "ticket": other.number,
        "title": other.title,
        "state": other.state,
        "created_at": link.created_at,
    }


def api_address(name: str, *args: str) -> str:
    """The absolute address of an endpoint."""
    return f"{settings.BASE_URL}{reverse(name, args=args)}"
