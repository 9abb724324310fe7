"""Questions put into words once: they answer as the ORM would, whatever was asked before."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from incidents.models import Incident
from itsm.core.events import publish
from itsm.core.kept_questions import among, hidden, kept_question
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Ticket
from tests.factories import IncidentFactory, UserFactory

pytestmark = pytest.mark.django_db


@kept_question
def called_by(user: int, number: str, since: datetime, *, kind: str, most: int) -> QuerySet[Any]:
    """Tickets of a kind, with whoever called."""
    found = Incident.objects.filter(
        kind=kind, caller=user, number__gte=number, opened_at__gte=since
    )
    return found.select_related("caller").order_by("pk")[:most]


@kept_question
def titles(keys: list[int], parent: int) -> QuerySet[Any, Any]:
    """Titles of some tickets below another."""
    found = Ticket.objects.filter(pk__in=among(keys), parent=hidden(parent))
    return found.order_by("-pk").values_list("title", flat=True)


@kept_question
def nothing(user: int) -> QuerySet[Any]:
    """Never anything."""
    return Ticket.objects.filter(caller=user).none()


@kept_question
def of_priority(priority: int) -> QuerySet[Any]:
    """Tickets of a priority, which is kept in a small column."""
    return Ticket.objects.filter(priority=priority)


@kept_question
def of_today(kind: str) -> QuerySet[Any]:
    """Looks at the clock, and would look at the same one for ever."""
    return Ticket.objects.filter(kind=kind, opened_at__gte=timezone.now())


def test_the_clock_is_no_part_of_a_question() -> None:
    with pytest.raises(TypeError, match="of_today looks at the clock"):
        of_today("incident")


def test_a_mark_that_does_not_fit_is_no_empty_answer() -> None:
    with pytest.raises(TypeError, match="of_priority"):
        of_priority(1)


@kept_question
def told(subject: int, name: str) -> QuerySet[Event]:
    """Events of a subject, whose key is of a type of its own for the database."""
    return Event.objects.filter(subject_id=subject, name=name)


@kept_question
def called(title: str) -> QuerySet[Any]:
    """Tickets with some words in their titles, which the database is asked for as a pattern."""
    return Ticket.objects.filter(title__icontains=title)


def test_numbers_are_given_as_their_columns_want_them(alice: User) -> None:
    incident = IncidentFactory()
    (event,) = publish("incident.watched", incident, actor=alice)

    assert told(incident.pk, "incident.watched") == [event]
    assert told(incident.pk + 1, "incident.watched") == []


def test_a_value_that_is_changed_on_its_way_is_refused() -> None:
    with pytest.raises(TypeError, match="called"):
        called("checkout")


def test_values_take_their_places_each_time() -> None:
    one, other = UserFactory(name="One"), UserFactory(name="Other")
    first, second = IncidentFactory(caller=one), IncidentFactory(caller=one)
    third = IncidentFactory(caller=other)
    long_ago, soon = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)

    assert called_by(one.pk, "", long_ago, kind="incident", most=9) == [first, second]
    assert called_by(one.pk, "", long_ago, kind="incident", most=1) == [first]
    assert called_by(one.pk, second.number, long_ago, kind="incident", most=9) == [second]
    assert called_by(one.pk, "", soon, kind="incident", most=9) == []
    assert called_by(one.pk, "", long_ago, kind="change", most=9) == []
    (found,) = called_by(other.pk, "", long_ago, kind="incident", most=9)
    assert (found, str(found.caller)) == (third, "Other")


def test_lists_of_any_length_and_single_columns() -> None:
    parent = IncidentFactory()
    a, b, c = (IncidentFactory(parent=parent, title=each) for each in "abc")

    assert titles([a.pk, c.pk], parent.pk) == ["c", "a"]
    assert titles([a.pk, b.pk, c.pk, parent.pk], parent.pk) == ["c", "b", "a"]
    assert titles([], parent.pk) == []
    assert titles([b.pk], a.pk) == []


def test_what_can_have_no_rows_is_not_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert nothing(1) == []
