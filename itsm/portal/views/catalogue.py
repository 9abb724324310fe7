"""What can be ordered: looking for it, answering what it asks, the cart and the order."""

import hashlib
import json
import secrets
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in
from itsm.people.fields import Anybody
from itsm.people.models import User
from itsm.portal.order_words import words_of_request
from requests import actions, selectors
from requests.actions.cart import good_answers
from requests.forms import answers_in, asked_of
from requests.models import CatalogItem, Category
from requests.pricing import together
from requests.questions import in_words, prefilled

LONGEST_SEARCH = 200


@signed_in
def catalogue(request: HttpRequest) -> HttpResponse:
    """What this person can order: search first, then shelf by shelf."""
    user = person_of(request)
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    category = request.GET.get("category", "").replace("\x00", "")[:60]
    found = selectors.offers_for(user, text=text, category=category)
    categories = list(selectors.categories_on_offer())
    shelves: list[tuple[Category | None, list[selectors.Offer]]] = [(None, found)]
    if not text:
        by_shelf: dict[int, list[selectors.Offer]] = {}
        for each in found:
            by_shelf.setdefault(each.category_id, []).append(each)
        shelves = [(each, by_shelf[each.pk]) for each in categories if each.pk in by_shelf]
    shown = {
        "text": text,
        "category": category,
        "categories": categories,
        "shelves": shelves if found else [],
        "in_cart": selectors.cart_of(user).count(),
    }
    return render(request, "portal/catalogue.html", shown)


@signed_in
def item(request: HttpRequest, slug: str) -> HttpResponse:
    """One item, or a bundle with all that comes with it: what it asks, and ordering it."""
    user = person_of(request)
    found = selectors.item_to_order(user, slug)
    parts = selectors.parts_of(found)
    if request.method != "POST":
        today = timezone.localdate()
        filled = {
            each.slug: prefilled(
                each.current.questions if each.current else [],
                name=str(user),
                username=user.username,
                email=user.email,
                today=today,
            )
            for each in parts
        }
        return _item(request, found, parts, given=filled)
    given = {
        each.slug: answers_in(
            request.POST, each.current.questions if each.current else [], prefix=each.slug
        )
        for each in parts
    }
    try:
        return _ordered(request, user, found, given)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _item(request, found, parts, given=given, refusal=refusal)


def _ordered(
    request: HttpRequest, user: User, item: CatalogItem, given: dict[str, dict[str, Any]]
) -> HttpResponse:
    person = _for_whom(request, user)
    if request.POST.get("do") == "cart":
        actions.put_in_cart(item=item, answers=given, requested_for=person, actor=user)
        messages.success(request, _("It is in your cart."))
        return redirect("portal-cart")
    lines = [
        actions.Line(item=part, requested_for=person, answers=answers)
        for part, answers in good_answers(selectors.parts_of(item), given, actor=user)
    ]
    order, is_new = actions.place_order(lines=lines, actor=user, key=_key(request, person, given))
    if is_new:
        messages.success(request, _("Thank you. We have your order."))
    else:
        messages.info(request, _("This was ordered already; open it anew to order another."))
    only = list(selectors.requests_of(order, user)[:2])
    if len(only) == 1:
        return redirect("portal-item", number=only[0].number)
    return redirect("portal-order", number=order.number)


def _key(request: HttpRequest, person: User, given: dict[str, dict[str, Any]]) -> str:
    """The same for the same answers in the same form, however often it is sent; else none."""
    form = request.POST.get("once", "")
    if not form:
        return ""
    told = json.dumps([form, person.pk, given], sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def _for_whom(request: HttpRequest, user: User) -> User:
    """Who gets it: oneself, one of those who let one act for them, or, for staff, anybody."""
    name = request.POST.get("requested_for", "").strip()
    if not name or name == user.username:
        return user
    people = {each.username: each for each in selectors.people_to_order_for(user)}
    if name in people:
        return people[name]
    if not user.has_perm("requests.work"):
        raise Invalid(_("Choose yourself, or somebody who lets you order."), field="requested_for")
    person: User = Anybody(name="requested_for").parse(name)
    return person


def _item(
    request: HttpRequest,
    item: CatalogItem,
    parts: list[CatalogItem],
    *,
    given: dict[str, dict[str, Any]],
    refusal: Refused | None = None,
) -> HttpResponse:
    user = person_of(request)
    faults = getattr(refusal, "errors", None) or {}
    questions = {each.slug: each.current.questions if each.current else [] for each in parts}
    offers = selectors.names_to_offer(user, chain.from_iterable(questions.values()))
    forms = [
        (
            part,
            asked_of(
                questions[part.slug],
                prefix=part.slug,
                answers=given.get(part.slug, {}),
                wrong=faults,
                offers=offers,
            ),
        )
        for part in parts
    ]
    is_about_answers = any("." in name for name in faults)
    shown = {
        "item": item,
        "once": request.POST.get("once", "") or secrets.token_urlsafe(12),
        "forms": forms,
        "is_bundle": len(parts) > 1 or (len(parts) == 1 and parts[0] != item),
        "total": together((part.price, part.currency) for part in parts),
        "people": selectors.people_to_order_for(user)[1:],
        "may_name_anybody": user.has_perm("requests.work"),
        "requested_for": request.POST.get("requested_for", ""),
        "wrong": _("Some answers need another look.") if is_about_answers else str(refusal or ""),
        "wrong_field": getattr(refusal, "field", ""),
        "in_cart": selectors.cart_of(user).count(),
    }
    return render(request, "portal/catalogue_item.html", shown, status=422 if refusal else 200)


@signed_in
def cart(request: HttpRequest) -> HttpResponse:
    """What one means to order; posting orders it."""
    user = person_of(request)
    if request.method != "POST":
        return _cart(request, user)
    try:
        order = actions.order_cart(actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _cart(request, user, wrong=str(refusal))
    messages.success(request, _("Thank you. We have your order."))
    return redirect("portal-order", number=order.number)


def _cart(request: HttpRequest, user: User, *, wrong: str = "") -> HttpResponse:
    lines = list(selectors.cart_of(user))
    shown = {
        "lines": [
            (
                each,
                in_words(each.item.current.questions if each.item.current else [], each.answers),
            )
            for each in lines
        ],
        "total": together((each.item.price, each.item.currency) for each in lines),
        "wrong": wrong,
    }
    return render(request, "portal/cart.html", shown, status=409 if wrong else 200)


@signed_in
@require_POST
def take_out(request: HttpRequest, line_id: int) -> HttpResponse:
    """Take one thing out of the cart."""
    line = selectors.cart_line(person_of(request), line_id)
    actions.take_from_cart(line=line)
    messages.success(request, _("Taken out of the cart."))
    return redirect("portal-cart")


@signed_in
def order(request: HttpRequest, number: str) -> HttpResponse:
    """What was ordered at once, and how each thing in it stands."""
    user = person_of(request)
    found = selectors.order_for(user, number)
    ordered = list(selectors.requests_of(found, user))
    shown = {
        "cursor": horizon(),
        "order": found,
        "items": [(each, words_of_request(each.state, each.undoing)) for each in ordered],
        "cost": selectors.cost_of(ordered),
    }
    return render(request, "portal/order.html", shown)
