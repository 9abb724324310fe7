"""The catalogue as YAML: reading and writing, without anything that could run. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from requests.models import CatalogItem, Category

MOST_BYTES = 512 * 1024
OF_CATEGORY = ("slug", "name", "icon", "position")
OF_ITEM = (
    "slug", "name", "category", "summary", "description", "keywords", "icon", "owner_team",
    "service", "price", "currency", "cost_centre", "audience", "is_available", "quota", "hours",
    "includes", "questions", "steps", "approval", "lease",
)  # fmt: skip


class _Loader(yaml.SafeLoader):
    """Plain values only, and each written out: a name for a part could stand for a billion."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("no aliases")
        return super().compose_node(parent, index)


def read(text: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The categories and items of a text; Invalid says what is wrong with it."""
    found = plain(text)
    if not isinstance(found, dict) or set(map(str, found)) - {"categories", "items"}:
        raise _wrong(_("Give categories and items."))
    return (
        _rows(found.get("categories") or [], OF_CATEGORY, _("Category")),
        _rows(found.get("items") or [], OF_ITEM, _("Item")),
    )


def plain(text: str) -> Any:
    """The plain values of a text; Invalid when it cannot be read."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise _wrong(_("The catalogue is too long to be taken in at once."))
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 derives from the safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise _wrong(_("Line %(line)d is no YAML we can read.") % {"line": line}) from None


def write(categories: Iterable[Category], items: Iterable[CatalogItem]) -> str:
    """The catalogue as text, the same for the same catalogue."""
    told = {
        "categories": [{name: getattr(each, name) for name in OF_CATEGORY} for each in categories],
        "items": [_item(each) for each in items],
    }
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100)


def _item(item: CatalogItem) -> dict[str, Any]:
    version = item.current
    told: Mapping[str, Any] = {
        "slug": item.slug,
        "name": item.name,
        "category": item.category.slug,
        "summary": item.summary,
        "description": item.description,
        "keywords": item.keywords,
        "icon": item.icon,
        "owner_team": item.owner_team.slug if item.owner_team else "",
        "service": item.service.name if item.service else "",
        "price": f"{item.price:.2f}",
        "currency": item.currency,
        "cost_centre": item.cost_centre,
        "audience": item.audience,
        "is_available": item.is_available,
        "quota": item.quota,
        "hours": item.hours,
        "includes": [each.slug for each in item.includes.all()],
        "questions": version.questions if version else [],
        "steps": version.steps if version else [],
        "approval": version.approval if version else {},
        "lease": version.lease if version else {},
    }
    return {name: value for name, value in told.items() if value not in ("", None, [], {})}


def _rows(given: Any, known: tuple[str, ...], noun: str) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _wrong(_("Categories and items are lists."))
    for place, row in enumerate(given, 1):
        if unknown := {str(each) for each in row} - set(known):
            said = {"noun": noun, "place": place, "names": ", ".join(sorted(unknown))}
            raise _wrong(_("%(noun)s %(place)d has no %(names)s.") % said)
    return given


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="sheet")
