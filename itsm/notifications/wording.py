"""What happened, in a sentence for the one who is told."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.models import Event
from itsm.notifications.models import Message
from itsm.notifications.topics import Why

SENTENCES = {
    "opened": _l("%(actor)s opened it"),
    "assigned": _l("%(actor)s assigned it"),
    "raised": _l("%(actor)s raised its priority"),
    "commented": _l("%(actor)s replied"),
    "noted": _l("%(actor)s wrote a work note"),
    "mentioned": _l("%(actor)s mentioned somebody"),
    "notified": _l("%(actor)s sends word"),
    "paused": _l("%(actor)s put it on hold"),
    "resolved": _l("%(actor)s resolved it"),
    "reopened": _l("%(actor)s reopened it"),
    "closed": _l("%(actor)s closed it"),
    "canceled": _l("%(actor)s canceled it"),
    "task_added": _l("There is a task to do"),
    "fulfilled": _l("It is ready"),
    "rejected": _l("It was not approved"),
    "lease_reminded": _l("It has to be given back soon"),
    "failed": _l("A step failed, and somebody must see to it"),
    "outage_updated": _l("%(actor)s told everybody how it stands"),
    "affected_joined": _l("More people say that it hits them"),
    "tabled": _l("It is on the agenda of a meeting"),
    "deferred": _l("It was put off to the next meeting"),
    "run_escalated": _l("A runbook could not heal it"),
    "run_stranded": _l("Nobody knows whether a runbook took effect: look and say so"),
    "approval_asked": _l("It waits for approval"),
    "approval_reminded": _l("It still waits for approval"),
    "approval_escalated": _l("Nobody has approved it in time, so it was passed on"),
    "approval_granted": _l("It was approved"),
    "approval_denied": _l("%(actor)s rejected it"),
    "approval_expired": _l("It waited for approval in vain"),
    "template_earned": _l("Its template has earned that its changes need no leave"),
    "action_added": _l("There is an action of its review for you"),
    "fix_closed": _l("A change that was to fix it is closed"),
    "recurred": _l("It happened again"),
    "risk_expired": _l("The accepted risk has expired"),
}
# By the whole name of the event.
OF_ACCOUNT = {
    "token.issued": _l("An API token was issued for your account"),
    "user.password_changed": _l("Your password was changed"),
    "user.factor_added": _l("A second step was added to your account"),
    "user.factor_removed": _l("A second step was removed from your account"),
    "user.factors_removed": _l("All second steps of your account were removed"),
    "user.spare_codes_renewed": _l("New spare codes were made for your account"),
    "user.spare_code_used": _l("A spare code was used to sign in as you"),
}
TO_ME = {
    ("opened", Why.CALLER): _l("We have it and will look after it"),
    ("opened", Why.ASSIGNEE): _l("%(actor)s opened it for you"),
    ("opened", Why.TEAM): _l("%(actor)s opened it for your team"),
    ("assigned", Why.ASSIGNEE): _l("%(actor)s assigned it to you"),
    ("assigned", Why.TEAM): _l("%(actor)s gave it to your team"),
    ("mentioned", Why.MENTIONED): _l("%(actor)s mentioned you"),
    ("outage_updated", Why.HIT): _l("There is news of the outage that hits you"),
    ("outage_updated", Why.FOLLOWER): _l("There is news of an outage of a service you follow"),
    ("resolved", Why.HIT): _l("The outage that hit you is over"),
    ("resolved", Why.FOLLOWER): _l("The outage of a service you follow is over"),
    ("template_earned", Why.APPROVER): _l(
        "Its template has earned that its changes need no leave: you decide under Templates"
    ),
    ("approval_asked", Why.APPROVER): _l("Your approval is asked for"),
    ("approval_reminded", Why.APPROVER): _l("Your approval is still asked for"),
    ("approval_escalated", Why.APPROVER): _l(
        "Nobody has answered in time, so your approval is asked for"
    ),
}


def what_happened(event: Event, why: str) -> str:
    """The event as a sentence without its full stop."""
    if event.name in OF_ACCOUNT:
        return str(OF_ACCOUNT[event.name])
    word = event.name.rpartition(".")[2]
    sentence = TO_ME.get((word, Why(why))) or SENTENCES.get(word)
    if sentence is None:
        return _("Something happened")
    return str(sentence) % {"actor": event.actor or "Steady"}


def what_happened_by(message: Message) -> str:
    """The event of a message as a sentence to its recipient."""
    return what_happened(message.event, message.why)
