"""Writing down how the cause was looked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, NotFound
from itsm.evidence.selectors import packs_of
from itsm.evidence.telling import reason_in_words
from itsm.people.models import User
from itsm.tickets.workflow import save_change
from problems.actions.holding import hold_open
from problems.fault_tree import misplaced
from problems.models import Category, Finding, Method, Problem

MOST_ROWS = 60
MOST_LABEL, MOST_TEXT = 500, 5_000


@transaction.atomic
def write_analysis(
    *,
    problem: Problem,
    method: str,
    rows: Sequence[Mapping[str, Any]],
    actor: User,
    expected_version: int | None = None,
) -> Problem:
    """Keep these rows of a method instead of those there were; a timeline is put in its order."""
    held = hold_open(problem, actor, expected_version=expected_version)
    if method not in Method.values:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(Method.values)}, field="method"
        )
    if len(rows) > MOST_ROWS:
        raise Invalid(_("Give at most %(most)d.") % {"most": MOST_ROWS}, field="rows")
    if method == Method.FAULT_TREE:
        _check_fits(rows)
    ordered = sorted(rows, key=_instant) if method == Method.TIMELINE else rows
    Finding.objects.filter(problem=held.pk, method=method).delete()
    Finding.objects.bulk_create(
        Finding(problem=held, method=method, position=place, author=actor, **_given(each))
        for place, each in enumerate(ordered)
    )
    save_change(held)
    data = {"method": method, "rows": len(rows)}
    events.publish("problem.analysis_noted", held, actor=actor, data=data)
    return held


@transaction.atomic
def take_cause(
    *, problem: Problem, pack: int, component: str, actor: User, expected_version: int | None = None
) -> Problem:
    """Make a row of a likely cause of the evidence, with what speaks for it; once is enough."""
    held = hold_open(problem, actor, expected_version=expected_version)
    found = packs_of(actor, problem).filter(pk=pack).select_related("ticket").first()
    causes = found.content["causes"] if found is not None else []
    cause = next((each for each in causes if each["component"] == component), None)
    if found is None or cause is None:
        raise NotFound(_("The evidence says no such thing."))
    rows = Finding.objects.filter(problem=held.pk, method=Method.ISHIKAWA)
    if rows.filter(label=component[:MOST_LABEL]).exists():
        return held
    last = rows.order_by("position").last()
    if rows.count() >= MOST_ROWS:
        raise Invalid(_("Give at most %(most)d.") % {"most": MOST_ROWS}, field="rows")
    said = [words for each in cause["reasons"] if (words := reason_in_words(each))]
    source = _("Evidence of %(number)s.") % {"number": found.ticket.number}
    Finding.objects.create(
        problem=held,
        method=Method.ISHIKAWA,
        position=last.position + 1 if last else 0,
        label=component[:MOST_LABEL],
        text="\n".join([*said, source])[:MOST_TEXT],
        category=Category.TECHNOLOGY,
        author=actor,
    )
    save_change(held)
    data = {"method": Method.ISHIKAWA.value, "pack": found.pk, "cause": component}
    events.publish("problem.analysis_noted", held, actor=actor, data=data)
    return held


def _check_fits(rows: Sequence[Mapping[str, Any]]) -> None:
    wrong = misplaced([each["depth"] for each in rows])
    if wrong is not None:
        words = _("Row %(number)d must not be more than one step deeper than the row above it.")
        raise Invalid(words % {"number": wrong + 1}, field="rows")


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "")}


def _instant(row: Mapping[str, Any]) -> Any:
    return row["happened_at"]
