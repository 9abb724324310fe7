"""What lists of tickets can be narrowed to."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotFound
from itsm.core.rest.filtering import FlagFilter, InstantFilter, Words
from itsm.inventory.selectors import components_named, services_named
from itsm.people.models import User
from itsm.people.selectors import team_named, user_named
from itsm.tickets.models import Channel, Phase, Priority, Ticket
from itsm.tickets.search import narrowed, words_of

NONE, ME = "none", "me"


class TicketFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows tickets of any kind; what is named is looked up first, so that an index serves."""

    phase = Words(choices=Phase.choices, label="Where it stands.")
    priority = Words(choices=Priority.choices, coerce=int, label="1 critical to 5 planning.")
    source = Words(choices=Channel.choices, label="How it came to us.")
    service = django_filters.CharFilter(method="of_service", label="Name of the service, or none.")
    configuration_item = django_filters.CharFilter(
        method="of_item", label="Name of a configuration item."
    )
    team = django_filters.CharFilter(method="of_team", label="Short name of the team, or none.")
    assignee = django_filters.CharFilter(method="of_person", label="User name, me or none.")
    caller = django_filters.CharFilter(method="of_person", label="User name, me or none.")
    opened_by = django_filters.CharFilter(method="of_person", label="User name or me.")
    tag = django_filters.CharFilter("tags", method="with_tag", label="A tag.")
    parent = django_filters.CharFilter(method="below", label="Number of the ticket above.")
    opened_after = InstantFilter("opened_at", lookup_expr="gte", label="Opened then or later.")
    opened_before = InstantFilter("opened_at", lookup_expr="lt", label="Opened before then.")
    updated_after = InstantFilter("updated_at", lookup_expr="gte", label="Changed then or later.")
    search = django_filters.CharFilter(method="with_words", label="Words, or a number.")

    class Meta:
        model = Ticket
        fields: ClassVar[list[str]] = []

    @property
    def user(self) -> User:
        found: User = self.request.user
        return found

    def of_service(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if value == NONE:
            return queryset.filter(service=None)
        service = services_named([value]).get(value)
        return queryset.filter(service=service.pk) if service else queryset.none()

    def of_item(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        item = components_named([value]).get(value)
        if item is None or not self.user.has_perm("inventory.view"):
            return queryset.none()
        return queryset.filter(configuration_items=item.pk)

    def of_team(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if value == NONE:
            return queryset.filter(team=None)
        try:
            return queryset.filter(team=team_named(value).pk)
        except NotFound:
            return queryset.none()

    def of_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == NONE:
            return queryset.filter(**{name: None})
        if value == ME:
            return queryset.filter(**{name: self.user.pk})
        try:
            return queryset.filter(**{name: user_named(value).pk})
        except NotFound:
            return queryset.none()

    def with_tag(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(tags__contains=[value[:40]]).exclude(tags=[])

    def below(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(parent__number=value.upper())

    def with_words(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if not words_of(value):
            raise Invalid(_("Give at least one word or number to search for."), field="search")
        return narrowed(self.user, queryset, value)


def state_filter(choices: Any) -> Words:
    """A filter by the states of one kind."""
    return Words("state", choices=choices, label="The state.")


__all__ = ["FlagFilter", "TicketFilters", "state_filter"]
