import itertools

import pytest

from itsm.tickets.priority import DEFAULT, PROPOSED, is_monotone, priority_of, proposed_for


@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [
        (1, 1, 1), (1, 2, 2), (1, 3, 3),
        (2, 1, 2), (2, 2, 3), (2, 3, 4),
        (3, 1, 3), (3, 2, 4), (3, 3, 5),
    ],
)  # fmt: skip
def test_the_default_matrix_is_the_fields(impact: int, urgency: int, priority: int) -> None:
    assert priority_of(impact, urgency) == priority


def test_the_default_matrix_is_monotone_and_a_mixed_up_one_is_not() -> None:
    assert is_monotone(DEFAULT)
    assert not is_monotone({**DEFAULT, (3, 3): 1})


@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_a_worse_alert_never_proposes_a_lower_priority(tier: int) -> None:
    priorities = [priority_of(*proposed_for(severity, tier)) for severity in PROPOSED]

    assert priorities == sorted(priorities)


@pytest.mark.parametrize("severity", list(PROPOSED))
def test_a_more_critical_service_never_gets_a_lower_priority(severity: str) -> None:
    priorities = [priority_of(*proposed_for(severity, tier)) for tier in (1, 2, 3, 4)]

    assert all(first <= second for first, second in itertools.pairwise(priorities))
