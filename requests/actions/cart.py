"""The cart: what somebody means to order, until it is ordered at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from requests import selectors
from requests.actions.ordering import MOST_LINES, Line, place_order
from requests.answering import answered
from requests.models import CartLine, CatalogItem, Order


@transaction.atomic
def put_in_cart(
    *, item: CatalogItem, answers: Mapping[str, Mapping[str, Any]], requested_for: User, actor: User
) -> list[CartLine]:
    """Put an item, or all that comes in a bundle, in the cart; ``answers`` are by item."""
    parts = selectors.parts_of(item)
    if not parts:
        raise Refused(_("%(name)s cannot be ordered yet.") % {"name": item})
    if selectors.cart_of(actor).count() + len(parts) > MOST_LINES:
        raise Refused(_("Order at most %(most)d things at once.") % {"most": MOST_LINES})
    return [
        CartLine.objects.create(owner=actor, item=part, requested_for=requested_for, answers=good)
        for part, good in good_answers(parts, answers, actor=actor)
    ]


def good_answers(
    parts: Sequence[CatalogItem], given: Mapping[str, Mapping[str, Any]], *, actor: User
) -> list[tuple[CatalogItem, dict[str, Any]]]:
    """The answers for each part; Invalid tells of all that are wrong, by item and question."""
    found, wrong = [], dict[str, Sequence[str]]()
    lookups = selectors.lookups_for(actor)
    for part in parts:
        questions = part.current.questions if part.current else []
        try:
            found.append((part, answered(questions, given.get(part.slug, {}), lookups)))
        except Invalid as refusal:
            wrong |= {f"{part.slug}.{name}": told for name, told in refusal.errors.items()}
    if wrong:
        name, sentences = next(iter(wrong.items()))
        raise Invalid(sentences[0], field=name, errors=wrong)
    return found


def take_from_cart(*, line: CartLine) -> None:
    """Take one thing out of the cart."""
    line.delete()


@transaction.atomic
def order_cart(*, actor: User) -> Order:
    """Order everything in the cart, and empty it."""
    # Two clicks at once would each order the same lines without this lock.
    lines = list(selectors.cart_of(actor).select_for_update(of=("self",)))
    order, _is_new = place_order(
        lines=[
            Line(item=each.item, requested_for=each.requested_for, answers=each.answers)
            for each in lines
        ],
        actor=actor,
    )
    CartLine.objects.filter(pk__in=[each.pk for each in lines]).delete()
    return order
