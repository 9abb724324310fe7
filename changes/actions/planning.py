"""The road of a change from its first draft to its place on the calendar."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from changes.actions.opening import COPIED, free_columns
from changes.models import Change, ChangeTemplate, ChangeType
from changes.workflow import is_going, workflow
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from itsm.tickets.fields import Field
from itsm.tickets.models import Link, Priority, Ticket

PLANS = ("implementation_plan", "test_plan", "backout_plan")
FIRST_STEP = {
    ChangeType.STANDARD.value: "scheduled",
    ChangeType.NORMAL.value: "assess",
    ChangeType.EMERGENCY.value: "authorize",
}


@workflow.transition(
    "submit",
    label=_l("Submit"),
    source=["new"],
    target=["scheduled", "assess", "authorize"],
    event="change.submitted",
    needs="changes.work",
    when=is_going,
    fields=[
        Field(
            name="retroactive_reason",
            label=_l("Why it was done already"),
            help=_l("Only for an emergency that could not wait and has no incident to point at."),
            max_length=5000,
        )
    ],
)
def submit(change: Change, *, actor: User, retroactive_reason: str = "") -> str:
    """Ask for leave: at once for a standard change, of a peer, or of the emergency board."""
    not_held(change)
    if change.planned_start is None or change.planned_end is None:
        raise Invalid(_("Say when it is to be done."), field="planned_start")
    if retroactive_reason:
        change.retroactive_reason = retroactive_reason
    if change.type == ChangeType.STANDARD:
        _check_template(change)
    elif change.type == ChangeType.EMERGENCY:
        _check_emergency(change)
    elif change.type == ChangeType.NORMAL:
        _check_plans(change)
    else:
        raise Refused(_("What was done without leave is reviewed, not submitted."))
    return FIRST_STEP[change.type]


def _check_template(change: Change) -> None:
    version = change.template_version
    if version is None:
        raise Invalid(_("Say which template the standard change is made from."), field="template")
    if version.template.standing != ChangeTemplate.Standing.ACTIVE:
        raise Refused(
            _("%(name)s is no longer in use: submit it as a normal change.")
            % {"name": version.template}
        )
    altered = [
        name
        for name in COPIED
        if name not in free_columns(version) and getattr(change, name) != getattr(version, name)
    ]
    if altered:
        raise Refused(
            _("It differs from its template in %(names)s: submit it as a normal change.")
            % {"names": ", ".join(altered)}
        )


def _check_plans(change: Change) -> None:
    for name in PLANS:
        if not getattr(change, name).strip():
            raise Invalid(_("Write down how, before others judge it."), field=name)
    if change.service_id is None and not change.configuration_items.exists():
        raise Invalid(_("Name the service or the components it changes."), field="service")


def _check_emergency(change: Change) -> None:
    if change.retroactive_reason.strip():
        return
    ends = Link.objects.filter(from_ticket=change.pk) | Link.objects.filter(to_ticket=change.pk)
    linked = {pk for pair in ends.values_list("from_ticket", "to_ticket") for pk in pair}
    grave = Ticket.objects.filter(pk__in=linked, kind="incident", priority__lte=Priority.HIGH)
    if not grave.exists():
        raise Refused(
            _("Link the P1 or P2 incident it is for, or say why it was done already."),
            field="retroactive_reason",
        )


@workflow.transition(
    "endorse",
    label=_l("Pass the assessment"),
    source=["assess"],
    target="authorize",
    event="change.endorsed",
    needs="changes.work",
    by_people=False,
)
def endorse(change: Change, *, actor: User) -> None:
    """A peer has found the plan sound."""
    not_held(change)


@workflow.transition(
    "authorize",
    label=_l("Authorise"),
    source=["authorize"],
    target="scheduled",
    event="change.authorized",
    needs="changes.work",
    by_people=False,
)
def authorize(change: Change, *, actor: User) -> None:
    """Everybody asked has agreed."""
    not_held(change)


@workflow.transition(
    "reject",
    label=_l("Reject"),
    source=["assess", "authorize"],
    target="new",
    event="change.rejected",
    needs="changes.work",
    by_people=False,
    fields=[Field(name="reason", label=_l("Why"), max_length=2000)],
)
def reject(change: Change, *, actor: User, reason: str = "") -> None:
    """Somebody asked has said no."""


@workflow.transition(
    "revise",
    label=_l("Plan anew"),
    source=["assess", "authorize", "scheduled"],
    target="new",
    event="change.revised",
    needs="changes.work",
)
def revise(change: Change, *, actor: User) -> None:
    """Take it back to the drawing board; what was decided no longer counts."""


@workflow.transition(
    "lapse",
    label=_l("Let it lapse"),
    source=["scheduled"],
    target="new",
    event="change.lapsed",
    needs="changes.work",
    by_people=False,
)
def lapse(change: Change, *, actor: User) -> None:
    """Its time has passed without its being started: it must be planned anew."""
    if change.planned_end is None or change.planned_end > timezone.now():
        raise Refused(_("Its time has not passed."))


def not_held(change: Change) -> None:
    """Refuse what must wait while the change is on hold."""
    if change.on_hold:
        raise Refused(
            _("%(number)s is on hold: %(why)s")
            % {"number": change.number, "why": change.hold_reason}
        )
