"""Ordering: from what somebody answered to requests that go their way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.delegation import acts_for
from itsm.people.models import User
from itsm.sla.business_time import add_working_time
from itsm.sla.selectors import default_week
from itsm.tickets.models import Channel, Level
from itsm.tickets.numbering import next_number
from itsm.tickets.permissions import is_own, may_work
from itsm.tickets.priority import priority_of
from itsm.tickets.workflow import save_change
from requests import selectors
from requests.answering import answered
from requests.audience import is_offered
from requests.models import CatalogItem, Order, ServiceRequest
from requests.planning import Plan, Wanted, hash_of, plan_of
from requests.pricing import currency_of
from requests.questions import in_words, told_below
from requests.stepping import names_in
from requests.workflow import workflow

MOST_LINES = 30


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to order: what, for whom, and what was answered."""

    item: CatalogItem
    requested_for: User
    answers: Mapping[str, Any]


@transaction.atomic
def place_order(
    *, lines: Sequence[Line], actor: User, source: str = Channel.PORTAL, key: str = ""
) -> tuple[Order, bool]:
    """Order some things at once: all of them or, when one is refused, none.

    With a key, once however often and at once it is asked for; also says whether it was now.
    """
    if not lines:
        raise Invalid(_("Put something in the cart first."), field="item")
    if len(lines) > MOST_LINES:
        raise Invalid(_("Order at most %(most)d things at once.") % {"most": MOST_LINES})
    order, is_new = _order(actor, key)
    if not is_new:
        return order, False
    for line in lines:
        submit(_opened(line, order=order, actor=actor, source=source), actor=actor)
    return order, True


def _order(actor: User, key: str) -> tuple[Order, bool]:
    """An order of this person; whoever sends the same at once waits here for the first to end."""
    number = next_number("REQ")
    if not key:
        return Order.objects.create(number=number, ordered_by=actor), True
    return Order.objects.get_or_create(ordered_by=actor, key=key, defaults={"number": number})


def _opened(line: Line, *, order: Order, actor: User, source: str) -> ServiceRequest:
    item, person = line.item, line.requested_for
    _check_may_order(actor, person)
    if item.current is None:
        raise Refused(_("%(name)s cannot be ordered yet.") % {"name": item})
    answers = answered(item.current.questions, line.answers, selectors.lookups_for(actor))
    service_request = ServiceRequest(
        title=item.name,
        description=_description(item, answers),
        caller=person,
        service=item.service,
        team=item.owner_team,
        assigned_at=timezone.now() if item.owner_team else None,
        impact=Level.LOW,
        urgency=Level.MEDIUM,
        priority=priority_of(Level.LOW, Level.MEDIUM),
        source=source,
        order=order,
        item=item,
        version_of_item=item.current,
        answers=answers,
        edited_by=actor,
    )
    data = {"order": order.number, "item": item.slug}
    return workflow.open(service_request, event="service_request.opened", actor=actor, data=data)


def _check_may_order(actor: User, person: User) -> None:
    if not person.is_active or person.is_bot:
        raise Invalid(_("Choose somebody who works here."), field="requested_for")
    if person == actor or actor.has_perm("requests.work") or acts_for(actor, person.pk):
        return
    raise NotAllowed(_("You may order for yourself, and for people who let you."))


def _description(item: CatalogItem, answers: Mapping[str, Any]) -> str:
    assert item.current is not None  # noqa: S101 the caller has looked
    told = in_words(item.current.questions, answers)
    return told_below(told)


@workflow.transition(
    "submit",
    label=_l("Send it off"),
    source=["draft"],
    target="submitted",
    event="service_request.submitted",
    needs="requests.work",
    own=True,
)
def submit(service_request: ServiceRequest, *, actor: User) -> None:
    """Send the request off, if it is still offered and within the person's share."""
    item, person = service_request.item, service_request.caller
    assert person is not None  # noqa: S101 every request is for somebody
    if not item.is_available:
        raise Refused(_("%(name)s cannot be ordered at present.") % {"name": item})
    if not is_offered(item.audience, selectors.as_somebody(person)):
        raise Refused(_("%(name)s is not offered to %(who)s.") % {"name": item, "who": person})
    _check_share(item, person)
    questions = service_request.version_of_item.questions
    service_request.answers = answered(
        questions, service_request.answers, selectors.lookups_for(actor)
    )
    service_request.price, service_request.cost_centre = item.price, item.cost_centre
    service_request.currency = currency_of(item.currency)
    service_request.due_at = _due_at(item.hours)
    service_request.reason, service_request.closed_at = "", None
    set_plan(service_request)


def _check_share(item: CatalogItem, person: User) -> None:
    if item.quota is None:
        return
    # Two orders at once would each find the share not used up, and both go beyond it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [item.pk, person.pk])
    held = selectors.held_by(person, item).count()
    if held >= item.quota:
        said = {"who": person, "held": held, "name": item, "most": item.quota}
        raise Refused(_("%(who)s has %(held)d of %(name)s already, and may have %(most)d.") % said)


def _due_at(hours: int | None) -> datetime | None:
    if not hours:
        return None
    return add_working_time(default_week(), timezone.now(), timedelta(hours=hours))


def set_plan(service_request: ServiceRequest) -> None:
    """Write down what will be done, as things are now."""
    service_request.plan = plan_now(service_request)
    service_request.plan_hash = hash_of(service_request.plan)


def plan_now(service_request: ServiceRequest) -> Plan:
    """What would be done if it began now."""
    item, version = service_request.item, service_request.version_of_item
    steps = version.steps or [_only_step(item)]
    person, orderer = service_request.caller, service_request.opened_by
    facts = {
        "number": service_request.number,
        "item": item.slug,
        "for": person.username if person else "",
        "by": orderer.username,
        "price": f"{item.price:.2f}",
        "currency": currency_of(item.currency),
        "cost_centre": item.cost_centre,
    }
    return plan_of(
        Wanted(
            item=item.slug,
            version=version.number,
            answers=service_request.answers,
            facts=facts,
            steps=steps,
            lease=version.lease,
            leads_to=selectors.leads_to(names_in(steps, "target"), names_in(steps, "runbook")),
        )
    )


def _only_step(item: CatalogItem) -> dict[str, Any]:
    """What is done where nobody has said how: the owner's team sees to it."""
    return {
        "name": "fulfil",
        "title": _("Provide: %(what)s") % {"what": item.name},
        "type": "human",
        "team": item.owner_team.slug if item.owner_team else "",
        "after": [],
        "inputs": {},
        "timeout_hours": 336,
        "if_failed": "ask",
    }


@workflow.transition(
    "revise",
    label=_l("Change it"),
    source=["submitted", "awaiting_approval", "rejected"],
    target="draft",
    event="service_request.revised",
    needs="requests.work",
    own=True,
)
def revise(service_request: ServiceRequest, *, actor: User) -> None:
    """Take it back to be changed; what was asked and said about it no longer counts."""
    service_request.approved_hash = ""
    service_request.closed_at = None


@transaction.atomic
def change_answers(
    *, service_request: ServiceRequest, answers: Mapping[str, Any], actor: User
) -> ServiceRequest:
    """Answer anew, while it is a draft."""
    locked = service_request.lock()
    if not (may_work(actor, locked, "requests.work") or is_own(actor, locked)):
        raise NotAllowed(_("You may not change %(number)s.") % {"number": locked.number})
    if locked.state != "draft":
        raise Refused(_("%(number)s is on its way already.") % {"number": locked.number})
    questions = locked.version_of_item.questions
    locked.answers = answered(questions, answers, selectors.lookups_for(actor))
    locked.edited_by = actor
    told = in_words(questions, locked.answers)
    locked.description = told_below(told)
    save_change(locked)
    events.publish("service_request.edited", locked, actor=actor, data={"diff": {}})
    return locked


@transaction.atomic
def order_again(
    *, service_request: ServiceRequest, answers: Mapping[str, Any], actor: User
) -> ServiceRequest:
    """Change what was sent off or rejected, and send it off again."""
    if service_request.state != "draft":
        revise(service_request, actor=actor)
    changed = change_answers(service_request=service_request, answers=answers, actor=actor)
    sent: ServiceRequest = submit(changed, actor=actor)
    return sent
