"""What keeps coming back is found by counting, and people decide on it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bench.quality.candidates import tally
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.models import Event
from itsm.people.models import User
from problems import actions
from problems.counting import fingerprint
from problems.models import ProblemCandidate
from problems.recurrence import Occurrence, recurrences
from tests.factories import ConfigurationItemFactory, IncidentFactory, ServiceFactory

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_planted_recurrences_are_found_and_noise_is_not():
    found = tally(8, noises=8, seed=400)

    assert found.recall >= 0.9
    assert found.precision >= 0.9
    assert found.noisy == 0


def seen(key: int, *, days_ago: float, minutes: float = 30, **facts: str) -> Occurrence:
    return Occurrence(key, NOW - timedelta(days=days_ago), minutes, facts)


def past() -> list[Occurrence]:
    return [
        seen(each, days_ago=20 + each % 60, fingerprint=f"alert {each % 30}") for each in range(60)
    ]


def test_what_always_came_so_often_is_no_candidate():
    often = [seen(1000 + each, days_ago=each * 0.9, fingerprint="disk") for each in range(100)]

    assert recurrences([*past(), *often], now=NOW) == []
    assert [each.value for each in recurrences([*past(), *often[:14]], now=NOW)] == ["disk"]


def test_the_particular_explains_the_general_and_names_what_is_common():
    same = [
        seen(1000 + each, days_ago=each + 0.5, fingerprint="disk", service="shop", host="web-1")
        for each in range(9)
    ]
    quiet = [
        seen(2000 + each, days_ago=15 + each, service="shop", host=f"web-{each}")
        for each in range(5)
    ]

    (found,) = recurrences([*past(), *quiet, *same], now=NOW)

    assert (found.by, found.value, len(found.occurrences)) == ("fingerprint", "disk", 9)
    assert found.factors[0].name in {"host", "service"}
    assert ("host", "web-1") in {(each.name, each.value) for each in found.factors}


def test_a_house_of_any_size_is_counted():
    """As many as no power of a chance has a number for."""
    usual = [
        seen(each, days_ago=14 + (each % 840) / 10, service=f"s{each % 4}")
        for each in range(40_000)
    ]
    often = [
        seen(50_000 + each, days_ago=each / 300, service="s1", host="web-0") for each in range(3000)
    ]

    (found,) = recurrences([*usual, *often], now=NOW)

    assert (found.value, len(found.occurrences)) == ("s1", 3000)
    assert found.chance < 1e-9
    assert [(each.name, each.value) for each in found.factors] == [("host", "web-0")]


def test_titles_are_the_same_but_for_their_numbers():
    assert fingerprint("Disk  3 is 98% full") == fingerprint("disk 12 is 91% full")


@pytest.fixture
def came_back(db: Any) -> list[Any]:
    """A past of many troubles, and one that came back eight times in two weeks."""
    now = timezone.now()
    for each in range(40):
        letter = chr(97 + each % 20)
        IncidentFactory(
            title=f"Trouble {letter}", opened_at=now - timedelta(days=20 + each), state="closed"
        )
    service, host = ServiceFactory(name="shop"), ConfigurationItemFactory(name="web-1")
    found = []
    for each in range(8):
        at = now - timedelta(days=each, hours=each)
        incident = IncidentFactory(
            title=f"Disk {each} is full", service=service, opened_at=at, resolved_at=at
        )
        incident.configuration_items.set([host])
        found.append(incident)
    return found


def test_a_problem_is_opened_of_a_candidate_with_its_incidents(
    client: Client, alice: User, came_back: list[Any]
):
    assert actions.find_candidates(now=timezone.now()) == 1
    actions.find_candidates(now=timezone.now())
    candidate = ProblemCandidate.objects.get()
    client.force_login(alice)

    page = client.get("/problems/candidates/").content.decode()
    answer = client.post(f"/problems/candidates/{candidate.pk}/", {"word": "accept"})

    assert "Disk 0 is full" in page
    assert "web-1" in page
    candidate.refresh_from_db()
    assert (candidate.state, candidate.count, candidate.decided_by) == ("accepted", 8, alice)
    assert candidate.problem is not None
    assert answer["Location"] == f"/problems/{candidate.problem.number}/"
    assert candidate.problem.problem_record.origin == "proactive"
    assert candidate.problem.incidents_of_problem.count() == 8
    assert Event.objects.filter(name="candidate.raised").count() == 1
    # Its problem is known now: it is not told of again, though the incidents are still there.
    assert actions.find_candidates(now=timezone.now()) == 0
    with pytest.raises(Refused):
        actions.accept_candidate(candidate=candidate, actor=alice)


def test_who_says_no_says_why_and_is_not_asked_again_unless_it_doubles(
    alice: User, audrey: User, came_back: list[Any]
):
    actions.find_candidates(now=timezone.now())
    candidate = ProblemCandidate.objects.get()

    with pytest.raises(Invalid):
        actions.reject_candidate(candidate=candidate, actor=alice, reason=" ")
    with pytest.raises(NotAllowed):
        actions.reject_candidate(candidate=candidate, actor=audrey, reason="No.")
    actions.reject_candidate(candidate=candidate, actor=alice, reason="It was a drill.")
    actions.find_candidates(now=timezone.now())
    assert ProblemCandidate.objects.count() == 1

    for each in range(8):
        IncidentFactory(title=f"Disk {each} is full", opened_at=timezone.now())
    actions.find_candidates(now=timezone.now())
    assert [each.state for each in ProblemCandidate.objects.order_by("id")] == ["rejected", "open"]


def test_what_is_secret_is_not_counted(came_back: list[Any]):
    for each in came_back:
        each.confidential = True
        each.save()

    assert actions.find_candidates(now=timezone.now()) == 0


def test_a_runbook_that_does_not_help_any_more_makes_one(db: Any):
    for _each in range(2):
        actions.note_breaker(runbook="Restart it", target="web-1", service=None, now=timezone.now())

    candidate = ProblemCandidate.objects.get()
    assert (candidate.by, candidate.title) == (
        "breaker",
        "Restart it does not help any more (web-1)",
    )
