"""What a record of the configuration is like, and what of it was changed: for the audit."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.crypto import EncryptedTextField
from itsm.core.errors import Stale

Picture = dict[str, Any]
Parts = Mapping[str, Callable[[Any], Sequence[Any]]]

LONGEST = 500  # characters of a value that an event keeps
_SECRET = re.compile(r"passw|secret|token|digest|credential|private|api_?key", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """A sort of record that administrators keep: its noun, its verbs, and what belongs to it.

    ``subject`` is the word its events carry where its model's name is another room's as well.
    """

    noun: str
    added: str = "added"
    changed: str = "changed"
    removed: str = "removed"
    subject: str = ""
    parts: Parts = field(default_factory=dict)


@dataclass(frozen=True)
class Hidden:
    """A secret in a picture: two of them can be compared, and neither can be read."""

    digest: str


kinds: dict[type[models.Model], Kind] = {}


def kind_of(model: type[models.Model]) -> Kind:
    """How changes of this model are told of."""
    return kinds.get(model) or Kind(model._meta.model_name or "")


def subject_of(model: type[models.Model]) -> str:
    """The word by which events of this model's records are found."""
    return kind_of(model).subject or model._meta.model_name or ""


def picture_of(record: models.Model) -> Picture:
    """What can be set of a record, with what belongs to it, as plain values."""
    picture = columns_of(record)
    for many in record._meta.many_to_many:
        through = many.remote_field.through
        if through is not None and through._meta.auto_created:
            picture[many.name] = sorted(map(str, getattr(record, many.name).all()))
    for name, read in kind_of(type(record)).parts.items():
        picture[name] = list(read(record))
    return picture


def check_version(record: models.Model, version: int, expected: int | None) -> None:
    """Stale unless this still is the version the actor saw; None asks nothing."""
    if expected is not None and version != expected:
        sentence = _("“%(name)s” has changed since you opened it; look at it again.")
        raise Stale(sentence % {"name": record})


def columns_of(record: models.Model) -> Picture:
    """What can be set in the record's own row, as plain values."""
    picture: Picture = {}
    for each in record._meta.concrete_fields:
        if _is_secret(each):
            picture[each.name] = _hidden(each.value_from_object(record))
        elif each.editable and not each.primary_key:
            picture[each.name] = _value_of(record, each)
    return picture


def changes(before: Picture, after: Picture) -> dict[str, Any]:
    """What differs, as [old, new] by name; of a secret only that it was changed."""
    told: dict[str, Any] = {}
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if _is_nothing(old) and _is_nothing(new):
            continue
        if isinstance(old, Hidden) or isinstance(new, Hidden):
            if old != new:
                told[name] = "changed"
        elif old != new:
            told[name] = [old, new]
    return told


def note_addition(record: models.Model, *, actor: Any, **data: Any) -> None:
    """Publish that the record was made, and with what."""
    told = changes({}, picture_of(record))
    _publish(record, kind_of(type(record)).added, actor, {**data, "changes": told})


def note_change(record: models.Model, *, before: Picture, actor: Any, **data: Any) -> None:
    """Publish what was changed of the record since the picture; nothing when that is nothing."""
    if told := changes(before, picture_of(record)):
        _publish(record, kind_of(type(record)).changed, actor, {**data, "changes": told})


def note_removal(record: models.Model, *, actor: Any, **data: Any) -> None:
    """Publish that the record is being removed, and what it was; called before it goes."""
    told = changes(picture_of(record), {})
    _publish(record, kind_of(type(record)).removed, actor, {**data, "changes": told})


def _publish(record: models.Model, verb: str, actor: Any, data: Mapping[str, Any]) -> None:
    name = f"{kind_of(type(record)).noun}.{verb}"
    subject = events.Subject(subject_of(type(record)), record.pk)
    events.publish(name, subject, actor=actor, data={"name": str(record)[:200], **data})


def _is_secret(column: models.Field[Any, Any]) -> bool:
    return isinstance(column, EncryptedTextField) or bool(_SECRET.search(column.name))


def _is_nothing(value: Any) -> bool:
    return value in (None, "", [], {}, Hidden(""))


def _hidden(value: Any) -> Hidden:
    return Hidden(salted_hmac("configuration", str(value)).hexdigest() if value else "")


def _value_of(record: models.Model, column: models.Field[Any, Any]) -> Any:
    if isinstance(column, models.ForeignKey):
        related = getattr(record, column.name)
        return None if related is None else str(related)
    return plain(column.value_from_object(record))


def plain(value: Any) -> Any:
    """The value as an event can keep it: short, readable, and without secrets inside."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        masked = _masked(value)
        text = json.dumps(masked, default=str, ensure_ascii=False)
        return masked if len(text) <= LONGEST else _shortened(text)
    return _shortened(str(value))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            str(key): "…" if _SECRET.search(str(key)) else _masked(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
