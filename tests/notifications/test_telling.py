"""Who is told of what, and that it is once."""

import pytest
from django.core import mail

from incidents import actions
from incidents.actions.opening import Report
from itsm.core import delivery
from itsm.core.models import Delivery
from itsm.notifications import actions as notifications
from itsm.notifications.models import Message
from itsm.notifications.selectors import inbox_of, unread_count
from itsm.people.models import Team, User
from itsm.tickets.actions import comment, watch
from itsm.tickets.models import Ticket
from tests.factories import IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def told(user: User) -> list[str]:
    delivery.deliver_owed()
    return [each.event.name for each in reversed(inbox_of(user))]


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

    assert told(charlie) == ["incident.commented", "incident.started"][:1]
    assert told(alice) == ["incident.noted"]
    assert told(bob) == ["incident.commented"]


def test_an_event_told_twice_makes_no_second_message(
    alice: User, erin: User, platform: Team
) -> None:
    service = ServiceFactory(owner_team=platform)
    incident = actions.open_incident(report=Report(title="Down", service=service), actor=erin)
    event = Delivery.objects.get(event__name="incident.opened").event
    ticket = Ticket.objects.get(pk=incident.pk)

    notifications.tell(event=event, ticket=ticket)
    notifications.tell(event=event, ticket=ticket)

    assert Message.objects.filter(recipient=alice, channel="inbox").count() == 1


def test_mail_goes_out_once_with_an_identity_that_stays(
    alice: User, erin: User, platform: Team
) -> None:
    service = ServiceFactory(owner_team=platform)
    incident = actions.open_incident(
        report=Report(title="Zahlung\r\nBcc: all@example.test", service=service), actor=erin
    )

    delivery.deliver_owed()

    (letter,) = mail.outbox
    assert letter.to == [alice.email]
    assert "\n" not in letter.subject
    message = Message.objects.get(channel="email")
    assert letter.extra_headers["Message-ID"].startswith(f"<message-{message.pk}@")
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert f"/incidents/{incident.number}/" in letter.body
    assert message.status == "sent"

    notifications.send(message=message)
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_loses_nothing(
    alice: User, erin: User, platform: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = ServiceFactory(owner_team=platform)
    actions.open_incident(report=Report(title="Down", service=service), actor=erin)
    with monkeypatch.context() as broken:
        broken.setattr("itsm.integrations.email.EmailMessage.send", _no_route)
        delivery.deliver_owed()
    assert Message.objects.get(channel="email").status == "queued"

    delivery.try_again(delivery=Delivery.objects.get(), actor=None)
    delivery.deliver_owed()

    assert Message.objects.get(channel="email").status == "sent"
    assert len(mail.outbox) == 1


def _no_route(*_: object) -> None:
    raise OSError("no route to the mail server")


def test_reading_the_inbox_empties_the_count(alice: User, erin: User, platform: Team) -> None:
    service = ServiceFactory(owner_team=platform)
    actions.open_incident(report=Report(title="Down", service=service), actor=erin)
    delivery.deliver_owed()
    assert unread_count(alice) == 1

    notifications.mark_read(user=alice, up_to=inbox_of(alice)[0].pk)

    assert unread_count(alice) == 0
