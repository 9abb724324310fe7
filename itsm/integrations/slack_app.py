"""Buttons and the slash command in Slack: what is done there counts as if it were done here."""

import hashlib
import hmac
from collections.abc import Collection

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from itsm.core import kept_answers
from itsm.core.errors import Invalid, NotFound
from itsm.integrations.slack_verbs import commanded, pressed
from itsm.monitoring.bodies import decoded
from itsm.monitoring.doors import Answer, Post, doors
from itsm.monitoring.payload import Part
from itsm.monitoring.selectors import NO_SOURCE
from itsm.notifications.actions import reply_later
from itsm.notifications.models import ChatApp
from itsm.notifications.selectors import chat_app_at, has_chat_app, member_of
from itsm.people.models import User

WINDOW = 300  # seconds a signed moment may be old
SIGNATURE = "X-Slack-Signature"


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
        if body["command"]:
            return Answer(200, {"response_type": "ephemeral", "text": _command(app, post, body)})
        return Answer(200, {})


doors.add("slack")(SlackApps())


def _is_signed(post: Post, secret: str) -> bool:
    moment = post.headers.get("X-Slack-Request-Timestamp", "")
    is_moment = moment.isascii() and moment.isdigit() and len(moment) <= 12
    if not secret or not is_moment or abs(post.now.timestamp() - int(moment)) > WINDOW:
        return False
    signed = b"v0:" + moment.encode() + b":" + post.body
    expected = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    shown = post.headers.get(SIGNATURE, "")
    return hmac.compare_digest(expected.encode(), shown.encode("utf-8", "replace"))


def _press(app: ChatApp, body: Part) -> None:
    user = member_of(app, body.require("user").require("id").text())
    address = body["response_url"].text()
    for each in body.require("actions").each():
        with translation.override(_language_of(user)):
            text = pressed(user, each["action_id"].text(), each["value"].text())
        if text is not None:
            reply_later(app=app, address=address, text=text, actor=user)


@transaction.atomic
def _command(app: ChatApp, post: Post, body: Part) -> str:
    """The answer to a command; the same post again gets the same, and nothing is done twice."""
    user = member_of(app, body.require("user_id").text())
    claimed = 0
    if user is not None:
        claimed, kept = kept_answers.claim(
            user_id=user.pk,
            key=f"slack {post.headers[SIGNATURE]}",
            digest=hashlib.sha256(post.body).hexdigest(),
        )
        if kept is not None:
            return kept.body
    with translation.override(_language_of(user)):
        text = commanded(user, body["text"].text())
    if claimed:
        kept_answers.keep(claimed, status=200, body=text, headers={})
    return text


def _language_of(user: User | None) -> str | None:
    return user.language or None if user else None
