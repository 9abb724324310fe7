"""The improvements of the little world, one in each place of the road."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.factories import ImprovementFactory

OF_IMPROVEMENTS: dict[str, Any] = {
    "POST api/v1/improvements/": {"title": "Fewer open incidents", "came_from": "{problem}"},
    "PATCH api/v1/improvements/{improvement}/": {"title": "Fewer open incidents by far"},
    "POST api/v1/improvements/{improvement}/priority/": {"priority": 1, "reason": "The fair."},
    "POST api/v1/improvements/{improvement}/comments/": {"body": "Any news?"},
    "POST api/v1/improvements/{improvement}/links/": {"ticket": "{held}"},
    "POST api/v1/improvements/{improvement}/assign/": {"assignee": "alice"},
    "POST api/v1/improvements/{accepted_idea}/assess/": {"kpi": "backlog", "target": 0},
    "POST api/v1/improvements/{approved_idea}/hold/": {"reason": "Nobody has time."},
    "POST api/v1/improvements/{idea_in_review}/close/": {"decision": "We keep it."},
    "POST api/v1/improvements/{improvement}/give_up/": {"decision": "It is too dear."},
}
JUDGED = {"kpi": "backlog", "kpi_version": "1", "target": 0.0}
BEFORE = {"baseline": 9999.0, "baseline_low": 9900.0, "baseline_high": 10100.0,
          "baseline_count": 9999}  # fmt: skip


def made_of_improvements(alice: Any) -> dict[str, str]:
    """An improvement in each state that can be left."""
    frozen = {**JUDGED, **BEFORE, "baseline_at": timezone.now() - timedelta(days=60)}
    made = {
        "improvement": ImprovementFactory(assignee=alice, opened_by=alice),
        "accepted_idea": ImprovementFactory(at_state="accepted", assignee=alice),
        "assessed_idea": ImprovementFactory(at_state="assess", assignee=alice, **JUDGED),
        "approved_idea": ImprovementFactory(at_state="approved", assignee=alice, **frozen),
        "held_idea": ImprovementFactory(at_state="on_hold", assignee=alice, **frozen),
        "idea_at_work": ImprovementFactory(at_state="in_progress", assignee=alice, **frozen),
        "idea_in_review": ImprovementFactory(at_state="review", assignee=alice, **frozen),
    }
    return {name: each.number for name, each in made.items()}
