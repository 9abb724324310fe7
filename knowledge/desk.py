"""Where the work on articles is done."""

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.desks import Desk, desks
from knowledge.models import ArticleReview

desk = Desk(
    kind="article_review",
    model=ArticleReview,
    plural="reviews",
    title=_l("Article reviews"),
    noun=_l("article review"),
    icon="book-open-text",
    styles=("css/changes.css", "css/knowledge.css"),
    is_in_nav=False,
    is_opened_here=False,
)
desks.add("article_review")(desk)
