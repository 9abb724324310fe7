"""What of people and teams is configuration, and what belongs to each of them."""

from django.db.models import QuerySet

from itsm.core.configuration import Kind, kinds
from itsm.people.models import (
    ApiToken,
    Delegate,
    FactorRule,
    IdentityProvider,
    LdapDirectory,
    Membership,
    Team,
    User,
)


def _members(team: Team) -> list[str]:
    return _places(Membership.objects.filter(team=team), "user__username")


def _teams(user: User) -> list[str]:
    return _places(Membership.objects.filter(user=user), "team__slug")


def _places(places: QuerySet[Membership], name: str) -> list[str]:
    rows = places.order_by(name).values_list(name, "is_lead")
    return [f"{each} (lead)" if leads else str(each) for each, leads in rows]


kinds[User] = Kind("user", added="registered", parts={"teams": _teams})
kinds[Team] = Kind("team", added="formed", parts={"members": _members})
kinds[Delegate] = Kind("delegate", added="named")
kinds[ApiToken] = Kind("token", added="issued", removed="revoked")
kinds[FactorRule] = Kind("factor_rule")
kinds[IdentityProvider] = Kind("identity_provider")
kinds[LdapDirectory] = Kind("ldap_directory")
