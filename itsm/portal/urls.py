"""Addresses of the end user's pages."""

from django.urls import path

from itsm.portal.views import (
    catalogue,
    delegates,
    home,
    items,
    knowledge,
    known_errors,
    orders,
    outages,
    reporting,
    status,
)
from itsm.tickets import addresses  # noqa: F401 teaches Django <number:> and <word:>

urlpatterns = [
    path("", home.home, name="portal"),
    path("suggest/", home.suggest, name="portal-suggest"),
    path("report/", reporting.report, name="portal-report"),
    path("items/", items.items, name="portal-items"),
    path("items/<number:number>/", items.item, name="portal-item"),
    path("items/<number:number>/reply/", items.reply, name="portal-reply"),
    path("items/<number:number>/rate/", items.rate, name="portal-rate"),
    path("items/<number:number>/change/", orders.change, name="portal-change"),
    path("items/<number:number>/<word:verb>/", items.act, name="portal-act"),
    path("knowledge/", knowledge.answers, name="portal-knowledge"),
    path("knowledge/<number:number>/", knowledge.article, name="portal-article"),
    path("knowledge/<number:number>/rate/", knowledge.rate, name="portal-article-rate"),
    path("catalogue/", catalogue.catalogue, name="portal-catalogue"),
    path("catalogue/<slug:slug>/", catalogue.item, name="portal-catalogue-item"),
    path("cart/", catalogue.cart, name="portal-cart"),
    path("cart/<int:line_id>/remove/", catalogue.take_out, name="portal-cart-remove"),
    path("orders/<number:number>/", catalogue.order, name="portal-order"),
    path("delegates/", delegates.delegates, name="portal-delegates"),
    path("delegates/<int:pk>/end/", delegates.end, name="portal-delegate-end"),
    path("status/", status.status, name="portal-status"),
    path("status/follow/", status.follow, name="portal-follow"),
    path("known-errors/<number:number>/", known_errors.known_error, name="portal-known-error"),
    path(
        "known-errors/<number:number>/tried/", known_errors.tried, name="portal-known-error-tried"
    ),
    path(
        "known-errors/<number:number>/me-too/",
        known_errors.me_too,
        name="portal-known-error-me-too",
    ),
    path("outages/<number:number>/", outages.outage, name="portal-outage"),
    path("outages/<number:number>/tell/", outages.tell, name="portal-tell"),
    path("outages/<number:number>/me-too/", outages.me_too, name="portal-me-too"),
]
