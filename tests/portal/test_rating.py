"""How was it? Once a solution, and never by those who made it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from incidents import actions
from incidents.models import Incident
from itsm.core.errors import NotAllowed, Refused
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.actions import rate, watch
from itsm.tickets.models import Rating
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def solved(alice: User, incident: Incident) -> Incident:
    """Alice solved what charlie called about."""
    actions.resolve(incident, actor=alice, code="fixed", notes="Restarted")
    incident.refresh_from_db()
    return incident


def test_charlie_rates_with_one_click(as_: Browser, charlie: User, solved: Incident):
    page = f"/portal/items/{solved.number}/"
    assert "How did we do?" in as_(charlie).get(page).content.decode()

    as_(charlie).post(f"{page}rate/", {"score": "4", "comment": "Quick"})

    rating = Rating.objects.get()
    assert (rating.score, rating.comment, rating.author) == (4, "Quick", charlie)
    told = Event.objects.get(name="incident.rated")
    assert (told.data["score"], told.public) == (4, False)
    assert "Your rating" in as_(charlie).get(page).content.decode()


def test_a_rating_can_be_changed_for_seven_days(charlie: User, solved: Incident):
    rate(ticket=solved, actor=charlie, score=5)
    rate(ticket=solved, actor=charlie, score=1, comment="It broke again")
    assert Rating.objects.get().score == 1

    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)), pytest.raises(Refused):
        rate(ticket=solved, actor=charlie, score=5)


def test_each_solution_has_its_own_rating(alice: User, charlie: User, solved: Incident):
    rate(ticket=solved, actor=charlie, score=2)
    again = actions.reopen(solved, actor=charlie, comment="Still wrong")
    with pytest.raises(Refused):
        rate(ticket=again, actor=charlie, score=3)
    over = actions.resolve(again, actor=alice, code="fixed", notes="Replaced")

    rate(ticket=over, actor=charlie, score=5)

    assert list(Rating.objects.order_by("given_at").values_list("score", flat=True)) == [2, 5]


@pytest.mark.parametrize("score", ["", "0", "6", "x", "١", "-1", "55555"])
def test_what_is_no_face_is_asked_again(as_: Browser, charlie: User, solved: Incident, score: str):
    sent = {"score": score, "comment": "My words"}

    answer = as_(charlie).post(f"/portal/items/{solved.number}/rate/", sent)

    assert answer.status_code == 422
    assert "My words" in answer.content.decode()
    assert not Rating.objects.exists()


def test_nobody_rates_for_the_caller(alice: User, bob: User, frank: User, solved: Incident):
    watch(ticket=solved, user=frank, actor=alice)

    for somebody in (alice, bob, frank):
        with pytest.raises(NotAllowed):
            rate(ticket=solved, actor=somebody, score=5)


def test_what_is_not_solved_is_not_rated(as_: Browser, charlie: User, incident: Incident):
    page = f"/portal/items/{incident.number}/"

    assert "How did we do?" not in as_(charlie).get(page).content.decode()
    assert as_(charlie).post(f"{page}rate/", {"score": "5"}).status_code == 422
