"""What each role may do; the one table of capabilities.

Capabilities look like Django's permission names so that ``user.has_perm`` answers for them.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What somebody is to the organisation's service desk."""

    REQUESTER = "requester", _("Requester")
    AGENT = "agent", _("Agent")
    MANAGER = "manager", _("Process manager")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


WORK = frozenset(
    {
        "tickets.view_all",
        "tickets.work",
        "incidents.work",
        "changes.work",
        "requests.work",
        "problems.work",
        "monitoring.work",
        "runbooks.run",
        "knowledge.write",
        "inventory.view",
    }
)
MANAGE = WORK | {
    "tickets.view_confidential",
    "incidents.manage",
    "changes.manage",
    "runbooks.manage",
    "requests.manage",
    "problems.manage",
    "knowledge.manage",
    "inventory.edit",
    "automation.edit",
}

CAPABILITIES: dict[str, frozenset[str]] = {
    Role.REQUESTER: frozenset(),
    Role.AGENT: WORK,
    Role.MANAGER: MANAGE,
    Role.ADMIN: MANAGE | {"monitoring.edit", "people.edit", "audit.view", "config.edit"},
    Role.AUDITOR: frozenset(
        {"tickets.view_all", "tickets.view_confidential", "inventory.view", "audit.view"}
    ),
}


def is_capable(role: str, capability: str) -> bool:
    """Whether the role carries the capability; unknown roles carry none."""
    return capability in CAPABILITIES.get(role, frozenset())
