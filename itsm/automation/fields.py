"""What one says of a rule or macro: one declaration for the form, the API and YAML."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.models import Rule
from itsm.automation.placeholders import has_any, unknown_in
from itsm.core.errors import Invalid
from itsm.core.fields import Choice, Field, Flag, Line, Lines, Number, Rows
from itsm.core.verbs import Verb, verbs
from itsm.people.fields import Anybody, Slug, TeamName
from itsm.people.models import User

MOST_STEPS = 20
EVENT_NAME = re.compile(r"[a-z_]+\.(?:[a-z_]+|\*)")


@dataclass(frozen=True, kw_only=True)
class EventNames(Lines):
    """Names of events, such as incident.opened, or incident.* for all of a noun."""

    max_length: int = 60
    most: int = 40
    sort: str = field(default="events", init=False)

    def parse(self, raw: Any) -> Any:
        names = super().parse(raw)
        for each in names:
            if not EVENT_NAME.fullmatch(each):
                raise self.wrong(_("%(name)s is no event; write incident.opened.") % {"name": each})
        return names


RULE: Sequence[Field] = (
    Slug(name="slug", label=_l("Short name"), required=True, max_length=60),
    Line(name="name", label=_l("Name"), required=True, max_length=120),
    Field(name="description", label=_l("What it is for"), max_length=2000),
    Number(name="position", label=_l("Order"), most=1_000_000),
    Choice(name="mode", label=_l("Mode"), choices=Rule.Mode.choices),
    Choice(name="trigger", label=_l("What sets it off"), choices=Rule.Trigger.choices),
    EventNames(
        name="events",
        label=_l("Events"),
        help=_l("Such as incident.opened, incident.commented, alert.fired, or change.* for all."),
    ),
    Line(name="kind", label=_l("Kind of record"), max_length=16),
    Number(name="every_minutes", label=_l("Every so many minutes"), least=1, most=1440),
    Rows(name="conditions", label=_l("Conditions")),
    Rows(name="steps", label=_l("Steps"), required=True, most=MOST_STEPS),
    Choice(name="once", label=_l("How often"), choices=Rule.Once.choices),
    Line(
        name="once_key",
        label=_l("Key"),
        max_length=200,
        help=_l("Such as {service}: then once for each service."),
    ),
    Number(name="once_minutes", label=_l("Again after so many minutes"), least=1, most=10_000_000),
    Flag(name="stops", label=_l("Ends the list: no later rule acts")),
    Number(name="most_an_hour", label=_l("At most so often an hour"), least=1, most=1_000_000),
    Number(
        name="saves_minutes",
        label=_l("Minutes of work it saves each time, as an estimate"),
        most=100_000,
    ),
    Anybody(name="actor", label=_l("Acts as (a program)")),
)
MACRO: Sequence[Field] = (
    Slug(name="slug", label=_l("Short name"), required=True, max_length=60),
    Line(name="name", label=_l("Name"), required=True, max_length=80),
    Line(name="description", label=_l("What it is for"), max_length=250),
    Number(name="position", label=_l("Order"), most=1_000_000),
    Lines(name="kinds", label=_l("For kinds of records"), max_length=16),
    TeamName(name="team", label=_l("For team")),
    Rows(name="steps", label=_l("Steps"), required=True, most=MOST_STEPS),
    Flag(name="is_on", label=_l("Is offered"), default=True),
)


def check_steps(
    steps: Sequence[Mapping[str, Any]], *, author: User, actor: User | None, kinds: Sequence[str]
) -> None:
    """Invalid unless every step is a verb with fitting values that its author could do himself.

    What holds a placeholder is judged when it is filled in. ``actor`` is who will do it.
    """
    if not steps:
        raise Invalid(_("Say what is to be done."), field="steps")
    for place, step in enumerate(steps):
        verb = _verb_of(step, f"steps[{place}]")
        _check_right(verb, f"steps[{place}].verb", author, actor)
        unfit = [each for each in kinds if each and verb.on_ticket and not verb.fits(each)]
        if unfit:
            words = {"verb": verb.label, "kind": unfit[0]}
            raise Invalid(
                _("“%(verb)s” cannot be done to a %(kind)s.") % words, field=f"steps[{place}].verb"
            )
        _check_values(verb, step.get("values") or {}, f"steps[{place}].values")


def _verb_of(step: Mapping[str, Any], path: str) -> Verb:
    if set(step) - {"verb", "values"}:
        raise Invalid(_("A step has a verb and values."), field=path)
    name = step.get("verb")
    if not isinstance(name, str) or name not in verbs:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(verbs)}, field=f"{path}.verb"
        )
    if not isinstance(step.get("values") or {}, dict):
        raise Invalid(_("Give the values as an object."), field=f"{path}.values")
    return verbs[name]


def _check_right(verb: Verb, path: str, author: User, actor: User | None) -> None:
    if verb.needs and not author.has_perm(verb.needs):
        raise Invalid(_("You may not do “%(verb)s” yourself.") % {"verb": verb.label}, field=path)
    if verb.needs and actor is not None and not actor.has_perm(verb.needs):
        words = {"who": actor, "verb": verb.label}
        raise Invalid(_("%(who)s may not do “%(verb)s”.") % words, field=path)


def _check_values(verb: Verb, values: Mapping[str, Any], path: str) -> None:
    known = {each.name: each for each in verb.fields}
    for name in values:
        if name not in known:
            raise Invalid(
                _("There is no field %(name)s here.") % {"name": str(name)[:60]}, field=path
            )
    for name, each in known.items():
        raw = values.get(name)
        if unknown := unknown_in(raw):
            raise Invalid(
                _("{%(name)s} is no placeholder.") % {"name": unknown[0]}, field=f"{path}.{name}"
            )
        if isinstance(raw, str) and has_any(raw):
            continue
        try:
            each.clean(raw)
        except Invalid as refusal:
            raise Invalid(str(refusal), field=f"{path}.{name}") from None
