"""Buttons in Slack: an approval given or refused there counts as if it were given here."""

import hashlib
import hmac
import re
from collections.abc import Collection
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from itsm.approvals.actions import vote
from itsm.approvals.selectors import waiting_for
from itsm.core.errors import Invalid, NotFound, Refused
from itsm.monitoring.bodies import decoded
from itsm.monitoring.doors import Answer, Post, doors
from itsm.monitoring.payload import Part
from itsm.monitoring.selectors import NO_SOURCE
from itsm.notifications.actions import reply_later
from itsm.notifications.models import ChatApp
from itsm.notifications.selectors import chat_app_at, has_chat_app, member_of
from itsm.people.models import User

WINDOW = 300  # seconds a signed moment may be old
WORDS = {
    "change_approve": "approved",
    "change_reject": "rejected",
    "approval_approve": "approved",
    "approval_reject": "rejected",
}
# The number of what is approved, and the hash of what was shown, where the button has it.
VALUE = re.compile(r"(?P<number>[A-Z]+-\d+)(?:[ :](?P<seen>[0-9a-f]{64}))?")


class SlackApps:
    """Listens to the apps of Slack that were set up."""

    def kinds(self) -> Collection[str]:
        return ()  # an app has no token of ours: it is set up in the admin, with its own secret

    def has(self, slug: str) -> bool:
        return has_chat_app(slug)

    def connect(self, *, kind: str, name: str) -> tuple[str, str]:
        raise Invalid(_("Set up an app of a chat in the administration."), field="kind")

    def receive(self, post: Post) -> Answer | None:
        app = chat_app_at(post.slug)
        if app is None:
            return None
        if not _is_signed(post, app.signing_secret):
            raise NotFound(NO_SOURCE)
        payload = decoded(post.body, content_type=post.content_type)
        if isinstance(payload, dict) and isinstance(payload.get("payload"), str):
            payload = decoded(payload["payload"].encode(), content_type="application/json")
        body = Part(payload)
        if body["type"].text() == "url_verification":
            return Answer(200, {"challenge": body.require("challenge").text()})
        if body["type"].text() == "block_actions":
            _press(app, body)
        return Answer(200, {})


doors.add("slack")(SlackApps())


def _is_signed(post: Post, secret: str) -> bool:
    moment = post.headers.get("X-Slack-Request-Timestamp", "")
    is_moment = moment.isascii() and moment.isdigit() and len(moment) <= 12
    if not secret or not is_moment or abs(post.now.timestamp() - int(moment)) > WINDOW:
        return False
    signed = b"v0:" + moment.encode() + b":" + post.body
    expected = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    shown = post.headers.get("X-Slack-Signature", "")
    return hmac.compare_digest(expected.encode(), shown.encode("utf-8", "replace"))


def _press(app: ChatApp, body: Part) -> None:
    user = member_of(app, body.require("user").require("id").text())
    address = body["response_url"].text()
    for each in body.require("actions").each():
        word = WORDS.get(each["action_id"].text())
        value = VALUE.fullmatch(each["value"].text())
        if word is None or value is None:
            continue
        with translation.override(user.language or None if user else None):
            text = _said(user, word, value["number"], value["seen"] or "")
        reply_later(app=app, address=address, text=text, actor=user)


def _said(user: User | None, word: str, number: str, seen: str) -> str:
    """What came of it, as whoever pressed the button is told."""
    if user is None:
        return _("Nobody said who you are here: an administrator can, in the app's members.")
    approval = waiting_for(user).filter(ticket__number=number).first()
    if approval is None:
        return _("You are not asked about %(number)s, or have answered already.") % {
            "number": number
        }
    comment = _("In Slack, %(day)s") % {"day": timezone.localdate().isoformat()}
    try:
        vote(approval=approval, actor=user, word=word, comment=comment, seen=seen)
    except Refused as refusal:
        return str(refusal)
    told: dict[str, Any] = {"number": number}
    if word == "approved":
        return _("You approved %(number)s.") % told
    return _("You rejected %(number)s.") % told
