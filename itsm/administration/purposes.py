"""What each list of the admin is for: one sentence for whoever meets it rarely."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

PURPOSES: dict[str, Any] = {
    "people.User": _("Everybody who can sign in or be named, with their role and their teams."),
    "people.Team": _("Work is given to teams; who is in one gets its news and sees its queue."),
    "people.FactorRule": _("Whoever has one of these roles must have a second factor to sign in."),
    "people.IdentityProvider": _(
        "People sign in with the account of such a provider, without a password of ours."
    ),
    "people.LdapDirectory": _(
        "People sign in with the password they have in such a directory, such as Active Directory."
    ),
    "people.ApiToken": _(
        "With a token a program does what its user may do. It is shown once, when it is made."
    ),
    "people.Delegate": _("Who may report, answer and close for somebody else in the portal."),
    "inventory.Service": _("What people use and the company depends on; records are about these."),
    "inventory.ConfigurationItem": _(
        "What services run on: hosts, databases, devices. Alerts name them."
    ),
    "inventory.ComponentCandidate": _(
        "What tools say there is and the inventory does not know yet: take it in, or leave it out."
    ),
    "sla.Calendar": _("When work is done; the time limits of records count these hours alone."),
    "sla.Objective": _("How much of a service must go well, and where to ask how much did."),
    "notifications.Message": _("Whom we told of what, and if not, why not."),
    "notifications.Endpoint": _(
        "Rooms of Slack, Teams and the like, and what each of them is told of."
    ),
    "notifications.ChatApp": _("Apps in chats whose buttons people press to answer us."),
    "notifications.MessageTemplate": _(
        "The words of messages where ours do not fit; without any, ours are sent."
    ),
    "notifications.WebhookEndpoint": _("Programs that are told of events as they happen."),
    "notifications.WebhookCall": _(
        "What was posted to webhooks and what they answered; any of it can be posted again."
    ),
    "notifications.Lane": _("The ways out, mail and each chat, and which of them are down."),
    "monitoring.MonitoringSource": _(
        "Tools that tell us of trouble. Each has an address to post to and a token."
    ),
    "monitoring.Alert": _("What monitoring told us, for looking up; it is worked on elsewhere."),
    "monitoring.Silence": _(
        "When alerts were kept quiet, and why. Open and end them beside the alerts."
    ),
    "monitoring.DeadLetter": _(
        "Posts nobody could read. Mend the source, then choose them and try again."
    ),
    "monitoring.ParkedPost": _(
        "Accepted posts that could not be taken in yet; they are tried again by themselves."
    ),
    "automation.Firing": _("Each time a rule acted, failed or was held back."),
    "automation.RunBudget": _("How much runbooks may heal by themselves in services of each tier."),
    "evidence.EvidenceSource": _(
        "Tools that keep metrics and logs, asked when the cause of an incident is looked for."
    ),
    "evidence.LogSource": _("Tools that pass their log lines on to us as they come."),
    "evidence.LogLine": _("The lines of the last day."),
    "approvals.Rule": _(
        "Who must agree before something is done. The first rule that fits, by order, decides."
    ),
    "approvals.Substitute": _("Who decides on approvals while somebody is away."),
    "problems.CauseCategory": _("What sort of thing a cause was; chosen when a problem is solved."),
    "changes.Window": _("When nothing may be changed, and when some things alone may be."),
    "changes.Board": _("Groups that meet and decide together on risky changes."),
    "changes.ChangeTemplate": _(
        "Changes that went well so often that they need no leave each time."
    ),
    "changes.Pipeline": _("Tools that deliver software; what they report becomes changes."),
    "changes.PipelinePost": _("What pipelines told us, and what became of it."),
    "changes.GateCall": _("Pipelines that asked whether they may go on, and what they were told."),
    "changes.GatePolicy": _("When pipelines may go on by themselves, and when somebody is asked."),
    "requests.Target": _("Systems that the steps of orders call to have something done."),
    "requests.Category": _("Under which headings the portal shows what can be ordered."),
    "knowledge.Synonym": _("Words that mean the same, so that a search for one finds the others."),
    "core.Event": _("Everything that ever happened, as it was noted."),
    "core.Delivery": _("Events that a part of the product has yet to hear of, or never could."),
    "core.Chore": _("What is done by the clock, when it is due, and what went wrong."),
    "core.Heartbeat": _("When each part of the product was last heard of."),
}

# What an empty list says where that is good news, or means that something else holds.
NOTHING = {
    "people.FactorRule": _("No role must have one yet."),
    "people.IdentityProvider": _("None. People sign in with passwords kept here."),
    "people.LdapDirectory": _("None. People sign in with passwords kept here."),
    "people.ApiToken": _("None. No program can act here yet."),
    "people.Delegate": _("Nobody acts for somebody else yet."),
    "inventory.ComponentCandidate": _("None. Whatever tools name is known."),
    "sla.Objective": _("None. How much goes well is not measured yet."),
    "notifications.Endpoint": _("No room is told of anything yet."),
    "notifications.ChatApp": _("No buttons in chats are heard yet."),
    "notifications.WebhookEndpoint": _("No program is told of events yet."),
    "automation.RunBudget": _("The usual limits hold. A budget changes them for a tier."),
    "evidence.EvidenceSource": _("None. Causes are looked for in what is known here alone."),
    "approvals.Rule": _("Without a rule those are asked whom the process names, or managers."),
    "approvals.Substitute": _("Nobody decides for somebody else yet."),
    "changes.Pipeline": _("None. Deliveries are not heard of yet."),
    "changes.GatePolicy": _("The usual values hold. A policy changes them."),
    "requests.Target": _("None. Steps of orders call no system yet."),
    "notifications.MessageTemplate": _(
        "The product's own words are sent. A template changes them."
    ),
    "notifications.Lane": _("No mail and no chat message has been sent yet."),
    "monitoring.DeadLetter": _("None. Every post could be read."),
    "monitoring.ParkedPost": _("None. Every post was taken in."),
    "core.Delivery": _("None. Every event has been delivered."),
}


def purpose_of(model: type[Model]) -> str:
    """What the rows of this model are for."""
    return str(PURPOSES.get(model._meta.label, ""))


def nothing_of(model: type[Model]) -> str:
    """What a list of this model says while there is no row."""
    return str(NOTHING.get(model._meta.label, _("None yet.")))
