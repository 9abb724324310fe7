"""Mattermost, by an incoming webhook."""

import re
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l

from itsm.notifications.channels import Letter, Room, Section, channels
from itsm.notifications.webhooks import post

LONGEST_TEXT = 4000
COLOURS = {1: "#d92d20", 2: "#d9730d", 3: "#b38a00"}
PLAIN = "#868f9c"
_MARKS = re.compile(r"([\\`*_\[\]<>~|#])")
NOTHING = "\u200b"  # of no width; after an @ it keeps a word from calling the whole room


@channels.add("mattermost")
class Mattermost(Room):
    """A channel in Mattermost, told by attachments."""

    title: ClassVar[Any] = _l("Mattermost")

    def send(self, letter: Letter, *, address: str) -> None:
        post(address, payload_of(letter), identity=letter.identity)


def payload_of(letter: Letter) -> dict[str, Any]:
    """The message as Mattermost wants it; what people wrote can neither link nor call anybody."""
    return {"attachments": [_attachment(each) for each in letter.sections]}


def _attachment(section: Section) -> dict[str, Any]:
    quote = "\n".join(f"> {line}" for line in _escaped(section.said).splitlines())
    return {
        "fallback": _escaped(f"{section.heading}: {section.lead}"),
        "color": COLOURS.get(section.priority or 0, PLAIN),
        "title": _escaped(section.heading),
        "title_link": section.link,
        "text": f"{_escaped(section.lead)}\n\n{quote}".strip()[:LONGEST_TEXT],
        "fields": [
            {"short": True, "title": label, "value": _escaped(value)}
            for label, value in section.facts
        ],
    }


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text).replace("@", f"@{NOTHING}")
