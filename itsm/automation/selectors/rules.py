"""Questions about rules and macros, and about what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.automation.models import Evaluation, Firing, Macro, Outcome, Rule
from itsm.automation.selectors.situations import whole_ticket
from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.core.models import Event
from itsm.people.models import Membership, User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import ticket_for

COUNTED = timedelta(days=30)
MOST_SHOWN = 50
MOST_LOGGED = 30


@dataclass(frozen=True)
class Tally:
    """How a rule went in the last thirty days."""

    acted: int = 0
    failed: int = 0
    minutes: int = 0
    last: datetime | None = None


@dataclass(frozen=True)
class Said:
    """What one rule said to one event, with the condition that did not hold."""

    rule: Rule | None
    outcome: str
    condition: Mapping[str, Any] | None
    seen: Any

    @property
    def words(self) -> str:
        return str(Outcome(self.outcome).label) if self.outcome in Outcome.values else self.outcome


@dataclass(frozen=True)
class Looked:
    """One event that rules looked at, and what each said."""

    event: Event
    verdicts: Sequence[Said]


def visible_rules(user: User) -> QuerySet[Rule]:
    """The rules this person may see: staff all of them, end users none."""
    rules = Rule.objects.select_related("actor")
    return rules if user.has_perm("tickets.view_all") else rules.none()


def rule_for(user: User, slug: str) -> Rule:
    """One rule; NotFound when there is none this person may see."""
    found = visible_rules(user).filter(slug=slug).first()
    if found is None:
        raise NotFound(_("There is no such rule."))
    return found


def visible_macros(user: User) -> QuerySet[Macro]:
    """The macros this person may see: staff all of them, end users none."""
    macros = Macro.objects.select_related("team")
    return macros if user.has_perm("tickets.view_all") else macros.none()


def macro_for(user: User, slug: str) -> Macro:
    """One macro; NotFound when there is none this person may see."""
    found = visible_macros(user).filter(slug=slug).first()
    if found is None:
        raise NotFound(_("There is no such macro."))
    return found


def macros_on(user: User, ticket: Ticket) -> list[Macro]:
    """The macros this person is offered on a record: those for its kind, of nobody's or the own."""
    if not user.has_perm("tickets.work"):
        return []
    found: list[Macro] = _macros_of(user.pk)
    return [each for each in found if not each.kinds or ticket.kind in each.kinds]


@kept_question
def _macros_of(user: int) -> QuerySet[Macro]:
    own = Q(team=None) | Q(team__in=Membership.objects.filter(user=user).values("team"))
    return Macro.objects.filter(own, is_on=True).only("slug", "name", "description", "kinds")


def names_of_rules(pks: Collection[int]) -> dict[int, tuple[str, str]]:
    """The short names and names of these rules, of those there still are."""
    if not pks:
        return {}
    rows = Rule.objects.filter(pk__in=pks).order_by().values_list("pk", "slug", "name")
    return {pk: (slug, name) for pk, slug, name in rows}


def tallies(rule_ids: Collection[int]) -> dict[int, Tally]:
    """How these rules went in the last thirty days."""
    recent = Firing.objects.filter(rule__in=rule_ids, happened_at__gt=timezone.now() - COUNTED)
    rows = recent.values("rule").annotate(
        acted=Count("pk", filter=Q(outcome=Outcome.ACTED)),
        failed=Count("pk", filter=Q(outcome=Outcome.FAILED)),
        minutes=Sum("saved_minutes"),
        last=Max("happened_at", filter=Q(outcome=Outcome.ACTED)),
    )
    return {
        row["rule"]: Tally(row["acted"], row["failed"], row["minutes"] or 0, row["last"])
        for row in rows
    }


def visible_firings(user: User, rule: Rule) -> QuerySet[Firing]:
    """What became of a rule, on records this person may see."""
    seen = Ticket.objects.visible_to(user).values("pk")
    return Firing.objects.filter(Q(ticket=None) | Q(ticket__in=seen), rule=rule)


def firings_of(user: User, rule: Rule) -> list[Firing]:
    """What became of a rule last, on records this person may see."""
    found = visible_firings(user, rule).select_related("ticket", "event")
    return list(found.order_by("-id")[:MOST_SHOWN])


def firings_on(ticket: Ticket, *, most: int = 5) -> list[Firing]:
    """The rules that acted on a record last."""
    return _firings_on(ticket.pk, most=most)


@kept_question
def _firings_on(ticket: int, *, most: int) -> QuerySet[Firing]:
    found = Firing.objects.filter(ticket=ticket).select_related("rule")
    return found.order_by("-id")[:most]


def verdicts_on(user: User, number: str) -> tuple[Ticket, list[Looked]]:
    """A record, and for its newest events what every rule that listens said."""
    ticket: Ticket = ticket_for(user, number)
    rows = Evaluation.objects.filter(ticket=ticket.pk).select_related("event__actor")
    looked = list(rows.order_by("-id")[:MOST_LOGGED])
    ids = {verdict[0] for each in looked for verdict in each.verdicts}
    rules = {each.pk: each for each in Rule.objects.filter(pk__in=ids)}
    return ticket, [
        Looked(each.event, [_said(verdict, rules) for verdict in each.verdicts]) for each in looked
    ]


def whole(user: User, number: str) -> Any:
    """The record of this number as a row of its kind, if this person may see it."""
    return whole_ticket(ticket_for(user, number).pk)


def _said(verdict: Sequence[Any], rules: Mapping[int, Rule]) -> Said:
    rule_id, version, outcome, place, seen = verdict
    rule = rules.get(rule_id)
    condition = None
    # Only as long as the rule is as it was then can the place be shown as a condition.
    if rule is not None and rule.version == version and isinstance(place, int):
        condition = rule.conditions[place] if place < len(rule.conditions) else None
    return Said(rule, outcome, condition, seen)
