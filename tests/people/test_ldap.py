"""Signing in with the account of an LDAP directory; ldap3 plays the directory."""

import ldap3
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from ldap3.core.exceptions import LDAPSocketOpenError

from itsm.people import ldap, limits
from itsm.people.models import LdapDirectory, User
from itsm.people.roles import Role

pytestmark = pytest.mark.django_db

BASE = "ou=people,dc=example,dc=test"
READER, READERS_PASSWORD = "cn=reader,dc=example,dc=test", "reader-secret"


class Line(ldap3.Connection):
    """A connection to a directory that lives in memory; all else is as with a real one."""

    def __init__(self, server, **options) -> None:
        super().__init__(server, **{**options, "client_strategy": ldap3.MOCK_SYNC})
        add = self.strategy.add_entry
        add(READER, {"userPassword": READERS_PASSWORD, "sn": "reader"})
        for name, extra in {"gina": {}, "twin": {}, "twin2": {"uid": "twin"}}.items():
            facts = {
                "uid": name,
                "cn": f"{name.title()} Gold",
                "mail": f"{name}@example.test",
                "entryUUID": f"id-of-{name}",
                "userPassword": f"{name}-password",
                "memberOf": ["cn=it-staff,ou=groups,dc=example,dc=test"],
            }
            add(f"cn={name},{BASE}", {**facts, **extra})


@pytest.fixture
def directory(monkeypatch) -> LdapDirectory:
    monkeypatch.setattr(ldap3, "Connection", Line)
    limits.forget_all()
    return LdapDirectory.objects.create(
        name="Example directory",
        address="ldap://directory.example.test",
        start_tls=False,
        bind_dn=READER,
        bind_password=READERS_PASSWORD,
        base=BASE,
        id_attribute="entryUUID",
        roles={"it-staff": Role.AGENT},
    )


def sign_in(username: str, password: str) -> int:
    data = {"username": username, "password": password}
    return Client().post("/sign-in/", data).status_code


def test_somebody_the_directory_knows_is_let_in_and_made_known(directory: LdapDirectory) -> None:
    assert sign_in("gina", "gina-password") == 302

    gina = User.objects.get(username="gina")
    assert (gina.name, gina.email, gina.role) == ("Gina Gold", "gina@example.test", Role.AGENT)
    assert gina.identities.get().subject == "id-of-gina"
    assert not gina.has_usable_password()


def test_the_second_time_it_is_the_same_person(directory: LdapDirectory) -> None:
    codes = [sign_in("gina", "gina-password") for _ in range(2)]

    assert codes == [302, 302]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("gina", "wrong"),
        ("gina", ""),
        ("nobody", "x"),
        ("*", "gina-password"),
        ("gin*", "gina-password"),
        ("gina)(uid=*", "gina-password"),
        ("twin", "twin-password"),
    ],
)
def test_nobody_else_is(directory: LdapDirectory, username: str, password: str) -> None:
    assert sign_in(username, password) == 422
    assert not User.objects.exists()


def test_who_has_a_password_here_is_not_handed_to_the_directory(
    directory: LdapDirectory, alice: User
) -> None:
    alice.username = "gina"
    alice.set_password("a-password-of-ours")
    alice.save()

    sign_in("gina", "gina-password")

    assert not alice.identities.exists()


def test_a_directory_that_is_away_refuses_like_a_wrong_password(
    directory: LdapDirectory, monkeypatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise LDAPSocketOpenError("away")

    monkeypatch.setattr(ldap3, "Connection", away)

    assert sign_in("gina", "gina-password") == 422


def test_without_the_package_nobody_is_asked(directory: LdapDirectory, monkeypatch) -> None:
    monkeypatch.setattr(ldap, "ldap3", None)

    assert sign_in("gina", "gina-password") == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "http://x"},
        {"start_tls": False},
        {"person_filter": "(uid=gina)"},
        {"roles": {"g": "king"}},
        {"roles": ["agent"]},
    ],
)
def test_a_directory_that_could_not_work_or_be_safe_is_refused(wrong: dict) -> None:
    directory = LdapDirectory(
        **{"name": "D", "address": "ldap://d.example.test", "base": BASE, **wrong}
    )

    with pytest.raises(ValidationError):
        directory.full_clean()


def test_a_directory_does_not_claim_to_ask_for_a_second_factor(dana: User, client: Client) -> None:
    client.force_login(dana)

    fields = client.get("/admin/people/ldapdirectory/add/").context["adminform"].form.fields

    assert "person_filter" in fields
    assert "asks_second_factor" not in fields


@pytest.mark.parametrize(
    "named", [f"cn=boss,{BASE}", "boss@example.test", "BOSS", f"cn=gone,{BASE}"]
)
def test_who_is_above_somebody_is_read_where_the_directory_says_it(
    directory: LdapDirectory, monkeypatch, named: str
) -> None:
    directory.manager_attribute = "manager"
    directory.save()
    boss = User.objects.create_user("boss", email="boss@example.test")
    facts = {"objectClass": ["person"], "cn": "Boss", "mail": "boss@example.test", "uid": "boss"}
    people = {"boss": {**facts, "entryUUID": "id-of-boss"}}

    class Firm(Line):
        def __init__(self, server, **options) -> None:
            super().__init__(server, **options)
            for name, extra in people.items():
                self.strategy.add_entry(f"cn={name},{BASE}", extra)
            self.strategy.entries[f"cn=gina,{BASE}".lower()]["manager"] = [named.encode()]

    monkeypatch.setattr(ldap3, "Connection", Firm)

    assert sign_in("gina", "gina-password") == 302

    gina = User.objects.get(username="gina")
    assert gina.manager == (None if "gone" in named else boss)
