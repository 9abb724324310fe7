"""Who is told of what, and that it is once."""

import pytest
from django.core import mail
from django.db import transaction

from incidents import actions
from incidents.actions.opening import Report
from itsm.core import delivery, events
from itsm.core.models import Event
from itsm.inventory.actions import follow_service
from itsm.notifications import actions as notifications
from itsm.notifications import lanes
from itsm.notifications.models import Message
from itsm.notifications.selectors import inbox_page
from itsm.people.actions import issue_token
from itsm.people.actions.factors import reset_factors
from itsm.people.models import Team, User
from itsm.tickets.actions import comment, watch
from itsm.tickets.models import Ticket
from tests.factories import IncidentFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def told(user: User) -> list[str]:
    """What came into somebody's inbox, in order."""
    delivery.deliver_owed()
    sent = Message.objects.filter(recipient=user, channel="inbox", status="sent").order_by("id")
    return list(sent.values_list("event__name", flat=True))


@transaction.atomic
def mention(ticket: Ticket, *, actor: User, comment: int, users: list[int]) -> None:
    """Say, as the record page does, that a comment calls people by name."""
    data = {"comment": comment, "users": users}
    events.publish(f"{ticket.kind}.mentioned", ticket, actor=actor, data=data)


def kept_from(user: User) -> list[tuple[str, str]]:
    """What somebody was not told, and why not."""
    delivery.deliver_owed()
    skipped = Message.objects.filter(recipient=user, channel="inbox", status="skipped")
    return list(skipped.order_by("id").values_list("event__name", "because"))


def test_the_team_of_a_service_and_the_caller_hear_of_a_new_incident(
    alice: User, bob: User, erin: User, charlie: User, platform: Team
) -> None:
    service = ServiceFactory(owner_team=platform)

    actions.open_incident(
        report=Report(title="I cannot pay", service=service, caller=charlie), actor=erin
    )

    for user in (alice, bob, charlie):
        assert told(user) == ["incident.opened"]
    assert told(erin) == []


def test_nobody_is_told_what_he_did_himself_or_may_not_read(
    alice: User, bob: User, charlie: User
) -> None:
    incident = IncidentFactory(assignee=alice, caller=charlie)
    watch(ticket=incident, user=bob, actor=alice)

    comment(ticket=incident, actor=alice, body="On it.")
    comment(ticket=incident, actor=bob, body="Look at the pool.", public=False)

    assert told(charlie) == ["incident.commented"]
    assert told(alice) == ["incident.noted"]
    assert told(bob) == ["incident.commented"]
    assert kept_from(alice) == [("incident.commented", "actor")]
    assert kept_from(bob) == [("incident.noted", "actor")]


def test_a_watching_end_user_is_not_told_of_work_notes(
    alice: User, charlie: User, bob: User
) -> None:
    incident = IncidentFactory(assignee=alice)
    watch(ticket=incident, user=charlie, actor=alice)

    comment(ticket=incident, actor=bob, body="Look at the pool.", public=False)

    assert told(charlie) == []
    assert kept_from(charlie) == [("incident.noted", "unseen")]


def test_who_may_not_sign_in_is_not_told_and_the_log_says_so(alice: User, charlie: User) -> None:
    charlie.is_active = False
    charlie.save()

    comment(ticket=IncidentFactory(caller=charlie), actor=alice, body="Hello?")

    assert told(charlie) == []
    assert kept_from(charlie) == [("incident.commented", "inactive")]


def test_whoever_is_called_by_name_is_told_once_of_that(alice: User, bob: User, erin: User) -> None:
    incident = IncidentFactory(assignee=alice)

    comment(ticket=incident, actor=erin, body="@alice @bob look", public=False)

    assert told(alice) == ["incident.mentioned"]
    assert told(bob) == ["incident.mentioned"]


def test_a_mention_in_a_confidential_record_reaches_only_those_who_may_see_it(
    alice: User, erin: User, mona: User
) -> None:
    incident = IncidentFactory(assignee=alice, confidential=True)
    said = comment(ticket=incident, actor=alice, body="Look", public=False)

    mention(incident, actor=alice, comment=said.pk, users=[erin.pk, mona.pk])

    assert told(mona) == ["incident.mentioned"]
    assert told(erin) == []
    assert kept_from(erin) == [("incident.mentioned", "unseen")]


def test_an_event_told_twice_makes_no_second_message(
    alice: User, erin: User, platform: Team
) -> None:
    service = ServiceFactory(owner_team=platform)
    incident = actions.open_incident(report=Report(title="Down", service=service), actor=erin)
    event = Event.objects.get(name="incident.opened")
    ticket = Ticket.objects.get(pk=incident.pk)

    notifications.tell(event=event, ticket=ticket)
    notifications.tell(event=event, ticket=ticket)

    assert Message.objects.filter(recipient=alice, channel="inbox").count() == 1


def test_people_are_told_of_what_happens_to_their_account(alice: User, dana: User) -> None:
    issue_token(user=alice, name="Backup", actor=dana)

    assert told(alice) == ["token.issued"]
    assert told(dana) == []
    (letter,) = mail.outbox
    assert letter.to == [alice.email]
    assert "An API token was issued for your account." in letter.body


def test_whoever_loses_all_second_steps_is_told(alice: User, dana: User) -> None:
    reset_factors(user=alice, actor=dana)

    assert "user.factors_removed" in told(alice)
    assert "All second steps of your account were removed." in mail.outbox[-1].body


def test_a_program_is_not_told_of_its_tokens(bot: User, dana: User) -> None:
    issue_token(user=bot, name="Backup", actor=dana)

    assert told(bot) == []
    assert mail.outbox == []


def test_those_an_outage_hits_and_who_follows_its_service_hear_what_everybody_may(
    alice: User, charlie: User, frank: User
) -> None:
    service = ServiceFactory(name="mail", title="Mail", status="production")
    follow_service(service=service, actor=frank)
    outage = IncidentFactory(title="Disk of mx-7 is full", service=service, assignee=alice)
    actions.join_outage(incident=outage, actor=charlie)
    assert told(alice) == ["incident.affected_joined"]

    actions.tell_everybody(incident=outage, actor=alice, body="Mail is slow.")
    actions.resolve(outage, actor=alice, code="fixed", notes="Emptied mx-7.")

    for user in (charlie, frank):
        assert told(user) == ["incident.outage_updated", "incident.resolved"]
        (line,) = inbox_page(user).lines
        assert (line.ticket, line.outage, line.is_shut) == (None, "Mail", False)
    lanes.wake()
    letters = [each for each in mail.outbox if frank.email in each.to]
    assert "Mail is slow." in letters[0].body
    assert f"/portal/outages/{outage.number}/" in letters[0].body
    assert not any("mx-7" in f"{each.subject} {each.body}" for each in letters)


def test_followers_hear_of_no_outage_nobody_was_told_of_or_that_is_confidential(
    alice: User, charlie: User, frank: User
) -> None:
    service = ServiceFactory(status="production")
    follow_service(service=service, actor=frank)
    quiet, secret = IncidentFactory(service=service), IncidentFactory(service=service)
    actions.resolve(quiet, actor=alice, code="fixed", notes="It was nothing.")
    actions.join_outage(incident=secret, actor=charlie)
    actions.tell_everybody(incident=secret, actor=alice, body="We look into it.")
    Ticket.objects.filter(pk=secret.pk).update(confidential=True)

    assert told(frank) == []
    assert kept_from(charlie) == [("incident.outage_updated", "unseen")]


def test_of_many_who_say_the_same_only_round_numbers_are_told(alice: User) -> None:
    outage = IncidentFactory(service=ServiceFactory(), assignee=alice)

    for _ in range(5):
        actions.join_outage(incident=outage, actor=UserFactory())

    assert told(alice) == ["incident.affected_joined"] * 2
