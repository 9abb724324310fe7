"""Who people are, and how they show that they are it."""

from itsm.people.models.delegation import Delegate
from itsm.people.models.directory import ApiToken, Membership, Team, User, UserManager
from itsm.people.models.factors import AuthenticatorApp, FactorRule, Passkey, SpareCode
from itsm.people.models.identities import Identity, IdentityProvider, LdapDirectory
from itsm.people.models.reset import ResetRequest
from itsm.people.models.session import Session

__all__ = [
    "ApiToken",
    "AuthenticatorApp",
    "Delegate",
    "FactorRule",
    "Identity",
    "IdentityProvider",
    "LdapDirectory",
    "Membership",
    "Passkey",
    "ResetRequest",
    "Session",
    "SpareCode",
    "Team",
    "User",
    "UserManager",
]
