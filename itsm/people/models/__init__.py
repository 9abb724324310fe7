"""Who people are, and how they show that they are it."""

from itsm.people.models.delegation import Delegate
from itsm.people.models.directory import ApiToken, Membership, Team, User, UserManager
from itsm.people.models.reset import ResetRequest
from itsm.people.models.session import Session

__all__ = [
    "ApiToken",
    "Delegate",
    "Membership",
    "ResetRequest",
    "Session",
    "Team",
    "User",
    "UserManager",
]
