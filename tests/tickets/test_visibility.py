"""Who sees which ticket; every other door goes through the same queryset."""

from typing import Any

import pytest

from itsm.core.errors import NotAllowed, NotFound
from itsm.people.actions import name_delegate
from itsm.people.models import Team, User
from itsm.tickets.actions import comment, link, watch
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import (
    attachment_for,
    comments_of,
    links_of,
    ticket_for,
    timeline,
    visible_tickets,
)
from tests.factories import ChangeFactory, IncidentFactory

pytestmark = pytest.mark.django_db


def numbers(user: User) -> set[str]:
    return set(visible_tickets(user).values_list("number", flat=True))


def test_end_users_see_what_they_called_about_opened_or_watch(
    charlie: User, frank: User, alice: User
) -> None:
    called = IncidentFactory(caller=charlie)
    opened = IncidentFactory(opened_by=charlie)
    watched = IncidentFactory(caller=frank)
    IncidentFactory(caller=frank)
    watch(ticket=watched, user=charlie, actor=alice)

    assert numbers(charlie) == {called.number, opened.number, watched.number}


def test_staff_see_every_ticket_that_is_not_confidential(
    erin: User, audrey: User, platform: Team
) -> None:
    plain = IncidentFactory(team=platform)
    secret = IncidentFactory(team=platform, confidential=True)

    assert numbers(erin) == {plain.number}
    assert numbers(audrey) == {plain.number, secret.number}


@pytest.mark.parametrize("role", ["assignee", "caller", "opened_by", "team", "watcher"])
def test_staff_see_a_confidential_ticket_that_concerns_them(
    role: str, bob: User, platform: Team, dana: User
) -> None:
    given = {"team": platform} if role == "team" else {role: bob} if role != "watcher" else {}
    secret = IncidentFactory(confidential=True, **given)
    if role == "watcher":
        watch(ticket=secret, user=bob, actor=dana)

    assert numbers(bob) == {secret.number}


@pytest.fixture
def own_of_charlie(charlie: User, frank: User, alice: User) -> list[int]:
    """What charlie called about, opened, watches and acts for, oldest first, among other things."""
    name_delegate(person=frank, delegate=charlie, actor=frank)
    watched = IncidentFactory(caller=alice, at_state="resolved")
    watch(ticket=watched, user=charlie, actor=alice)
    own: list[Ticket] = [
        watched,
        IncidentFactory(caller=charlie),
        IncidentFactory(caller=charlie, opened_by=charlie, confidential=True),
        IncidentFactory(caller=frank, opened_by=charlie, confidential=True, at_state="resolved"),
        ChangeFactory(opened_by=charlie),
        IncidentFactory(caller=frank),
    ]
    IncidentFactory(caller=frank, confidential=True)
    IncidentFactory(caller=alice)
    return [each.pk for each in own]


def test_what_is_ones_own_is_the_same_however_it_is_asked_for(
    charlie: User, own_of_charlie: list[int]
) -> None:
    everything = set(Ticket.objects.values_list("pk", flat=True))
    known = Ticket.objects.visible_to(charlie, by_key=True).filter(pk__in=everything)

    assert set(known.values_list("pk", flat=True)) == set(own_of_charlie)
    assert {each.pk for each in visible_tickets(charlie)} == set(own_of_charlie)
    first = Ticket.objects.first_own(charlie, most=9)
    assert set(first.values_list("pk", flat=True)) == set(own_of_charlie)


@pytest.mark.parametrize("most", [1, 2, 4])
def test_the_first_of_ones_own_are_those_next_to_where_one_is(
    most: int, charlie: User, own_of_charlie: list[int]
) -> None:
    def first(**narrowed: Any) -> list[int]:
        found = Ticket.objects.first_own(charlie, most=most, **narrowed)
        return sorted(found.values_list("pk", flat=True))

    place = own_of_charlie[3]
    resolved = [own_of_charlie[0], own_of_charlie[3]]
    incidents = [*own_of_charlie[:4], own_of_charlie[5]]

    assert first() == own_of_charlie[-most:]
    assert first(oldest_first=True) == own_of_charlie[:most]
    assert first(beyond=place) == own_of_charlie[:3][-most:]
    assert first(beyond=place, oldest_first=True) == own_of_charlie[4:][:most]
    assert first(kinds=["incident"]) == incidents[-most:]
    assert first(phases=["resolved"]) == resolved[-most:]


def test_a_ticket_one_may_not_see_does_not_exist(charlie: User) -> None:
    ticket = IncidentFactory()

    with pytest.raises(NotFound):
        ticket_for(charlie, ticket.number)


def test_end_users_read_replies_but_no_work_notes(alice: User, charlie: User) -> None:
    ticket = IncidentFactory(caller=charlie)
    comment(ticket=ticket, actor=alice, body="We are on it.")
    comment(ticket=ticket, actor=alice, body="He always says that.", public=False)

    assert [each.body for each in comments_of(charlie, ticket)] == ["We are on it."]
    told = [moment.comment.body for moment in timeline(charlie, ticket) if moment.comment]
    assert told == ["We are on it."]
    assert len(timeline(alice, ticket)) == 2


def test_end_users_write_no_work_notes_and_auditors_nothing(charlie: User, audrey: User) -> None:
    ticket = IncidentFactory(caller=charlie)

    with pytest.raises(NotAllowed):
        comment(ticket=ticket, actor=charlie, body="Hidden?", public=False)
    with pytest.raises(NotAllowed):
        comment(ticket=ticket, actor=audrey, body="I was here.")


def test_a_link_to_a_ticket_one_may_not_see_is_not_shown(
    alice: User, erin: User, platform: Team
) -> None:
    plain = IncidentFactory()
    secret = IncidentFactory(confidential=True, team=platform)
    link(ticket=plain, other=secret, actor=alice)

    assert len(links_of(alice, plain)) == 1
    assert links_of(erin, plain) == []


def test_an_unknown_file_does_not_exist(alice: User) -> None:
    with pytest.raises(NotFound):
        attachment_for(alice, "attachments/0")
