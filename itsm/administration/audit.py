"""Who changed which part of the configuration, when and how; reads events only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from itsm.core.admins import ConfigurationAdmin
from itsm.core.configuration import kind_of, kinds, subject_of
from itsm.core.models import Event
from itsm.people.selectors import users_named

PAGE = 50
MOST_EXPORTED = 20_000
COLUMNS = ("id", "when", "who", "event", "record", "field", "old", "new")
Asked = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One field as it was and as it is."""

    label: str
    old: str
    new: str
    is_hidden: bool = False


@dataclass(frozen=True)
class Entry:
    """One change as the page shows it."""

    event: Event
    who: str
    verb: str
    noun: str
    name: str
    address: str
    differences: list[Difference]
    is_new: bool = False


def audited() -> dict[str, type[Model]]:
    """What counts as configuration: the models by the word their events carry."""
    shown = [
        model
        for model, each in admin.site._registry.items()
        if isinstance(each, ConfigurationAdmin)
    ]
    found = {subject_of(model): model for model in (*kinds, *shown)}
    return dict(sorted(found.items(), key=lambda each: noun_of(each[1])))


def noun_of(model: type[Model]) -> str:
    """What one such record is called."""
    return str(capfirst(str(model._meta.verbose_name)))


def changes(asked: Asked) -> QuerySet[Event]:
    """The changes asked for, newest first."""
    what = asked.get("what")
    found = Event.objects.filter(subject_type__in=[what] if what else list(audited()))
    if asked.get("record"):
        found = found.filter(subject_id=asked["record"])
    if asked.get("who"):
        found = found.filter(actor=asked["who"])
    if asked.get("words"):
        found = found.filter(data__name__icontains=asked["words"])
    if asked.get("since"):
        found = found.filter(happened_at__gte=_midnight(asked["since"]))
    if asked.get("until"):
        found = found.filter(happened_at__lt=_midnight(asked["until"]) + timedelta(days=1))
    if asked.get("before"):
        last = Event.objects.filter(pk=asked["before"]).values("happened_at")[:1]
        earlier = Q(happened_at__lt=last) | Q(happened_at=last, pk__lt=asked["before"])
        found = found.filter(earlier)
    return found.select_related("actor").order_by("-happened_at", "-id")


def entries(events: Iterable[Event]) -> list[Entry]:
    """The changes with their words."""
    models, listed = audited(), list(events)
    known = users_named({_named(each)[0] for event in listed for each in _members(event)})
    people = {username: str(user) for username, user in known.items()}
    return [_entry(event, models.get(event.subject_type), people) for event in listed]


def recent(count: int) -> list[Entry]:
    """The changes noted last: found by their numbers, as sorting all by time costs every visit."""
    noted = changes({}).order_by("-id")[:count]
    return entries(sorted(noted, key=lambda each: (each.happened_at, each.pk), reverse=True))


def rows(events: Iterable[Event]) -> Iterable[dict[str, object]]:
    """One line for each field that was changed, for a table; of members their user names."""
    models = audited()
    for entry in (_entry(event, models.get(event.subject_type), {}) for event in events):
        told = entry.differences or [Difference("", "", "")]
        for each in told:
            yield {
                "id": entry.event.pk,
                "when": entry.event.happened_at.isoformat(),
                "who": entry.who,
                "event": entry.event.name,
                "record": entry.name,
                "field": each.label,
                "old": each.old,
                "new": each.new,
            }


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _members(event: Event) -> list[str]:
    """Who is named by a user name in what was changed of a team."""
    told = event.data.get("changes")
    sides = told.get("members") if isinstance(told, dict) else None
    both = [side for side in sides if isinstance(side, list)] if isinstance(sides, list) else []
    return [str(each) for side in both for each in side]


def _named(member: str) -> tuple[str, str]:
    """The user name of a member, and what stands behind it."""
    username, space, rest = member.partition(" ")
    return username, space + rest


def _with_names(sides: Any, people: Mapping[str, str]) -> Any:
    if not isinstance(sides, list):
        return sides
    return [
        [_called(str(each), people) for each in side] if isinstance(side, list) else side
        for side in sides
    ]


def _called(member: str, people: Mapping[str, str]) -> str:
    username, rest = _named(member)
    return people.get(username.lower(), username) + rest


def _entry(event: Event, model: type[Model] | None, people: Mapping[str, str]) -> Entry:
    told = event.data.get("changes")
    if isinstance(told, dict) and "members" in told:
        told = {**told, "members": _with_names(told["members"], people)}
    word = event.name.rpartition(".")[2]
    return Entry(
        event=event,
        who=str(event.actor) if event.actor else _("The system"),
        verb=_verb(word, [_called(each, people) for each in _members(event)]),
        noun=noun_of(model) if model else event.subject_type,
        name=str(event.data.get("name") or f"#{event.subject_id}"),
        address=_address(event, model),
        differences=_differences(told, model) if isinstance(told, dict) else [],
        is_new=word in ("added", "joined") or (model is not None and word == kind_of(model).added),
    )


def _verb(word: str, named: list[str]) -> str:
    who = {"who": ", ".join(named) or _("somebody")}
    words = {
        "joined": _("put %(who)s into") % who,
        "departed": _("took %(who)s out of") % who,
        "token_rotated": _("gave a new token to"),
        "version_added": _("added a version of"),
        "secret_removed": _("took a secret away from"),
    }
    return words.get(word, word.replace("_", " "))


def _address(event: Event, model: type[Model] | None) -> str:
    if model is None or event.name == f"{kind_of(model).noun}.{kind_of(model).removed}":
        return ""
    try:
        return reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_change",
            args=[event.subject_id],
        )
    except NoReverseMatch:
        return ""


def _differences(told: dict[str, Any], model: type[Model] | None) -> list[Difference]:
    return [_difference(name, value, model) for name, value in told.items()]


def _difference(name: str, value: Any, model: type[Model] | None) -> Difference:
    column = _column(model, name)
    label = capfirst(str(getattr(column, "verbose_name", "") or name.replace("_", " ")))
    if not isinstance(value, list) or len(value) != 2:
        return Difference(label, "", _("changed"), is_hidden=True)
    old, new = (_words(each, column) for each in value)
    return Difference(label, old, new)


def _column(model: type[Model] | None, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _words(value: Any, column: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | dict):
        return plainly(value)
    choices = dict(getattr(column, "flatchoices", None) or ())
    return str(choices.get(value, value))


# The parts of conditions and steps, which read as sentences when they come in this order.
IN_ORDER = ("fact", "field", "op", "verb")


def plainly(value: Any) -> str:
    """A list or a table as one reads it, without the brackets of programs."""
    if isinstance(value, list):
        return ("; " if any(isinstance(each, dict) for each in value) else ", ").join(
            map(plainly, value)
        )
    if not isinstance(value, dict):
        return str(value)
    told = [str(value[name]).replace("_", " ") for name in IN_ORDER if name in value]
    if told and "value" in value:
        told.append(plainly(value["value"]))
    # What a step is done with stands beside it without a name.
    if isinstance(given := value.get("values"), dict):
        told.append(f"({plainly(given)})")
        value = {name: each for name, each in value.items() if name != "values"}
    rest = {name: each for name, each in value.items() if name not in (*IN_ORDER, "value")}
    told += [
        f"{name} ({plainly(each)})" if isinstance(each, dict) else f"{name}: {plainly(each)}"
        for name, each in rest.items()
    ]
    return (" " if len(told) > len(rest) else ", ").join(told)
