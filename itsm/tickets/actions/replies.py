"""Keeping reply templates: each his own, members their team's, process managers everybody's."""

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import Team, User
from itsm.tickets.fields import Field, Line
from itsm.tickets.models import ReplyTemplate
from itsm.tickets.replies import PLACEHOLDERS, unknown_placeholders

NAME = Line(name="name", required=True, max_length=80)
BODY = Field(name="body", required=True, max_length=10_000)
MINE, EVERYBODY = "mine", "everybody"


@transaction.atomic
def save_template(
    *,
    actor: User,
    name: str,
    body: str,
    audience: str,
    template: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Write a new template or change one; ``audience`` is mine, everybody, or a team's slug."""
    if template is not None:
        _check_may_change(template, actor)
    kept = template or ReplyTemplate()
    kept.name, kept.body = NAME.clean(name), BODY.clean(body)
    if unknown := unknown_placeholders(kept.body):
        known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
        sentence = _("{%(name)s} is no placeholder; use %(known)s.")
        raise Invalid(sentence % {"name": unknown[0], "known": known}, field="body")
    kept.owner = actor if audience == MINE else None
    kept.team = None if audience in (MINE, EVERYBODY) else _team(audience, actor)
    _check_may_change(kept, actor)
    kept.save()
    word = "changed" if template is not None else "added"
    data = {"name": kept.name, "audience": audience}
    events.publish(f"reply_template.{word}", kept, actor=actor, data=data)
    return kept


@transaction.atomic
def remove_template(*, template: ReplyTemplate, actor: User) -> None:
    """Take a template away."""
    _check_may_change(template, actor)
    events.publish("reply_template.removed", template, actor=actor, data={"name": template.name})
    template.delete()


def may_change(template: ReplyTemplate, user: User) -> bool:
    """Whether this person may change a template he may use."""
    if not user.has_perm("tickets.work"):
        return False
    if template.owner_id is not None:
        return template.owner_id == user.pk
    return template.team_id is not None or user.has_perm("incidents.manage")


def _check_may_change(template: ReplyTemplate, actor: User) -> None:
    if not may_change(template, actor):
        raise NotAllowed(_("Only process managers change what is for everybody."))


def _team(slug: str, actor: User) -> Team:
    for each in actor.memberships.select_related("team"):
        if each.team.slug == slug:
            return each.team
    raise Invalid(_("Choose one of your teams."), field="audience")
