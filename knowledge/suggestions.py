"""Articles, suggested while somebody types what is wrong."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from itsm.people.models import User
from itsm.tickets.suggestions import MOST_EACH, Suggestion, suggester
from knowledge import actions
from knowledge.models import Place
from knowledge.search import find


@suggester("articles", title=_l("This may answer it"), order=15)
def articles(user: User, text: str) -> list[Suggestion]:
    """What everybody may read of it; who was shown it is kept, to measure what it saves."""
    hits = [each for each in find(user, text, size=MOST_EACH * 2) if each.version.is_public]
    shown = hits[:MOST_EACH]
    if shown and not user.is_staffer:
        articles = [each.version.article for each in shown]
        actions.note_shown(articles=articles, user=user, place=Place.SUGGESTED)
    return [
        Suggestion(
            title=each.version.title,
            address=reverse("portal-article", args=[each.version.article.number]),
            detail=each.version.summary or each.excerpt,
            icon="book-open-text",
        )
        for each in shown
    ]
