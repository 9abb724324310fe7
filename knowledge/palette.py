"""Articles, as the palette and the search find them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from itsm.core.palette import Found, palette_source
from itsm.people.models import User
from knowledge.search import find


@palette_source("articles", title=_l("Articles"), order=20)
def articles(user: User, text: str, most: int) -> list[Found]:
    """What is published and holds the words."""
    return [
        Found(
            title=each.version.title,
            address=reverse("article", args=[each.version.article.number]),
            icon="book-open-text",
            number=each.version.article.number,
            detail=str(each.version.article.get_kind_display()),
        )
        for each in find(user, text, size=most)
    ]
