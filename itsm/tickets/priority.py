"""Priority from impact and urgency; pure arithmetic on a table of data.

Source: ServiceNow's default priority lookup. 1 is high for impact and urgency, critical for
priority.
"""

from collections.abc import Mapping

Matrix = Mapping[tuple[int, int], int]

DEFAULT: Matrix = {
    (1, 1): 1, (1, 2): 2, (1, 3): 3,
    (2, 1): 2, (2, 2): 3, (2, 3): 4,
    (3, 1): 3, (3, 2): 4, (3, 3): 5,
}  # fmt: skip


def priority_of(impact: int, urgency: int, matrix: Matrix = DEFAULT) -> int:
    """The priority, 1 (critical) to 5 (planning)."""
    return matrix[impact, urgency]


def levels_for(
    priority: int, *, near: tuple[int, int] = (2, 2), matrix: Matrix = DEFAULT
) -> tuple[int, int]:
    """The impact and urgency nearest to these that make the priority; KeyError when none do."""
    fitting = [levels for levels, result in matrix.items() if result == priority]
    if not fitting:
        raise KeyError(priority)
    return min(fitting, key=lambda each: abs(each[0] - near[0]) + abs(each[1] - near[1]))


def is_monotone(matrix: Matrix) -> bool:
    """Whether more impact or more urgency never makes a ticket less important."""
    return all(
        matrix[impact, urgency] <= matrix[other_impact, other_urgency]
        for impact, urgency in matrix
        for other_impact, other_urgency in matrix
        if impact <= other_impact and urgency <= other_urgency
    )


# What alerts propose: impact and urgency by severity, for the service tiers 1 to 4.
PROPOSED: Mapping[str, tuple[tuple[int, int], ...]] = {
    "critical": ((1, 1), (1, 1), (2, 1), (2, 2)),
    "high": ((1, 2), (1, 2), (2, 2), (2, 3)),
    "warning": ((2, 2), (2, 2), (2, 2), (3, 2)),
    "info": ((2, 3), (2, 3), (3, 3), (3, 3)),
    "low": ((3, 3), (3, 3), (3, 3), (3, 3)),
}


def proposed_for(severity: str, tier: int) -> tuple[int, int]:
    """Impact and urgency of an alert of this severity on a service of this tier (1 to 4)."""
    return PROPOSED[severity][tier - 1]
