"""Answering those who press a button in a chat."""

from django.db import transaction

from itsm.core import events, http
from itsm.notifications.models import ChatApp, ChatReply
from itsm.notifications.webhooks import post
from itsm.people.models import User

# Where chats take answers; an address in a post is only somebody's word.
REPLY_HOSTS = frozenset({"hooks.slack.com"})


@transaction.atomic
def reply_later(*, app: ChatApp, address: str, text: str, actor: User | None) -> ChatReply | None:
    """Owe an answer to whoever pressed a button; nothing where it could not be sent to."""
    if not http.may_call(address) or http.host_of(address) not in REPLY_HOSTS:
        return None
    reply = ChatReply.objects.create(app=app, address=address, text=text[:2000])
    events.publish("chat_app.replied", reply, actor=actor, data={"app": app.name})
    return reply


def send_reply(*, reply_id: int) -> None:
    """Send an answer, once it is sent there is nothing to keep; Down or Rejected otherwise."""
    reply = ChatReply.objects.filter(pk=reply_id).first()
    if reply is None:
        return
    answer = {"response_type": "ephemeral", "replace_original": False, "text": reply.text}
    post(reply.address, answer, identity=f"chat-reply-{reply.pk}")
    reply.delete()
