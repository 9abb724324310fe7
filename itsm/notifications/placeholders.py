"""What may stand in braces in message templates: a closed set, substituted and nothing else."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

# What each stands for, and an example for the preview.
PLACEHOLDERS: dict[str, tuple[Any, str]] = {
    "name": (_l("who is told"), "Charlie Baker"),
    "actor": (_l("who did it"), "Alice Moreau"),
    "what": (_l("what happened, as a sentence"), "Alice Moreau replied"),
    "said": (_l("the words of a reply or note, if there are any"), "We are on it."),
    "why": (_l("why one is told"), "You are told because you reported it."),
    "number": (_l("the record's number"), "INC-42"),
    "title": (_l("its title"), "Checkout is slow"),
    "priority": (_l("its priority"), "P2 High"),
    "status": (_l("how it stands"), "In progress"),
    "service": (_l("its service"), "Checkout"),
    "team": (_l("its team"), "Platform"),
    "assignee": (_l("who works on it"), "Alice Moreau"),
    "link": (_l("the address of its page"), "https://steady.example/incidents/INC-42/"),
}
SUBJECT = "[{number}] {title}"
BODY = "{what}.\n\n{said}"
_WORD = re.compile(r"\{([^{}\n]*)\}")
_GAPS = re.compile(r"\n{3,}")


def unknown_in(text: str) -> list[str]:
    """What stands in braces and is no placeholder, each once."""
    return [each for each in dict.fromkeys(_WORD.findall(text)) if each not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, in one pass: what is put in is not read again."""
    told = _WORD.sub(lambda word: values.get(word[1], word[0]), text)
    return _GAPS.sub("\n\n", told).strip()


def examples() -> dict[str, str]:
    """A value for each placeholder, for previews."""
    return {name: example for name, (_meaning, example) in PLACEHOLDERS.items()}
