"""What lists of people and teams can be narrowed to."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet

from itsm.core.rest.filtering import FlagFilter, Words
from itsm.people.models import Team, User
from itsm.people.roles import Role


class TeamFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows teams."""

    member = django_filters.CharFilter("members__username", label="User name of a member.")
    search = django_filters.CharFilter("name", lookup_expr="icontains", label="Part of the name.")

    class Meta:
        model = Team
        fields: ClassVar[list[str]] = []


class UserFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows people."""

    role = Words("role", choices=Role.choices, label="What they are to the service desk.")
    team = django_filters.CharFilter("memberships__team__slug", label="Short name of a team.")
    is_active = FlagFilter("is_active", label="May sign in.")
    is_bot = FlagFilter("is_bot", label="Is a program.")
    search = django_filters.CharFilter(method="named", label="Part of the name or user name.")

    class Meta:
        model = User
        fields: ClassVar[list[str]] = []

    def named(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(username__icontains=value) | Q(name__icontains=value))
