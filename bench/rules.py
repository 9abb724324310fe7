"""How much an event costs that all rules are asked about, and how many events one worker takes."""

import time

from django.db import connection, transaction

from bench.cases import Figure
from incidents.models import Incident
from itsm.automation.actions.evaluating import evaluate
from itsm.automation.actions.keeping import save_rule
from itsm.automation.models import Evaluation, Rule
from itsm.core import events
from itsm.core.delivery import deliver_owed
from itsm.core.models import Delivery, Event
from itsm.people.models import User

RULES = 200
EVENTS = 500
NAME = "incident.edited"
GOAL_CPU = "<= 10 ms CPU"
GOAL_RATE = ">= 100/s"


def report(*, size: int) -> list[Figure]:
    """Two hundred rules that listen for one event: while none of them acts, and while one does."""
    _rules()
    _as_a_worker()
    incidents = list(Incident.objects.order_by("-pk")[:EVENTS])
    # Made up, their priority is not what impact and urgency give: no rule is to pay for mending it.
    ids = [each.pk for each in incidents]
    Incident.objects.filter(pk__in=ids).update(priority_reason="for the measure")
    figures = []
    for words, mode in (("none acts", "off"), ("one acts", "on")):
        admin = User.objects.get(username="bench-admin")
        save_rule(actor=admin, rule=Rule.objects.get(slug="bench-0"), given={"mode": mode})
        figures += [_one_by_one(incidents[:60], size, words), _sustained(incidents, size, words)]
    return figures


def _one_by_one(incidents: list[Incident], size: int, words: str) -> Figure:
    found = _published(incidents)
    Delivery.objects.all().delete()
    costs = []
    for event in found:
        began = time.process_time()
        evaluate(event)
        costs.append((time.process_time() - began) * 1000)
    costs.sort()
    what, slowest = f"{RULES} rules against one event, {words}", costs[int(len(costs) * 0.95)]
    return Figure(what, size, costs[len(costs) // 2], "ms CPU", GOAL_CPU, slowest=slowest)


def _sustained(incidents: list[Incident], size: int, words: str) -> Figure:
    _published(incidents)
    before = Evaluation.objects.count()
    began, cpu = time.perf_counter(), time.process_time()
    deliver_owed()
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    # What a rule does is an event as well, which all are asked about in their turn.
    count = Evaluation.objects.count() - before
    what = f"events taken through {RULES} rules by one worker, {words}"
    return Figure(what, size, count / seconds, "a second", GOAL_RATE, cpu=spent / count * 1000)


def _as_a_worker() -> None:
    """Ask the database as a worker does: what comes again is planned once."""
    connection.close()
    connection.settings_dict["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}


def _rules() -> None:
    admin, _ = User.objects.get_or_create(username="bench-admin", defaults={"role": "admin"})
    if Rule.objects.filter(slug__startswith="bench-").exists():
        return
    for place in range(RULES):
        acts = place == 0
        save_rule(
            actor=admin,
            given={
                "slug": f"bench-{place}",
                "name": f"Bench {place}",
                "mode": "on",
                "events": [NAME],
                "most_an_hour": 1_000_000,
                "conditions": [
                    {"fact": "record.kind", "op": "is", "value": "incident"},
                    {"fact": "record.priority", "op": "at_least", "value": 1},
                    {"fact": "record.title", "op": "has" if not acts else "has_not",
                     "value": f"no such word {place}"},
                ],
                "steps": [{"verb": "set", "values": {"add_tags": [f"bench-{place}"]}}],
            },
        )  # fmt: skip


@transaction.atomic
def _published(incidents: list[Incident]) -> list[Event]:
    """An event of each, as an edit gives it."""
    actor = User.objects.get(username="bench-admin")
    data = {"diff": {"urgency": [2, 1]}}
    return events.publish(NAME, *incidents, actor=actor, data=data)
