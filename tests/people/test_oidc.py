"""Signing in with a real OpenID provider, which runs beside the tests on loopback."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.db import connection
from django.test import Client

from itsm.core.models import Event
from itsm.people import limits
from itsm.people.models import FactorRule, Identity, IdentityProvider, User
from itsm.people.roles import Role
from tests.loopback import PLAIN

pytestmark = pytest.mark.django_db

CLAIMS = {
    "email": "alice@example.test",
    "email_verified": True,
    "preferred_username": "alice.a",
    "name": "Alice Arnold",
    "groups": ["it-staff"],
}
SECRET = "planted-client-secret"


class House:
    """The other house: a provider in its own process, and what it knows of people."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--require-nonce", "true"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                httpx.get(f"{self.address}/jwks", timeout=5, verify=PLAIN)
            except httpx.HTTPError:
                time.sleep(0.2)
            else:
                return
        pytest.fail("The provider did not answer.")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def knows(self, subject: str, **claims: object) -> None:
        httpx.put(f"{self.address}/users/{subject}", json=claims).raise_for_status()

    def answer(self, there: str, *, subject: str) -> str:
        """What the browser is sent back to after the person said who they are."""
        answer = httpx.post(there, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    running = House()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def provider(house: House, settings) -> IdentityProvider:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    limits.forget_all()
    return IdentityProvider.objects.create(
        name="Example Co",
        slug="example",
        issuer=house.address,
        client_id="steady",
        client_secret=SECRET,
        roles={"it-staff": Role.AGENT, "it-leads": Role.MANAGER},
    )


def there(client: Client, *, wanted: str = "") -> str:
    return client.get(f"/sign-in/with/example/?next={wanted}")["Location"]


def come_in(client: Client, house: House, *, subject: str = "a-1", wanted: str = ""):
    back = urlsplit(house.answer(there(client, wanted=wanted), subject=subject))
    return client.get(f"{back.path}?{back.query}")


def test_somebody_new_is_made_known_with_the_role_of_the_group(
    house: House, provider: IdentityProvider, client: Client
) -> None:
    house.knows("a-1", **CLAIMS)

    answer = come_in(client, house, wanted="/incidents/")

    user = User.objects.get(username="alice.a")
    assert answer["Location"] == "/incidents/"
    assert (user.name, user.email, user.role) == ("Alice Arnold", CLAIMS["email"], Role.AGENT)
    assert not user.has_usable_password()
    assert client.get("/incidents/").status_code == 200
    assert Event.objects.get(name="user.signed_in").data["how"] == "oidc example"


def test_the_browser_is_sent_with_state_nonce_and_proof_to_the_exact_address(
    house: House, provider: IdentityProvider, client: Client
) -> None:
    asked = parse_qs(urlsplit(there(client)).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) > 30
    assert asked["nonce"] != asked["state"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/with/example/back/"]


def test_the_same_person_is_recognised_again_and_gets_a_new_role(
    house: House, provider: IdentityProvider
) -> None:
    house.knows("a-1", **CLAIMS)
    come_in(Client(), house)
    house.knows("a-1", **{**CLAIMS, "name": "Other", "groups": ["it-staff", "it-leads"]})

    come_in(Client(), house)

    assert User.objects.get(username="alice.a").role == Role.MANAGER
    assert Identity.objects.count() == 1


@pytest.mark.parametrize(
    ("is_verified", "is_linked"), [(True, True), (False, False), ("true", False)]
)
def test_only_a_verified_address_makes_somebody_the_person_we_know(
    is_verified: object, is_linked: bool, house: House, provider: IdentityProvider, alice: User
) -> None:
    house.knows("a-2", **{**CLAIMS, "email_verified": is_verified})

    come_in(Client(), house, subject="a-2")

    assert alice.identities.exists() is is_linked


def test_who_is_above_somebody_is_read_from_the_claim_and_never_in_a_circle(
    house: House, provider: IdentityProvider, alice: User, bob: User
) -> None:
    provider.manager_claim = "manager"
    provider.save()
    for subject, user, manager in (("a-3", alice, "bob"), ("a-4", bob, "a-3")):
        told = {"email": user.email, "manager": manager, "groups": ["it-staff"]}
        house.knows(subject, **{**CLAIMS, **told})
        come_in(Client(), house, subject=subject)

    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.manager, bob.manager) == (bob, None)


@pytest.mark.parametrize("change", ["state", "code", "session", "twice", "denied"])
def test_an_answer_that_is_not_to_our_question_is_refused(
    change: str, house: House, provider: IdentityProvider, client: Client
) -> None:
    house.knows("a-1", **CLAIMS)
    back = urlsplit(house.answer(there(client), subject="a-1"))
    given = {name: values[0] for name, values in parse_qs(back.query).items()}
    browser = Client() if change == "session" else client
    if change in ("state", "code"):
        given[change] = "made-up"
    if change == "denied":
        given = {"error": "access_denied", "state": given["state"]}
    if change == "twice":
        client.get(back.path, given)
        browser.post("/sign-out/")

    answer = browser.get(back.path, given)

    assert answer.status_code == 422
    assert browser.get("/account/").status_code == 302


def test_keys_that_were_changed_are_fetched_anew(
    house: House, provider: IdentityProvider, client: Client
) -> None:
    house.knows("a-1", **CLAIMS)
    come_in(Client(), house)
    house.stop()
    house.start()
    house.knows("a-1", **CLAIMS)

    answer = come_in(client, house)

    assert answer["Location"] == "/"


def test_the_second_step_follows_unless_the_provider_asks_for_it_itself(
    house: House, provider: IdentityProvider
) -> None:
    """P34."""
    FactorRule.objects.create(role=Role.AGENT)
    house.knows("a-1", **CLAIMS)

    asked = come_in(Client(), house)
    IdentityProvider.objects.update(asks_second_factor=True)
    spared = come_in(Client(), house)

    assert asked["Location"] == "/sign-in/enrol/"
    assert spared["Location"] == "/"


def test_one_place_that_fails_does_not_lock_the_others_out(
    provider: IdentityProvider, client: Client
) -> None:
    for _ in range(limits.FACTOR.of_account + 1):
        client.get("/sign-in/with/example/back/")

    assert client.get("/sign-in/with/example/back/").status_code == 429
    elsewhere = client.get("/sign-in/with/example/back/", REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 422


def test_nobody_new_is_let_in_where_only_known_people_may(
    house: House, provider: IdentityProvider, client: Client
) -> None:
    IdentityProvider.objects.update(makes_people=False)
    house.knows("b-1", **{**CLAIMS, "email": "new@example.test"})

    assert come_in(client, house, subject="b-1").status_code == 422


def test_a_provider_nobody_offers_is_not_there(provider: IdentityProvider, client: Client) -> None:
    IdentityProvider.objects.update(is_active=False)

    assert client.get("/sign-in/with/example/").status_code == 404
    assert b"Example Co" not in client.get("/sign-in/").content


def test_a_provider_that_is_away_is_said_to_be(provider: IdentityProvider, client: Client) -> None:
    IdentityProvider.objects.update(issuer="http://127.0.0.1:9")

    answer = client.get("/sign-in/with/example/")

    assert answer.status_code == 502


def test_the_client_secret_is_unreadable_in_the_database_and_not_shown_in_the_admin(
    provider: IdentityProvider, dana: User, client: Client
) -> None:
    """P37."""
    client.force_login(dana)
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_secret FROM people_identityprovider")
        kept = cursor.fetchone()[0]

    page = client.get(f"/admin/people/identityprovider/{provider.pk}/change/")

    assert SECRET not in kept
    assert page.status_code == 200
    assert SECRET not in page.content.decode()
