"""Slack, by an incoming webhook."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.notifications.channels import Letter, Room, Section, channels
from itsm.notifications.webhooks import post

LONGEST_HEADER = 150
LONGEST_TEXT = 2900
MOST_FIELDS = 10


@channels.add("slack")
class Slack(Room):
    """A room in Slack, told in blocks."""

    title: ClassVar[Any] = _l("Slack")

    def send(self, letter: Letter, *, address: str) -> None:
        post(address, payload_of(letter), identity=letter.identity)


def payload_of(letter: Letter) -> dict[str, Any]:
    """The message as Slack wants it; what people wrote can neither link nor call anybody."""
    blocks = [block for section in letter.sections for block in _blocks(section)]
    return {"text": _escaped(letter.subject), "blocks": blocks}


def _blocks(section: Section) -> list[dict[str, Any]]:
    said = "\n".join(f">{line}" for line in _escaped(section.said).splitlines())
    text = f"{_escaped(section.lead)}\n{said}".strip()[:LONGEST_TEXT]
    facts = [
        {"type": "mrkdwn", "text": f"*{_escaped(label)}*\n{_escaped(value)}"}
        for label, value in section.facts[:MOST_FIELDS]
    ]
    blocks: list[dict[str, Any]] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": section.heading[:LONGEST_HEADER]},
        },
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
    ]
    if facts:
        blocks.append({"type": "section", "fields": facts})
    button = {"type": "plain_text", "text": _("Open")}
    opens = {"type": "button", "text": button, "url": section.link}
    presses = [
        {
            "type": "button",
            "action_id": each.action,
            "value": each.value,
            "text": {"type": "plain_text", "text": each.label},
        }
        for each in section.buttons
    ]
    return [*blocks, {"type": "actions", "elements": [*presses, opens]}]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
