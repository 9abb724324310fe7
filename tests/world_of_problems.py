"""The problems of the little world, one in each place of the road."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from problems.actions import (
    add_action,
    add_task,
    link_incident,
    publish_workaround,
    write_review,
)
from problems.models import ProblemCandidate
from tests.factories import IncidentFactory, ProblemFactory, ServiceFactory

OF_PROBLEMS: dict[str, Any] = {
    "POST api/v1/problems/": {"title": "Connections leak", "incidents": ["{number}"]},
    "PATCH api/v1/problems/{problem}/": {"title": "Connections leak again"},
    "POST api/v1/problems/{problem}/priority/": {"priority": 1, "reason": "The fair opens."},
    "POST api/v1/problems/{problem}/comments/": {"body": "Any news?"},
    "POST api/v1/problems/{problem}/links/": {"ticket": "{held}"},
    "POST api/v1/problems/{problem}/incidents/": {"incident": "{held}"},
    "POST api/v1/problems/{problem}/tasks/": {"title": "Read the logs"},
    "PATCH api/v1/problems/{problem}/tasks/{problem_task}/": {"state": "done"},
    "POST api/v1/problems/{problem}/actions/": {"title": "Watch the pool", "kind": "detect"},
    "POST api/v1/problems/{problem}/analysis/{by_method}/": {"rows": [{"label": "A leak"}]},
    "POST api/v1/problems/{problem}/causes/": {"pack": 1, "component": "orders-db"},
    "POST api/v1/problems/{problem}/review/": {"lessons": "Count the connections."},
    "PATCH api/v1/problems/{problem}/actions/{review_action}/": {"state": "in_progress"},
    "POST api/v1/problems/{problem}/assign/": {"assignee": "alice"},
    "POST api/v1/problems/{assessed}/duplicate/": {"duplicate_of": "{problem}"},
    "POST api/v1/problems/{assessed}/cancel/": {"reason": "It is meant to be so."},
    "POST api/v1/problems/{analysed}/fix/": {"cause": "A pool is too small."},
    "POST api/v1/problems/{analysed}/propose_risk/": {
        "reason": "It is switched off soon.",
        "expires_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    },
    "POST api/v1/problems/{fixing}/resolve/": {
        "notes": "A larger pool.",
        "no_change_reason": "The vendor did it.",
    },
    "POST api/v1/problems/{analysed}/publish_workaround/": {"workaround": "Restart it."},
    "POST api/v1/problems/{analysed}/publish_cause/": {"cause": "A pool is too small."},
    "POST api/v1/problems/{known_error}/tried/": {"worked": True, "incident": "{of_problem}"},
    "POST api/v1/problems/{known_error}/withdraw/": {"reason": "It does not help."},
    "POST api/v1/problem-candidates/{candidate}/reject/": {"reason": "It was a drill."},
    "POST api/v1/problems/{solved}/reanalyze/": {"reason": "It is not gone."},
}


def made_of_problems(alice: Any) -> dict[str, str]:
    """A problem in each state that can be left, one of them with an incident and a task."""
    problem = ProblemFactory(assignee=alice, opened_by=alice)
    incident = IncidentFactory()
    link_incident(problem=problem, incident=incident, actor=alice)
    task = add_task(problem=problem, actor=alice, title="Read the logs")
    action = add_action(problem=problem, actor=alice, title="Watch the pool")
    write_review(problem=problem, actor=alice, words={"summary": "The pool ran empty."})
    states = {"assessed": "assess", "analysed": "rca", "fixing": "fix_in_progress"}
    made = {name: ProblemFactory(at_state=state, assignee=alice) for name, state in states.items()}
    made["known_error"] = publish_workaround(
        ProblemFactory(assignee=alice, service=ServiceFactory(name="wiki")),
        actor=alice,
        workaround="Restart the browser.",
        caller_summary="The wiki loses what one writes",
        caller_advice="Copy your text before you save.",
    )
    made["solved"] = ProblemFactory(at_state="resolved", resolution_code="fix_applied")
    candidate = ProblemCandidate.objects.create(
        by="fingerprint",
        shared="disk # is full",
        title="Disk 3 is full",
        count=7,
        expected=0.4,
        minutes=310,
        factors=[{"name": "host", "value": "web-1", "share": 0.86, "lift": 12.0}],
        incidents=[incident.pk],
    )
    return {
        "problem": problem.number,
        "candidate": str(candidate.pk),
        "of_problem": incident.number,
        "problem_task": str(task.pk),
        "review_action": str(action.pk),
        "by_method": "whys",
        **{name: each.number for name, each in made.items()},
    }
