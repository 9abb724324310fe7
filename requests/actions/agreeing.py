"""Asking whether it may be done, about exactly what would be done."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.approvals.actions import Question
from itsm.approvals.actions import ask as ask_people
from itsm.approvals.models import Approval
from itsm.approvals.tables import tables
from itsm.core.errors import Refused
from itsm.people.models import User
from itsm.people.selectors import system_user, team_names_by_slug
from itsm.tickets.fields import Field
from requests.actions.ordering import set_plan
from requests.models import ServiceRequest
from requests.planning import lines_of, teams_in
from requests.pricing import currency_of, money
from requests.questions import in_words, told_below
from requests.terms import stages_for
from requests.workflow import workflow

PURPOSE = "order"
tables.add(PURPOSE)(_l("Request: ordering it"))


def ask_for_leave(*, service_request: ServiceRequest, actor: User) -> None:
    """Ask whoever must agree; where nobody need, let it go on at once."""
    approval = service_request.version_of_item.approval
    if not approval:
        approve(service_request, actor=system_user())
        return
    ask(service_request, actor=system_user())
    owner = service_request.item.owner_team
    stages = stages_for(
        approval,
        price=float(service_request.price),
        currency=currency_of(service_request.currency),
        house=currency_of(""),
        owner=owner.slug if owner else None,
    )
    ask_people(
        question=Question(
            ticket=service_request,
            purpose=PURPOSE,
            snapshot=picture_of(service_request),
            barred=barred_from(service_request),
            stages=stages,
        ),
        actor=actor,
    )


def barred_from(service_request: ServiceRequest) -> set[int]:
    """Who ordered it, wrote it or gets it does not agree to it."""
    found = (
        service_request.opened_by_id,
        service_request.caller_id,
        service_request.edited_by_id,
    )
    return {each for each in found if each is not None}


def picture_of(service_request: ServiceRequest) -> dict[str, Any]:
    """What is judged: for whom, what, at what cost, and every step that will be taken."""
    item, version = service_request.item, service_request.version_of_item
    person = service_request.caller
    plan = service_request.plan
    told = in_words(version.questions, service_request.answers)
    return {
        "item": item.slug,
        "category": item.category.slug,
        "requested_for": str(person or ""),
        "price": float(service_request.price),
        "currency": currency_of(service_request.currency),
        "cost": _("%(price)s, cost centre %(centre)s")
        % {
            "price": money(service_request.price, service_request.currency),
            "centre": service_request.cost_centre or "–",
        },
        "cost_centre": service_request.cost_centre,
        "team": item.owner_team.slug if item.owner_team else None,
        "answers": told_below(told),
        "steps": "\n".join(lines_of(plan, team_names_by_slug(teams_in(plan)))),
        "plan_hash": service_request.plan_hash,
    }


@workflow.transition(
    "ask",
    label=_l("Ask for approval"),
    source=["submitted"],
    target="awaiting_approval",
    event="service_request.leave_requested",
    needs="requests.work",
    by_people=False,
)
def ask(service_request: ServiceRequest, *, actor: User) -> None:
    """Somebody must agree first."""


@workflow.transition(
    "approve",
    label=_l("Approve"),
    source=["submitted", "awaiting_approval"],
    target="approved",
    event="service_request.approved",
    needs="requests.work",
    by_people=False,
)
def approve(service_request: ServiceRequest, *, actor: User, plan_hash: str = "") -> None:
    """Everybody asked has agreed to the plan with this hash."""
    if plan_hash and plan_hash != service_request.plan_hash:
        raise Refused(_("What was agreed to is not what would be done."))
    service_request.approved_hash = service_request.plan_hash
    service_request.look_at = timezone.now()


@workflow.transition(
    "reject",
    label=_l("Reject"),
    source=["awaiting_approval"],
    target="rejected",
    event="service_request.rejected",
    needs="requests.work",
    by_people=False,
    fields=[Field(name="reason", label=_l("Why"), max_length=500)],
)
def reject(service_request: ServiceRequest, *, actor: User, reason: str = "") -> None:
    """Somebody asked has said no; whoever ordered it may change it and send it again."""
    service_request.reason = reason
    service_request.closed_at = timezone.now()


@workflow.transition(
    "drift",
    label=_l("Ask anew"),
    source=["approved"],
    target="submitted",
    event="service_request.drifted",
    needs="requests.work",
    by_people=False,
    public=False,
)
def drift(service_request: ServiceRequest, *, actor: User) -> None:
    """What would be done is no longer what was agreed to: it is asked about anew."""
    set_plan(service_request)
    service_request.approved_hash = ""


def heard(*, service_request: ServiceRequest, approval: Approval, word: str) -> None:
    """Take what came of asking whether it may be done; a late or void answer changes nothing."""
    is_ours = approval.snapshot.get("plan_hash") == service_request.plan_hash
    if service_request.state != "awaiting_approval" or not is_ours:
        return
    if word == "granted":
        approve(service_request, actor=system_user(), plan_hash=approval.snapshot["plan_hash"])
        return
    said = approval.stages.filter(votes__state="rejected").values_list("votes__comment", flat=True)
    comments = " ".join(each for each in said if each)
    reject(service_request, actor=system_user(), reason=comments[:500])
