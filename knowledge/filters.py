"""What lists of articles can be narrowed to."""

from typing import Any, ClassVar

import django_filters
from django.conf import settings
from django.db.models import QuerySet

from itsm.core.rest.filtering import Words
from itsm.tickets.filters import TicketFilters, state_filter
from knowledge.models import ArticleReview, Audience, Kind, Sort, State, Version
from knowledge.search import find
from knowledge.workflow import workflow

MOST_FOUND = 200


class ArticleFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows articles."""

    state = Words(choices=State.choices, label="Where it stands; what is live when left out.")
    kind = Words("article__kind", choices=Kind.choices)
    language = Words(choices=settings.LANGUAGES)
    audience = Words(choices=Audience.choices)
    team = django_filters.CharFilter("article__owner_team__slug", label="Short name of the owner.")
    service = django_filters.CharFilter("article__service__name", label="Name of the service.")
    search = django_filters.CharFilter(method="by_words", label="Words that it holds.")

    class Meta:
        model = Version
        fields: ClassVar[list[str]] = []

    def by_words(self, versions: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        hits = find(self.request.user, value, size=MOST_FOUND)
        return versions.filter(pk__in=[each.version.pk for each in hits])


class ReviewFilters(TicketFilters):
    """Narrows the work on articles."""

    state = state_filter([(name, state.label) for name, state in workflow.states.items()])
    sort = Words(choices=Sort.choices)
    article = django_filters.CharFilter("article__number", label="Number of the article.")

    class Meta:
        model = ArticleReview
        fields: ClassVar[list[str]] = []
