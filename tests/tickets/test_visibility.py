"""Who sees which ticket; every other door goes through the same queryset."""

import pytest

from itsm.core.errors import NotAllowed, NotFound
from itsm.people.models import Team, User
from itsm.tickets.actions import comment, link, watch
from itsm.tickets.selectors import (
    attachment_for,
    comments_of,
    links_of,
    ticket_for,
    timeline,
    visible_tickets,
)
from tests.factories import IncidentFactory

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
