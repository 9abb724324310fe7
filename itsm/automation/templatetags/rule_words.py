"""The names in rules as the words people read."""

from django import template

from itsm.automation import wording
from itsm.core.reading import OPERATORS

register = template.Library()
register.filter("event_words", wording.event_words)
register.filter("kind_words", wording.noun_words)
register.filter("fact_words", wording.fact_words)
register.filter("verb_words", wording.verb_words)


@register.filter
def operator_words(name: str) -> str:
    """How a condition compares."""
    return str(OPERATORS.get(name, name))


@register.filter
def value_words(value: object, fact: str) -> str:
    """A value of this fact."""
    return wording.value_words(fact, value)
