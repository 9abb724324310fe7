"""Signing in and out."""

import pytest
from django.test import Client

from itsm.people import limits
from itsm.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts():
    limits.forget_all()


def sign_in(browser: Client, username: str, password: str = "a-long-password", **more: str):
    return browser.post("/sign-in/", {"username": username, "password": password, **more})


@pytest.fixture
def known(alice: User, charlie: User) -> User:
    for user in (alice, charlie):
        user.set_password("a-long-password")
        user.save()
    return alice


def test_staff_land_on_the_dashboard(known: User, client: Client):
    answer = sign_in(client, "alice")

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_end_users_land_in_the_portal(known: User, client: Client):
    answer = sign_in(client, "charlie", next="/")

    assert answer["Location"] == "/portal/"


def test_one_goes_on_to_where_one_wanted(known: User, client: Client):
    answer = sign_in(client, "alice", next="/incidents/?assignee=me")

    assert answer["Location"] == "/incidents/?assignee=me"


@pytest.mark.parametrize("wanted", ["https://evil.test/", "//evil.test/", "javascript:alert(1)"])
def test_no_address_of_others_is_gone_on_to(known: User, client: Client, wanted: str):
    answer = sign_in(client, "alice", next=wanted)

    assert answer["Location"] == "/"


def test_unknown_users_and_wrong_passwords_get_the_same_answer(known: User):
    """P33."""
    wrong = sign_in(Client(), "alice", "not-this-one")
    unknown = sign_in(Client(), "nobody", "not-this-one")

    assert wrong.status_code == unknown.status_code == 422
    told = [each.context["wrong"] for each in (wrong, unknown)]
    assert told[0] == told[1]


def test_the_ninth_wrong_password_is_not_judged(known: User, client: Client):
    """P35."""
    for _ in range(8):
        sign_in(client, "alice", "not-this-one")

    answer = sign_in(client, "alice")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"


def test_strangers_cannot_lock_alice_out(known: User, client: Client):
    """P35."""
    for _ in range(9):
        Client(REMOTE_ADDR="203.0.113.9").post(
            "/sign-in/", {"username": "alice", "password": "not-this-one"}
        )

    answer = sign_in(client, "alice")

    assert answer.status_code == 302


def test_a_deactivated_person_cannot_sign_in(known: User, client: Client):
    User.objects.filter(username="alice").update(is_active=False)

    assert sign_in(client, "alice").status_code == 422


def test_nul_bytes_are_a_wrong_password(known: User, client: Client):
    assert sign_in(client, "al\x00ice").status_code == 422


def test_signing_out_needs_a_post(known: User, client: Client):
    client.force_login(known)

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/")["Location"].startswith("/sign-in/")
