"""What the style guide shows: people, tickets and moments that never were in the database."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from incidents.models import Incident
from itsm.core.fields import Choice, Field, Flag, Instant, Line
from itsm.core.models import Event
from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.tickets.entries import Change, Entry
from itsm.tickets.forms import Shown
from itsm.tickets.models import Comment
from itsm.tickets.presence import Present
from itsm.tickets.selectors import Moment

PARTS = (
    ("button", "Button", "class button, with is-primary, is-danger, is-quiet, is-icon, is-wide"),
    ("field", "Field, select, combobox", "parts/_field.html"),
    ("search", "Search and checks", "class input-search, check, choice"),
    ("badge", "Badge", "|priority_badge, |state_badge, class badge"),
    ("avatar", "Avatar and stack", "|avatar, {% avatars %}"),
    ("row", "Row", "|row, |brief"),
    ("chips", "Filter chips", "parts/_chips.html"),
    ("tabs", "Tabs and segments", "parts/_tabs.html, parts/_segments.html"),
    ("timeline", "Timeline", "|moment"),
    ("properties", "Property list", "class props"),
    ("presence", "Presence", "tickets/_present.html"),
    ("stepper", "Stepper and progress", "parts/_stepper.html, parts/_progress.html"),
    ("empty", "Empty state", "parts/_empty.html"),
    ("banner", "Banner", "parts/_banner.html"),
    ("toast", "Toast", "parts/_toasts.html, toast() of static/js/toast.js"),
    ("skeleton", "Skeleton", "parts/_skeleton.html"),
    ("table", "Table", "class table in class table-frame"),
    ("figures", "Sparkline, bars, heat strip", "{% sparkline %}, {% bars %}, {% heat_strip %}"),
    ("code", "Code with copy", "parts/_code.html"),
    ("menu", "Menu and dialog", "class menu, class sheet"),
)


def specimens(scheme: str) -> dict[str, Any]:
    """All that the parts show, for one side of the guide; names differ from the other side's."""
    alice = User(username="alice", name="Alice Ahmadi", role="agent")
    bob = User(username="bob", name="Bob Baptiste", role="agent")
    bot = User(username="bot", name="Deploy bot", is_bot=True)
    tickets = _tickets(alice)
    return {
        "scheme": scheme,
        "people": [alice, bob, User(username="erin", name="Erin Eze"), bot],
        "nobody": None,
        "tickets": tickets,
        "first": tickets[0],
        "fields": _fields(scheme),
        "chips": [
            {"name": "Priority", "value": "P1", "address": "#chips"},
            {"name": "Service", "value": "Checkout", "address": "#chips"},
            {"name": "Only shown", "value": ""},
        ],
        "tabs": [
            {"words": "Open", "address": "#tabs", "count": 12, "is_here": True},
            {"words": "Waiting", "address": "#tabs", "count": 0},
            {"words": "All", "address": "#tabs", "count": None},
        ],
        "moments": _moments(alice, bob),
        "present": [
            Present(user_id=1, username="alice", name="Alice Ahmadi", is_typing=True),
            Present(user_id=2, username="bob", name="Bob Baptiste", is_typing=False),
        ],
        "steps": [
            {"words": "Asked for", "more": "Alice, yesterday", "standing": "is-done"},
            {
                "words": "Refused by the owner",
                "more": "Say why it cannot wait.",
                "standing": "is-refused",
            },
            {"words": "Waits for the board", "more": "3 of 5 have answered", "standing": "is-now"},
            {"words": "Carried out", "more": "", "standing": ""},
        ],
        "curve": [2, 3, 3, 5, 9, 14, 8, 6, 4, 4, 3, 2],
        "days": ["is-ok"] * 9 + ["is-p3", "is-p1", "is-p2"] + ["is-ok"] * 6,
        "command": "curl -H 'Authorization: Bearer …' https://steady.example/api/v1/incidents/",
        "lines": range(5),
    }


def _tickets(alice: User) -> list[Incident]:
    states = [
        (1, "new", "new", None),
        (2, "in_progress", "active", alice),
        (3, "on_hold", "waiting", alice),
        (4, "resolved", "resolved", alice),
        (5, "closed", "closed", alice),
    ]
    service = Service(name="checkout", title="Checkout")
    return [
        Incident(
            number=f"INC-{1040 + priority}",
            kind="incident",
            title="Payments time out in every third order",
            priority=priority,
            state=state,
            phase=phase,
            service=service,
            assignee=assignee,
            opened_at=timezone.now() - timedelta(minutes=7 * priority),
        )
        for priority, state, phase, assignee in states
    ]


def _fields(scheme: str) -> list[Shown]:
    def name(word: str) -> str:
        return f"{scheme}-{word}"

    levels = [("1", "High"), ("2", "Medium")]
    return [
        Shown(Line(name=name("title"), label="One line, needed", required=True), "No sound"),
        Shown(Line(name=name("wrong"), label="With a fault"), "", "Say what is wrong."),
        Shown(Field(name=name("text"), label="Text", help="As much as you like."), "Since nine."),
        Shown(Choice(name=name("choice"), label="One of few", choices=levels), "2", "", levels),
        Shown(Instant(name=name("instant"), label="Date and time"), "2026-11-22T19:30"),
        Shown(Flag(name=name("flag"), label="Yes or no"), value=True),
    ]


def _moments(alice: User, bob: User) -> list[Entry]:
    now = timezone.now()
    told = [
        ("ticket.started", alice, None, "play", []),
        ("ticket.edited", alice, None, "pencil", [Change("priority", "P3", "P1")]),
        ("ticket.commented", bob, Comment(body="Which **room** is it in?", public=True), "", []),
        ("ticket.commented", alice, Comment(body="Ask facilities.", public=False), "", []),
        ("ticket.raised", None, None, "trending-up", []),
    ]
    return [
        Entry(
            moment=Moment(
                Event(pk=place, name=name, actor=actor, data={}, happened_at=now), comment, ()
            ),
            icon=icon,
            template="timeline/_other.txt" if comment is None else "",
            changes=changes,
            names=None,  # type: ignore[arg-type]
            is_mine=actor is alice,
            address="",
        )
        for place, (name, actor, comment, icon, changes) in enumerate(told)
    ]
