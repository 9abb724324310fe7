"""Signing in with a second step or with a passkey alone, and ending sessions, in a real browser."""

import re
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import Page, expect

from itsm.people import codes
from itsm.people.models import User
from tests.journeys.conftest import House, Person, Sit
from tests.journeys.looking import shut_out

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
]
PASSWORD = "four plain walls dance"


@pytest.fixture
def known(alice: User) -> User:
    # The house runs with its own hasher, not with the fast one of the tests.
    alice.password = Argon2PasswordHasher().encode(PASSWORD, "some-salt-of-ours")
    alice.save()
    return alice


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in/?next=/account/security/")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/sign-in/$"))


def by_name(house: House) -> str:
    """The house by its name, since passkeys belong to names and not to numbers."""
    return house.address.replace("127.0.0.1", "localhost")


def give_authenticator(person: Person) -> None:
    line = person.context.new_cdp_session(person.page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.parametrize("face", ["wide", "phone"])
def test_alice_sets_up_an_app_and_signs_in_with_its_code(
    face: str, sit: Sit, known: User, house: House
):
    page = sit(None, face=face).page
    sign_in(page, house.address)
    page.get_by_role("link", name="Set up").click()
    page.get_by_text("No camera?").click()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    step = int(time.time() // codes.STEP)

    page.get_by_label("Code of the app").fill(codes.code_at(secret, step=step))
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".codes li")).to_have_count(codes.SPARE_CODES)
    spare = page.locator(".codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)
    sign_in(page, house.address)
    expect(page).to_have_url(re.compile(r"/sign-in/factor/$"))
    page.get_by_label("Code of your app").fill(codes.code_at(secret, step=step + 1))
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile(r"/account/security/$"))

    sign_out(page)
    sign_in(page, house.address)
    page.get_by_label("Code of your app").fill(spare)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("9 codes are left.")).to_be_visible()


def test_alice_adds_a_passkey_and_signs_in_with_nothing_else(sit: Sit, known: User, house: House):
    person = sit(None, new=True)
    give_authenticator(person)
    page = person.page
    sign_in(page, by_name(house))
    page.get_by_label("A name to know it by").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".codes li")).to_have_count(codes.SPARE_CODES)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My laptop")).to_be_visible()
    sign_out(page)

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page).to_have_url(re.compile(r"//[^/]+/$"))
    assert known.passkeys.get().used_at is not None


def test_alice_shows_her_passkey_after_the_password(sit: Sit, known: User, house: House):
    person = sit(None, new=True)
    give_authenticator(person)
    page = person.page
    sign_in(page, by_name(house))
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)
    sign_in(page, by_name(house))

    page.get_by_role("button", name="Use your passkey").click()

    expect(page).to_have_url(re.compile(r"/account/security/$"))


def test_alice_ends_the_session_of_her_phone(sit: Sit, known: User, house: House):
    page = sit(known).go("/account/sessions/")
    phone = sit(known, face="phone").go("/account/")
    page.reload()

    page.get_by_role("button", name=re.compile("^End the session")).first.click()

    expect(page.locator(".things li")).to_have_count(1)
    phone.reload()
    expect(phone).to_have_url(re.compile(r"/sign-in/"))


def test_a_filled_account_shuts_nobody_out(sit: Sit, known: User):
    found = {}
    person = sit(known, face="small", color_scheme="dark")
    for path in ("", "security/", "sessions/", "tokens/"):
        page = person.go(f"/account/{path}")
        found[path] = shut_out(page)
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, path

    assert {path: what for path, what in found.items() if what} == {}
