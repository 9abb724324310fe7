"""Rules that act when time has passed: what is open is looked at again and again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from itsm.automation.actions.evaluating import KEPT, act, firing_of, judge
from itsm.automation.models import Evaluation, Firing, Guard, Outcome, Rule
from itsm.automation.selectors.rulebook import Ready, ready
from itsm.automation.selectors.situations import situation_of_ticket, tickets_of
from itsm.core.facts import Situation
from itsm.tickets.models import OPEN_PHASES

MOST_LOOKED_AT = 2000  # open records at one look, the longest open first
KEPT_VERDICTS = timedelta(days=14)
KEPT_FIRINGS = timedelta(days=400)
MOST_FORGOTTEN = 20_000


def look_around(now: datetime) -> int:
    """Have every timed rule that is due look at the open records; how many times one acted."""
    return sum(_look(each, now) for each in _due(now) if _claimed(each, now))


def forget_old(now: datetime) -> int:
    """Take away verdicts and firings nobody will ask for any more; how many rows that were."""
    count = 0
    for found in (
        Evaluation.objects.filter(happened_at__lt=now - KEPT_VERDICTS),
        Firing.objects.filter(happened_at__lt=now - KEPT_FIRINGS),
        Guard.objects.filter(
            rule__once_minutes__isnull=False,
            taken_at__lt=now - F("rule__once_minutes") * timedelta(minutes=1),
        ),
    ):
        pks = list(found.order_by("pk").values_list("pk", flat=True)[:MOST_FORGOTTEN])
        count += found.model._default_manager.filter(pk__in=pks).delete()[0]
    return count


def _due(now: datetime) -> list[Rule]:
    timed = Rule.objects.filter(trigger=Rule.Trigger.TIME).exclude(mode=Rule.Mode.OFF)
    return [each for each in timed.select_related("actor") if _is_due(each, now)]


def _is_due(rule: Rule, now: datetime) -> bool:
    return rule.looked_at is None or rule.looked_at <= now - timedelta(minutes=rule.every_minutes)


def _claimed(rule: Rule, now: datetime) -> bool:
    """Whether nobody else has taken this look."""
    unseen = Q(looked_at=rule.looked_at) if rule.looked_at else Q(looked_at__isnull=True)
    return bool(Rule.objects.filter(unseen, pk=rule.pk).update(looked_at=now))


def _look(rule: Rule, now: datetime) -> int:
    prepared = ready(rule)
    if prepared.fault:
        return 0
    tickets = tickets_of(rule.kind).filter(kind=rule.kind, phase__in=OPEN_PHASES)
    return sum(
        _looked_at(prepared, situation_of_ticket(each, at=now))
        for each in tickets.order_by("id")[:MOST_LOOKED_AT].iterator(chunk_size=200)
    )


@transaction.atomic
def _looked_at(prepared: Ready, situation: Situation) -> bool:
    verdict = judge(prepared, situation) or act(prepared, situation)
    if verdict.outcome in KEPT:
        firing_of(verdict, situation).save()
    return verdict.outcome == Outcome.ACTED
