"""The sorts of news people choose by: what each is called, and where it goes unless they choose."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _l

from itsm.people.models import User

INBOX, EMAIL = "inbox", "email"
ROOM = "room"  # what is told to rooms, which choose by themselves


class Why(models.TextChoices):
    """What somebody is to a record, and therefore why he is told."""

    CALLER = "caller", _l("reported it")
    ASSIGNEE = "assignee", _l("works on it")
    TEAM = "team", _l("is in its team")
    WATCHER = "watcher", _l("watches it")
    MENTIONED = "mentioned", _l("was mentioned")
    APPROVER = "approver", _l("is asked for approval")
    OWNER = "owner", _l("owns the account")
    ENDPOINT = "endpoint", _l("a room of the team")
    RULE = "rule", _l("a rule says so")
    HIT = "hit", _l("is hit by it")
    FOLLOWER = "follower", _l("follows its service")


# They may know of an outage what everybody may, and need not be able to see the record.
OUTSIDERS = frozenset({Why.HIT, Why.FOLLOWER})


@dataclass(frozen=True)
class Topic:
    """One row of the table people choose in."""

    name: str
    title: Any
    help: Any
    icon: str
    staff: frozenset[str]
    others: frozenset[str]
    is_for_staff: bool = False
    fixed: frozenset[str] = frozenset()

    def by_default(self, user: User) -> frozenset[str]:
        """The channels it goes through for somebody who has chosen nothing."""
        return self.staff if user.is_staffer else self.others


BOTH = frozenset({INBOX, EMAIL})
QUIETLY = frozenset({INBOX})

TOPICS = {
    each.name: each
    for each in (
        Topic(
            "assigned",
            _l("Work given to me"),
            _l("A record is assigned to you."),
            "user-round",
            staff=BOTH,
            others=BOTH,
            is_for_staff=True,
        ),
        Topic(
            "team",
            _l("New work of my teams"),
            _l("Something comes to a team of yours and nobody has it yet."),
            "inbox",
            staff=BOTH,
            others=BOTH,
            is_for_staff=True,
        ),
        Topic(
            "approvals",
            _l("My word is asked for"),
            _l("Something waits for your approval, or is passed on to you."),
            "stamp",
            staff=BOTH,
            others=BOTH,
        ),
        Topic(
            "mentioned",
            _l("Somebody mentioned me"),
            _l("Your name was called in a reply or a note."),
            "at-sign",
            staff=BOTH,
            others=BOTH,
        ),
        Topic(
            "replied",
            _l("Somebody replied"),
            _l("There is a reply on a record you reported or work on."),
            "message-square",
            staff=BOTH,
            others=BOTH,
        ),
        Topic(
            "changed",
            _l("My record moved on"),
            _l("A record of yours was taken, resolved, reopened or closed."),
            "circle-dot",
            staff=QUIETLY,
            others=BOTH,
        ),
        Topic(
            "watched",
            _l("Something I watch moved on"),
            _l("There is news on a record you watch."),
            "eye",
            staff=QUIETLY,
            others=BOTH,
        ),
        Topic(
            "outages",
            _l("Outages that concern me"),
            _l("There is news of an outage you said hits you too, or of a service you follow."),
            "megaphone",
            staff=QUIETLY,
            others=BOTH,
        ),
        Topic(
            "security",
            _l("Security of my account"),
            _l("A password, a second factor or a token changed. Always sent."),
            "shield",
            staff=BOTH,
            others=BOTH,
            fixed=BOTH,
        ),
    )
}


def topic_of(word: str, why: str) -> str:
    """The sort of news an event is to somebody; ``word`` is the last part of its name."""
    if why == Why.OWNER or why in OUTSIDERS:
        return "security" if why == Why.OWNER else "outages"
    if word in ("mentioned", "notified"):
        return "mentioned"
    if why == Why.APPROVER:
        return "approvals"
    if why in (Why.TEAM, Why.WATCHER):
        return "team" if why == Why.TEAM else "watched"
    if word in ("commented", "noted"):
        return "replied"
    return "assigned" if word in ("opened", "assigned") and why == Why.ASSIGNEE else "changed"


def topic_choices() -> list[tuple[str, Any]]:
    """The sorts of news that have words of their own."""
    people = [(each.name, each.title) for each in TOPICS.values()]
    return [*people, (ROOM, _l("What rooms of chats are told"))]
