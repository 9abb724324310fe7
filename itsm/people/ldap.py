"""Asking an LDAP directory who somebody is, with the package ``ldap3`` where it is installed."""

import ssl
from contextlib import suppress
from typing import Any

import structlog
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from itsm.core.errors import Refused
from itsm.people.actions.identities import Told, welcome
from itsm.people.models import LdapDirectory, User
from itsm.people.selectors import directories

try:
    import ldap3
    from ldap3.core.exceptions import LDAPException
    from ldap3.utils.conv import escape_filter_chars
except ImportError:  # an extra: `pip install ldap3`
    ldap3 = None

logger = structlog.get_logger(__name__)
CONNECT_SECONDS, ANSWER_SECONDS = 3, 5


class LdapBackend(BaseBackend):
    """Lets in whoever a directory knows with this password."""

    def authenticate(  # type: ignore[override]
        self,
        _request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_more: Any,
    ) -> User | None:
        # A bind with an empty password is an anonymous one, which directories grant to everybody.
        if not username or not password:
            return None
        for directory in directories():
            told = told_by(directory, username=username, password=password)
            if told is not None:
                with suppress(Refused):
                    return welcome(source=directory, told=told)
        return None


def told_by(directory: LdapDirectory, *, username: str, password: str) -> Told | None:
    """What the directory tells of whoever has this name and password; None when nobody has."""
    if ldap3 is None:
        logger.warning("ldap.missing", directory=directory.name, hint="pip install ldap3")
        return None
    try:
        found = _entry(directory, username)
        if found is None:
            return None
        with _connection(directory, dn=found["dn"], password=password):
            return _told(directory, found, username=username)
    except LDAPException as error:
        logger.warning("ldap.refused", directory=directory.name, error=type(error).__name__)
        return None


def _entry(directory: LdapDirectory, username: str) -> dict[str, Any] | None:
    """The one entry with this name, looked up under the directory's own account."""
    wanted = directory.person_filter.replace("{username}", escape_filter_chars(username))
    attributes = [
        each
        for each in (
            directory.id_attribute,
            directory.name_attribute,
            directory.email_attribute,
            directory.group_attribute,
            directory.manager_attribute,
        )
        if each
    ]
    with _connection(directory, dn=directory.bind_dn, password=directory.bind_password) as line:
        line.search(directory.base, wanted, attributes=attributes, size_limit=2)
        found = _entries(line)
        if len(found) != 1:
            return None
        return {**found[0], "managers": _managers(directory, line, found[0])}


def _managers(directory: LdapDirectory, line: Any, entry: dict[str, Any]) -> tuple[str, ...]:
    """By what the manager of somebody may be known here; looked up where it is named by its DN."""
    named = _first(entry["attributes"], directory.manager_attribute)
    if "=" not in named:
        return (named,) if named else ()
    attributes = list(filter(None, (directory.id_attribute, directory.email_attribute)))
    # Whoever has left is named for long; that keeps nobody from signing in.
    with suppress(LDAPException):
        line.search(named, "(objectClass=*)", search_scope=ldap3.BASE, attributes=attributes)
        for each in _entries(line):
            own = _first(each["attributes"], directory.id_attribute) or str(each["dn"])
            email = _first(each["attributes"], directory.email_attribute)
            return tuple(filter(None, (own, email)))
    return ()


def _entries(line: Any) -> list[dict[str, Any]]:
    return [each for each in line.response if each.get("type") == "searchResEntry"]


def _connection(directory: LdapDirectory, *, dn: str, password: str) -> Any:
    """An encrypted line to the directory, signed in with this name; LDAPException when not."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_data=directory.certificate or None)
    server = ldap3.Server(directory.address, tls=tls, connect_timeout=CONNECT_SECONDS)
    line = ldap3.Connection(
        server,
        user=dn or None,
        password=password or None,
        receive_timeout=ANSWER_SECONDS,
        client_strategy=STRATEGY,
        read_only=True,
        raise_exceptions=True,
    )
    line.open()
    if directory.start_tls and not server.ssl:
        line.start_tls()
    line.bind()
    return line


STRATEGY = "SYNC"


def _told(directory: LdapDirectory, entry: dict[str, Any], *, username: str) -> Told:
    attributes = entry["attributes"]
    subject = _first(attributes, directory.id_attribute) or str(entry["dn"])
    groups = _all(attributes, directory.group_attribute)
    return Told(
        subject=subject[:255],
        username=username,
        name=_first(attributes, directory.name_attribute),
        email=_first(attributes, directory.email_attribute),
        is_email_verified=True,
        groups=tuple(each for group in groups for each in (group, _short(group))),
        managers=entry["managers"],
    )


def _short(group: str) -> str:
    """What a group is called where it is listed by its whole name: cn=agents,ou=groups → agents."""
    return group.partition(",")[0].partition("=")[2]


def _first(attributes: Any, name: str) -> str:
    return next(iter(_all(attributes, name)), "")


def _all(attributes: Any, name: str) -> list[str]:
    value = attributes.get(name, []) if name else []
    values = value if isinstance(value, list | tuple) else [value]
    return [
        each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in values
    ]
