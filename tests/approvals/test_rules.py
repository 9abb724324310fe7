"""What administrators may write into a decision table."""

from typing import Any

import pytest

from itsm.approvals.admin import RuleForm

pytestmark = pytest.mark.django_db


def form(stage: dict[str, Any]) -> RuleForm:
    given = {"name": "A rule", "kind": "change", "purpose": "authorize", "order": 1}
    return RuleForm({**given, "outcome": "ask", "stages": [stage]})


def test_a_stage_names_whom_it_asks() -> None:
    assert form({"users": ["erin"], "team": "cab", "quorum": "count", "amount": 2}).is_valid()


@pytest.mark.parametrize(
    "wrong",
    [
        {"users": "erin"}, {"users": [7]}, {"team": ["cab"]}, {"role": "boss"}, {"role": ["agent"]},
        {"users": ["erin"], "amount": "many"}, {"users": ["erin"], "amount": -1},
        {"users": ["erin"], "amount": 10**9}, {"users": ["erin"], "quorum": ["all"]},
        {"users": ["erin"], "wish": "x"}, {"quorum": "all"},
    ],
)  # fmt: skip
def test_what_no_change_could_follow_is_refused(wrong: dict[str, Any]) -> None:
    assert "stages" in form(wrong).errors
