"""Keeping the catalogue: items, and what is asked and done for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.automation.models import Runbook
from itsm.core import configuration, events
from itsm.core.errors import Invalid, NotAllowed
from itsm.core.fields import Choice, Decimals, Field, Flag, Line, Lines, Mapped, Number, cleaned
from itsm.inventory.fields import ServiceName
from itsm.people.fields import Slug, TeamName
from itsm.people.models import Team, User
from requests.audience import checked_audience
from requests.models import BundlePart, CatalogItem, Category, ItemVersion, Target
from requests.pricing import Currency
from requests.questions import checked_questions
from requests.sheets import read
from requests.stepping import checked_steps, names_in
from requests.terms import checked_approval, checked_lease
from requests.values import WrongRow

ICONS = (
    "package", "laptop", "monitor", "smartphone", "headphones", "key-round", "shield-check",
    "server", "database", "cloud", "app-window", "mail", "user-plus", "users-round", "building",
    "printer", "wifi", "wrench", "gift", "book-open",
)  # fmt: skip

ITEM: tuple[Field, ...] = (
    Slug(name="slug", required=True, max_length=60),
    Line(name="name", required=True, max_length=120),
    Line(name="category", required=True, max_length=60),
    Line(name="summary", required=True, max_length=250),
    Field(name="description", max_length=10_000),
    Line(name="keywords", max_length=250),
    Choice(name="icon", choices=[(each, each) for each in ICONS]),
    TeamName(name="owner_team"),
    ServiceName(name="service", max_length=120),
    Decimals(name="price"),
    Currency(name="currency"),
    Line(name="cost_centre", max_length=40),
    Mapped(name="audience"),
    Flag(name="is_available", default=True),
    Number(name="quota", least=1, most=1000),
    Number(name="hours", least=1, most=2000),
    Lines(name="includes", max_length=60),
)
MADE = ("questions", "steps", "approval", "lease")


@transaction.atomic
def keep_item(
    *, given: Mapping[str, Any], actor: User | None, item: CatalogItem | None = None
) -> CatalogItem:
    """Make an item or change it; ``given`` is as a form, a program or a sheet gives it."""
    _check_may_keep(actor)
    values = cleaned(ITEM, given)
    parts = _parts(values.pop("includes"), of=values["slug"])
    columns = values | {
        "category": _category(values["category"]),
        "icon": values["icon"] or ICONS[0],
        "price": _price(values["price"]),
        "audience": checked_audience(values["audience"]),
    }
    held = CatalogItem.objects.select_for_update(of=("self",)).filter(slug=values["slug"]).first()
    if held is not None and (item is None or held.pk != item.pk):
        raise Invalid(_("There is an item of this short name."), field="slug")
    if item is None:
        kept = CatalogItem.objects.create(**columns)
        _set_parts(kept, parts)
        configuration.note_addition(kept, actor=actor)
        return kept
    kept = CatalogItem.objects.get(pk=item.pk)
    before = configuration.picture_of(kept)
    for name, value in columns.items():
        setattr(kept, name, value)
    kept.save()
    _set_parts(kept, parts)
    configuration.note_change(kept, before=before, actor=actor)
    return kept


@transaction.atomic
def keep_version(*, item: CatalogItem, given: Mapping[str, Any], actor: User | None) -> ItemVersion:
    """Say what is asked and done for an item from now on; what is on its way keeps its version."""
    _check_may_keep(actor)
    made = checked_version(given)
    held = CatalogItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    latest = held.versions.first()
    if latest is not None and all(getattr(latest, name) == made[name] for name in MADE):
        return latest
    number = latest.number + 1 if latest else 1
    version = ItemVersion.objects.create(item=held, number=number, created_by=actor, **made)
    held.current = version
    held.save(update_fields=["current"])
    item.current = version
    data = {"name": item.name, "version": number, "questions": len(made["questions"]),
            "steps": len(made["steps"])}  # fmt: skip
    events.publish("catalog_item.released", held, actor=actor, data=data)
    return version


@transaction.atomic
def keep_whole(
    *,
    item: CatalogItem | None,
    columns: Mapping[str, Any],
    made: Mapping[str, Any],
    actor: User,
) -> CatalogItem:
    """Keep an item and what is asked and done for it, both or neither."""
    kept = keep_item(given=columns, actor=actor, item=item)
    keep_version(item=kept, given=made, actor=actor)
    return kept


def checked_version(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked and done, in its one form, naming only what there is."""
    questions = checked_questions(given.get("questions") or [])
    steps = checked_steps(given.get("steps") or [], questions)
    for what, model in (("team", Team), ("target", Target), ("runbook", Runbook)):
        named = names_in(steps, what)
        known = set(model.objects.filter(slug__in=named).values_list("slug", flat=True))
        for place, step in enumerate(steps, 1):
            if missing := sorted(names_in([step], what) - known):
                said = {"what": what, "name": missing[0]}
                why = Invalid(_("There is no %(what)s “%(name)s”.") % said)
                raise WrongRow(_("Step %(place)d: %(why)s"), why, "steps", place)
    return {
        "questions": questions,
        "steps": steps,
        "approval": checked_approval(given.get("approval")),
        "lease": checked_lease(given.get("lease"), questions),
    }


@dataclass(frozen=True)
class TakenIn:
    """What came of a sheet that was taken in."""

    added: int
    changed: int


@transaction.atomic
def take_in(*, text: str, actor: User | None) -> TakenIn:
    """Make the catalogue what a sheet says; taken in again, nothing changes."""
    _check_may_keep(actor)
    categories, rows = read(text)
    for each in categories:
        _keep_category(each, actor)
    added = 0
    bundles = [(row.get("slug"), row.pop("includes")) for row in rows if row.get("includes")]
    for place, row in enumerate(rows, 1):
        try:
            added += _keep_row(row, actor)
        except Invalid as refusal:
            said = {"place": place, "name": row.get("slug", ""), "why": str(refusal)}
            raise Invalid(
                _("Item %(place)d (%(name)s): %(why)s") % said, field=refusal.field or "sheet"
            ) from None
    for slug, includes in bundles:
        item = CatalogItem.objects.get(slug=slug)
        _set_parts(item, _parts(includes, of=item.slug))
    return TakenIn(added=added, changed=len(rows) - added)


def _keep_row(row: Mapping[str, Any], actor: User | None) -> int:
    columns = {name: value for name, value in row.items() if name not in MADE}
    columns["price"] = str(columns.get("price", 0))
    item = CatalogItem.objects.filter(slug=str(row.get("slug"))).first()
    if item is not None:
        columns["includes"] = list(item.includes.values_list("slug", flat=True))
    kept = keep_item(given=columns, actor=actor, item=item)
    if any(row.get(name) for name in MADE) or kept.current is None:
        keep_version(item=kept, given=row, actor=actor)
    return int(item is None)


def _keep_category(row: Mapping[str, Any], actor: User | None) -> None:
    fields = (
        Slug(name="slug", required=True, max_length=60),
        Line(name="name", required=True, max_length=80),
        Choice(name="icon", choices=[(each, each) for each in ICONS]),
        Number(name="position", most=1000),
    )
    values = cleaned(fields, row)
    values |= {"icon": values["icon"] or ICONS[0], "position": values["position"] or 100}
    category = Category.objects.filter(slug=values["slug"]).first()
    if category is None:
        configuration.note_addition(Category.objects.create(**values), actor=actor)
        return
    before = configuration.picture_of(category)
    for name, value in values.items():
        setattr(category, name, value)
    category.save()
    configuration.note_change(category, before=before, actor=actor)


def _check_may_keep(actor: User | None) -> None:
    if actor is not None and not actor.has_perm("requests.manage"):
        raise NotAllowed(_("Only process managers keep the catalogue."))


def _category(slug: str) -> Category:
    found = Category.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(_("There is no category %(name)s.") % {"name": slug}, field="category")
    return found


def _price(value: float | None) -> Decimal:
    price = Decimal(str(value or 0)).quantize(Decimal("0.01"))
    if not 0 <= price < 10**8:
        raise Invalid(_("Give a price of nothing or more."), field="price")
    return price


def _parts(slugs: list[str], *, of: str) -> list[CatalogItem]:
    found = {each.slug: each for each in CatalogItem.objects.filter(slug__in=slugs)}
    for slug in slugs:
        if slug not in found or slug == of:
            raise Invalid(_("There is no item %(name)s.") % {"name": slug}, field="includes")
        if found[slug].parts.exists():
            raise Invalid(_("A bundle does not hold another."), field="includes")
    return [found[slug] for slug in slugs]


def _set_parts(item: CatalogItem, parts: list[CatalogItem]) -> None:
    if [each.item_id for each in item.parts.all()] == [each.pk for each in parts]:
        return
    item.parts.all().delete()
    BundlePart.objects.bulk_create(
        BundlePart(bundle=item, item=each, position=place) for place, each in enumerate(parts)
    )
