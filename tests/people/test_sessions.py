"""Where people are signed in, and who may try to get in how often."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from itsm.core.cache import ForgivingRedisCache
from itsm.core.models import Event
from itsm.people import limits
from itsm.people.actions import change_user
from itsm.people.devices import name_of
from itsm.people.models import Session, User
from itsm.people.roles import Role
from itsm.people.selectors import sessions_of

pytestmark = pytest.mark.django_db

PASSWORD = "an-old-long-word"


@pytest.fixture(autouse=True)
def _no_counts():
    limits.forget_all()


@pytest.fixture
def known(alice: User) -> User:
    alice.set_password(PASSWORD)
    alice.save()
    return alice


def sign_in(client: Client, password: str = PASSWORD, **more: Any) -> int:
    data = {"username": "alice", "password": password}
    return client.post("/sign-in/", data, **more).status_code


def test_signing_in_begins_a_session_with_a_new_key(known: User, client: Client) -> None:
    """P32."""
    client.force_login(known)
    client.post("/sign-out/")
    client.cookies["session"] = "fixed" * 6

    sign_in(client)

    assert client.cookies["session"].value != "fixed" * 6
    assert Session.objects.filter(user=known).count() == 1


def test_alice_sees_her_sessions_and_ends_one(known: User, client: Client) -> None:
    phone = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Version/17 Safari/604"})
    phone.force_login(known)
    phone.get("/account/")
    client.force_login(known)

    page = client.get("/account/sessions/").content.decode()
    other = next(each for each in sessions_of(known, own=client.session.session_key)[1:])
    answer = client.post("/account/sessions/end/", {"which": other.reference})

    assert "This browser" in page
    assert str(phone.session.session_key) not in page
    assert answer.status_code == 302
    assert phone.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert Event.objects.filter(name="user.sessions_ended", actor=known).exists()


def test_nobody_ends_the_session_of_somebody_else(known: User, bob: User, client: Client) -> None:
    theirs = Client()
    theirs.force_login(bob)
    client.force_login(known)
    reference = Session.objects.get(user=bob).reference

    answer = client.post("/account/sessions/end/", {"which": reference})

    assert answer.status_code == 404
    assert theirs.get("/account/").status_code == 200


def test_all_other_sessions_end_at_once(known: User, client: Client) -> None:
    others = [Client() for _ in range(3)]
    for each in others:
        each.force_login(known)
    client.force_login(known)

    client.post("/account/sessions/end/", {"which": "others"})

    assert [each.get("/account/").status_code for each in others] == [302, 302, 302]
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("values", [{"role": Role.MANAGER}, {"is_active": False}])
def test_a_new_role_or_no_right_to_sign_in_ends_every_session(
    values: dict, known: User, dana: User, client: Client
) -> None:
    """P32."""
    client.force_login(known)

    change_user(user=known, actor=dana, values=values)

    assert not Session.objects.filter(user=known).exists()
    assert client.get("/account/").status_code == 302


def test_who_signs_in_and_who_is_refused_is_recorded(known: User, client: Client) -> None:
    sign_in(client, "a guess")
    client.post("/sign-in/", {"username": "my-secret", "password": "a guess"})
    sign_in(client)

    events = Event.objects.filter(name__startswith="user.sign").order_by("pk")
    assert [(each.name, each.subject_id) for each in events] == [
        ("user.sign_in_refused", known.pk),
        ("user.sign_in_refused", 0),
        ("user.signed_in", known.pk),
    ]
    assert "my-secret" not in str(list(events.values()))


def test_a_browser_alice_has_used_lets_her_in_while_strangers_try_from_everywhere(
    known: User, client: Client
) -> None:
    """P35."""
    sign_in(client)
    client.post("/sign-out/")
    for count in range(limits.PASSWORD.of_account + 1):
        place = f"203.0.{count // 200}.{count % 200 + 1}"
        sign_in(Client(), "a guess", REMOTE_ADDR=place)

    assert sign_in(Client(REMOTE_ADDR="198.51.100.7")) == 429
    assert sign_in(client) == 302


def test_a_made_up_device_is_not_believed(known: User, client: Client) -> None:
    client.cookies["device"] = signing.dumps(["alice", "x"], salt="something else")
    for _ in range(8):
        sign_in(client, "a guess")

    assert sign_in(client) == 429


def test_successes_do_not_count(known: User) -> None:
    codes = [sign_in(Client()) for _ in range(12)]

    assert set(codes) == {302}


def test_limits_hold_while_the_cache_is_away(known: User, client: Client, monkeypatch) -> None:
    """P6."""
    monkeypatch.setattr(ForgivingRedisCache, "add", lambda *_, **__: True)
    monkeypatch.setattr(ForgivingRedisCache, "get", lambda *_, **__: None)
    for _ in range(8):
        sign_in(client, "a guess")

    assert sign_in(client) == 429


def test_django_admin_has_no_door_of_its_own(known: User, client: Client) -> None:
    """P34."""
    answer = client.get("/admin/login/?next=/admin/")

    assert answer["Location"] == "/sign-in/?next=/admin/"


def test_who_may_not_into_the_admin_is_not_sent_round_in_circles(
    known: User, client: Client
) -> None:
    client.force_login(known)

    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0] == "/"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/2010 Firefox/130", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU OS 17 like Mac OS X) Safari/60", "Safari on iPhone"),
        ("", "An unknown device"),
    ],
)
def test_devices_are_named_as_people_name_them(agent: str, name: str) -> None:
    assert name_of(agent) == name


def test_the_list_of_sessions_costs_one_statement(
    known: User, client: Client, django_assert_max_num_queries
) -> None:
    for _ in range(10):
        Client().force_login(known)
    client.force_login(known)

    with django_assert_max_num_queries(2 + 1 + 8):
        client.get("/account/sessions/")
