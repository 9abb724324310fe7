"""The administration says in words when a rule fits and whom it asks."""

from typing import Any

import pytest
from django.test import Client

from itsm.approvals.models import Rule
from itsm.approvals.wording import conditions_in_words, stages_in_words
from itsm.people.models import User


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ([], "Always"),
        (
            [{"field": "risk_band", "op": "in", "value": ["high", "very_high"]}],
            "Risk band is one of high, very high",
        ),
        (
            [
                {"field": "tier", "op": "at_most", "value": 2},
                {"field": "irreversible", "op": "is", "value": True},
            ],
            "Tier is at most 2; irreversible is yes",
        ),
    ],
)
def test_conditions_read_as_a_sentence(conditions: list[Any], words: str) -> None:
    assert conditions_in_words(conditions) == words


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ({"users": ["alice", "bob"]}, "1. alice, bob: one must agree"),
        (
            {"name": "Board", "team": "cab", "quorum": "percent", "amount": 50},
            "1. Board – team cab: 50 % must agree",
        ),
        (
            {"team": "cab", "each_member": True, "quorum": "all"},
            "1. each member of team cab: all must agree",
        ),
        (
            {"role": "manager", "manager": True, "quorum": "count", "amount": 2},
            "1. whoever has the role Process manager, the manager of whoever asks: 2 must agree",
        ),
    ],
)
def test_stages_say_who_is_asked_and_how_many_must_agree(stage: Any, words: str) -> None:
    assert stages_in_words([stage]) == [words]


@pytest.mark.django_db
def test_the_page_of_a_rule_says_both(client: Client, dana: User) -> None:
    rule = Rule.objects.create(
        name="Risky", kind="change", purpose="assess", stages=[{"users": ["alice"]}]
    )
    client.force_login(dana)

    page = client.get(f"/admin/approvals/rule/{rule.pk}/change/").content.decode()

    listed = client.get("/admin/approvals/rule/").content.decode()

    assert listed.count("Change: assessing it") == 2  # in its row, and as a filter
    assert "Always" in page
    assert "1. alice: one must agree" in page
