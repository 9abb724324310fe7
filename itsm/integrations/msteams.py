"""Microsoft Teams, by the webhook of a workflow."""

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.notifications.channels import Letter, Room, Section, channels
from itsm.notifications.webhooks import post

LONGEST_TEXT = 5000
_MARKS = re.compile(r"([\\`*_\[\]<>~|])")
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


@channels.add("msteams")
class Teams(Room):
    """A channel in Teams, told by an adaptive card."""

    title: ClassVar[Any] = _l("Microsoft Teams")

    def send(self, letter: Letter, *, address: str) -> None:
        post(address, payload_of(letter), identity=letter.identity)


def payload_of(letter: Letter) -> dict[str, Any]:
    """The message as a workflow wants it: one card for each thing to tell."""
    cards = [
        {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": None,
            "content": _card(section),
        }
        for section in letter.sections
    ]
    return {"type": "message", "attachments": cards}


def _card(section: Section) -> dict[str, Any]:
    body: list[dict[str, Any]] = [
        {
            "type": "TextBlock",
            "size": "Medium",
            "weight": "Bolder",
            "wrap": True,
            "text": _escaped(section.heading),
        },
        {"type": "TextBlock", "isSubtle": True, "wrap": True, "text": _escaped(section.lead)},
    ]
    if section.said:
        body.append(
            {"type": "TextBlock", "wrap": True, "text": _escaped(section.said)[:LONGEST_TEXT]}
        )
    if section.facts:
        facts = [{"title": label, "value": _escaped(value)} for label, value in section.facts]
        body.append({"type": "FactSet", "facts": facts})
    return {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": _("Open"), "url": section.link}],
    }


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
