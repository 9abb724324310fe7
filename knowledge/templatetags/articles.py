"""The small parts pages about articles are made of."""

from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from itsm.core.models import Event
from knowledge.markup import article_html
from knowledge.models import State
from knowledge.search import pattern_of
from knowledge.wording import sentence_of

register = template.Library()

BADGES = {
    State.DRAFT: "is-new",
    State.REVIEW: "is-waiting",
    State.SCHEDULED: "is-active",
    State.PUBLISHED: "is-resolved",
    State.NEEDS_REVIEW: "is-p2",
    State.PENDING_RETIREMENT: "is-waiting",
}
register.filter("article_html", article_html)


@register.filter
def standing(state: str) -> str:
    """The class of the colour a state is shown in."""
    return BADGES.get(State(state), "")


@register.filter
def marked_like(text: str, words: Sequence[str]) -> SafeString:
    """The text with the words that were looked for marked, however they are inflected."""
    pieces, end = [], 0
    for match in pattern_of(words).finditer(text):
        pieces += [escape(text[end : match.start()]), f"<mark>{escape(match[0])}</mark>"]
        end = match.end()
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 every piece is escaped


@register.filter
def told(event: Event) -> str:
    """What happened to an article, in a sentence."""
    return sentence_of(event)
