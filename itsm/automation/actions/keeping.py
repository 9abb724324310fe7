"""Writing, changing and removing rules and macros."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.automation.conditions import Wrong, compiled
from itsm.automation.fields import MACRO, RULE, check_steps
from itsm.automation.models import Macro, Rule, RuleBook
from itsm.automation.placeholders import unknown_in
from itsm.automation.selectors.rulebook import sorts
from itsm.core import configuration, interests
from itsm.core.errors import Invalid, NotAllowed
from itsm.core.fields import cleaned
from itsm.people.models import User
from itsm.tickets.desks import desks

SUBSCRIBER = "itsm.automation.subscribers.evaluate_rules"
EDIT = "automation.edit"
# They stand in addresses beside the short names.
RESERVED = frozenset({"new", "file", "why", "export", "plan", "apply", "import"})


@transaction.atomic
def save_rule(
    *,
    actor: User,
    given: Mapping[str, Any],
    rule: Rule | None = None,
    expected_version: int | None = None,
) -> Rule:
    """Write a new rule or change what is given of one; Invalid names every doubtful place."""
    _check_may_edit(actor)
    _turn_page()
    values = cleaned(RULE, given, partly=rule is not None)
    kept = Rule.objects.get(pk=rule.pk) if rule is not None else Rule()
    configuration.check_version(kept, kept.version, expected_version)
    before, usual = configuration.picture_of(kept) if rule is not None else {}, Rule()
    for name, value in values.items():
        if value in (None, "") and name in DEFAULTED:
            value = getattr(usual, name)  # noqa: PLW2901 empty is usual
        setattr(kept, name, value)
    _check_rule(kept, author=actor)
    if rule is not None:
        kept.version += 1
        kept.changed_at = timezone.now()
    kept.save()
    if rule is not None:
        configuration.note_change(kept, before=before, actor=actor)
    else:
        configuration.note_addition(kept, actor=actor)
    listen()
    return kept


# What has a usual value where none is given.
DEFAULTED = frozenset(
    {"position", "mode", "trigger", "every_minutes", "once", "most_an_hour", "saves_minutes"}
)


@transaction.atomic
def move_rule(*, rule: Rule, up: bool, actor: User) -> None:
    """Let a rule change places with its neighbour; the first and the last stay where they are."""
    _check_may_edit(actor)
    _turn_page()
    ordered = list(Rule.objects.order_by("position", "id"))
    at = next(place for place, each in enumerate(ordered) if each.pk == rule.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(ordered):
        return
    ordered[at], ordered[to] = ordered[to], ordered[at]
    for place, each in enumerate(ordered, 1):
        if each.position != place * 10:
            before = configuration.picture_of(each)
            each.position = place * 10
            each.save(update_fields=["position"])
            configuration.note_change(each, before=before, actor=actor)


@transaction.atomic
def remove_rule(*, rule: Rule, actor: User, expected_version: int | None = None) -> None:
    """Take a rule away, with what was kept of its firings."""
    _check_may_edit(actor)
    _turn_page()
    rule = Rule.objects.get(pk=rule.pk)
    configuration.check_version(rule, rule.version, expected_version)
    configuration.note_removal(rule, actor=actor)
    rule.delete()
    listen()


@transaction.atomic
def save_macro(
    *,
    actor: User,
    given: Mapping[str, Any],
    macro: Macro | None = None,
    expected_version: int | None = None,
) -> Macro:
    """Write a new macro or change what is given of one."""
    _check_may_edit(actor)
    values = cleaned(MACRO, given, partly=macro is not None)
    kept = Macro.objects.select_for_update().get(pk=macro.pk) if macro is not None else Macro()
    configuration.check_version(kept, kept.version, expected_version)
    before = configuration.picture_of(kept) if macro is not None else {}
    for name, value in values.items():
        if name == "position" and value is None:
            value = 100  # noqa: PLW2901 empty is usual
        setattr(kept, name, value)
    unknown = [each for each in kept.kinds if each not in desks]
    if unknown:
        raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(desks)}, field="kinds")
    _check_slug(Macro, kept)
    check_steps(kept.steps, author=actor, actor=None, kinds=kept.kinds)
    kept.changed_at = timezone.now()
    kept.version += macro is not None
    kept.save()
    if macro is not None:
        configuration.note_change(kept, before=before, actor=actor)
    else:
        configuration.note_addition(kept, actor=actor)
    return kept


@transaction.atomic
def remove_macro(*, macro: Macro, actor: User, expected_version: int | None = None) -> None:
    """Take a macro away."""
    _check_may_edit(actor)
    macro = Macro.objects.select_for_update().get(pk=macro.pk)
    configuration.check_version(macro, macro.version, expected_version)
    configuration.note_removal(macro, actor=actor)
    macro.delete()


def listen() -> None:
    """Have the house hear of the events that rules look at, and of no others."""
    listening = Rule.objects.filter(trigger=Rule.Trigger.EVENT).exclude(mode=Rule.Mode.OFF)
    names = {each for found in listening.values_list("events", flat=True) for each in found}
    interests.want(SUBSCRIBER, names)


def _turn_page() -> None:
    """Hold the book until the end, so that two who write do so one after the other."""
    RuleBook.objects.update_or_create(pk=1, defaults={"version": uuid4()})


def _check_may_edit(actor: User) -> None:
    if not actor.has_perm(EDIT):
        raise NotAllowed(_("You may not change what is done by itself."))


def _check_rule(rule: Rule, *, author: User) -> None:
    _check_slug(Rule, rule)
    _check_trigger(rule)
    try:
        compiled(rule.conditions, sorts=sorts())
    except Wrong as wrong:
        part = f".{wrong.part}" if wrong.part else ""
        raise Invalid(str(wrong), field=f"conditions[{wrong.place}]{part}") from None
    if rule.actor is not None and not rule.actor.is_bot:
        raise Invalid(_("Rules act as a program, not as a person."), field="actor")
    nouns = (each.partition(".")[0] for each in rule.events)
    kinds = [rule.kind] if rule.kind else [each for each in nouns if each in desks]
    check_steps(rule.steps, author=author, actor=rule.actor, kinds=kinds)


def _check_trigger(rule: Rule) -> None:
    if rule.trigger == Rule.Trigger.EVENT:
        rule.kind = ""
        if not rule.events:
            raise Invalid(_("Name at least one event."), field="events")
    else:
        rule.events = []
        if rule.kind not in desks:
            raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(desks)}, field="kind")
        if rule.once == Rule.Once.EVENT:
            raise Invalid(_("With time, a rule acts once for each record or key."), field="once")
    if rule.once != Rule.Once.KEY:
        rule.once_key = ""
    elif not rule.once_key or unknown_in(rule.once_key):
        raise Invalid(_("Write a key such as {service}."), field="once_key")


def _check_slug(model: type[Rule] | type[Macro], kept: Rule | Macro) -> None:
    if kept.slug in RESERVED:
        raise Invalid(_("This short name is taken."), field="slug")
    if model._default_manager.filter(slug=kept.slug).exclude(pk=kept.pk).exists():
        raise Invalid(_("This short name is taken."), field="slug")
