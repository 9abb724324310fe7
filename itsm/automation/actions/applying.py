"""Making rules and macros what a file says they are."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.automation.actions.keeping import (
    EDIT,
    remove_macro,
    remove_rule,
    save_macro,
    save_rule,
)
from itsm.automation.documents import Difference, as_yaml, differences, document_of, read
from itsm.automation.models import Macro, Rule
from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import User

TABLES: Mapping[str, type[Rule] | type[Macro]] = {"rules": Rule, "macros": Macro}


def exported() -> str:
    """All rules and macros as a file."""
    return as_yaml(
        list(Rule.objects.select_related("actor")), list(Macro.objects.select_related("team"))
    )


def plan(*, text: str, actor: User) -> list[Difference]:
    """What applying the file would change; Invalid when it could not be applied whole."""
    with transaction.atomic():
        found = apply(text=text, actor=actor)
        transaction.set_rollback(True)
    return found


@transaction.atomic
def apply(*, text: str, actor: User) -> list[Difference]:
    """Make rules and macros what the file says, all or nothing; what was changed.

    What the file does not name is removed, so that applying it twice changes nothing more.
    """
    if not actor.has_perm(EDIT):
        raise NotAllowed(_("You may not change what is done by itself."))
    file = read(text)
    done: list[Difference] = []
    for name, model in TABLES.items():
        records = {each.slug: each for each in model._default_manager.all()}
        now = {slug: document_of(each) for slug, each in records.items()}
        found = differences(now, file[name], name)
        documents = {each["slug"]: (place, each) for place, each in enumerate(file[name])}
        for each in found:
            _do(each, records, documents.get(each.slug, (0, {})), actor=actor)
        done += found
    return done


def _do(
    difference: Difference,
    records: Mapping[str, Any],
    document: tuple[int, Mapping[str, Any]],
    *,
    actor: User,
) -> None:
    record, is_rule = records.get(difference.slug), difference.sort == "rules"
    if difference.verb == "remove":
        if is_rule:
            remove_rule(rule=records[difference.slug], actor=actor)
        else:
            remove_macro(macro=records[difference.slug], actor=actor)
        return
    place, given = document
    try:
        if is_rule:
            save_rule(actor=actor, rule=record, given=given)
        else:
            save_macro(actor=actor, macro=record, given=given)
    except Invalid as refusal:
        path = f"{difference.sort}[{place}].{refusal.field or ''}".rstrip(".")
        raise Invalid(f"{path}: {refusal}", field=path) from None
