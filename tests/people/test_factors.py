"""Second factors: setting them up, signing in with them, and being made to have one."""

import json
import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from itsm.core.models import Event
from itsm.people import codes, limits
from itsm.people.actions.factors import add_app, add_passkey, remove_factor, reset_factors, use_code
from itsm.people.models import AuthenticatorApp, FactorRule, Session, SpareCode, User
from itsm.people.roles import Role
from itsm.people.selectors import factors_of
from tests.people.test_account import proved

pytestmark = pytest.mark.django_db

PASSWORD = "an-old-long-word"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_counts():
    limits.forget_all()


@pytest.fixture
def known(alice: User) -> User:
    alice.set_password(PASSWORD)
    alice.save()
    return alice


def code_now(secret: str = SECRET, *, later: int = 0) -> str:
    return codes.code_at(secret, step=int(time.time() // codes.STEP) + later)


@pytest.fixture
def spare(known: User) -> list[str]:
    """Alice has an app; these are her spare codes."""
    return add_app(user=known, secret=SECRET, code=code_now(later=-1))


def sign_in(client: Client, **more: str):
    return client.post("/sign-in/", {"username": "alice", "password": PASSWORD, **more})


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """RFC 6238, appendix B."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert codes.code_at(secret, step=at // codes.STEP) == code


def test_the_password_alone_does_not_let_in_who_has_a_factor(
    known: User, spare: list[str], client: Client
) -> None:
    """P34."""
    answer = sign_in(client, next="/incidents/")

    assert answer["Location"] == "/sign-in/factor/"
    assert client.get("/incidents/").status_code == 302
    assert client.get("/api/v1/incidents/").status_code in (401, 403)
    assert client.get("/account/factors/app/")["Location"] == "/sign-in/factor/"


def test_a_code_lets_in_and_leads_on(known: User, spare: list[str], client: Client) -> None:
    sign_in(client, next="/incidents/")

    answer = client.post("/sign-in/factor/", {"code": code_now()})

    assert answer["Location"] == "/incidents/"
    assert client.get("/incidents/").status_code == 200
    assert Event.objects.get(name="user.signed_in").data["how"] == "password, app"


def test_a_code_is_taken_once(known: User, spare: list[str]) -> None:
    """P34."""
    code = code_now()

    assert use_code(user=known, code=code) == "app"
    assert use_code(user=known, code=code) is None
    assert use_code(user=known, code=code_now(later=-1)) is None


def test_an_old_code_is_worth_nothing(known: User, spare: list[str]) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert use_code(user=known, code=code_now(later=-3)) is None


def test_a_spare_code_lets_in_once_however_it_is_typed(
    known: User, spare: list[str], client: Client
) -> None:
    """P34."""
    typed = spare[0].replace("-", " ").upper()
    sign_in(client)

    assert client.post("/sign-in/factor/", {"code": typed})["Location"] == "/"
    assert use_code(user=known, code=spare[0]) is None
    assert factors_of(known).spare_left == 9


def test_spare_codes_are_kept_as_digests_only(known: User, spare: list[str]) -> None:
    kept = str(list(SpareCode.objects.values()))

    assert not any(each in kept or each.replace("-", "") in kept for each in spare)


def test_the_secret_of_the_app_is_unreadable_in_the_database(
    known: User, spare: list[str], django_db_blocker
) -> None:
    """P37."""
    from django.db import connection  # noqa: PLC0415 beside its use

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM people_authenticatorapp")
        assert SECRET not in cursor.fetchone()[0]
    assert AuthenticatorApp.objects.get().secret == SECRET


def test_the_ninth_wrong_code_is_not_judged(known: User, spare: list[str], client: Client) -> None:
    """P35."""
    sign_in(client)
    for _ in range(8):
        assert client.post("/sign-in/factor/", {"code": "000000"}).status_code == 422

    answer = client.post("/sign-in/factor/", {"code": code_now()})

    assert answer.status_code == 429


def test_who_waits_too_long_begins_again(known: User, spare: list[str], client: Client) -> None:
    sign_in(client)

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = client.post("/sign-in/factor/", {"code": code_now()})

    assert answer["Location"] == "/sign-in/"


def test_a_changed_password_ends_what_was_pending(
    known: User, spare: list[str], client: Client
) -> None:
    sign_in(client)
    known.set_password("another long word")
    known.save()

    assert client.post("/sign-in/factor/", {"code": code_now()})["Location"] == "/sign-in/"


def test_an_app_is_set_up_by_its_first_code(known: User, client: Client) -> None:
    proved(client, known)
    page = client.get("/account/factors/app/").content.decode()
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found[1].replace(" ", "")

    wrong = client.post("/account/factors/app/", {"code": "000000"})
    answer = client.post("/account/factors/app/", {"code": code_now(secret)})

    assert "<svg" in page
    assert wrong.status_code == 422
    assert len(answer.context["codes"]) == codes.SPARE_CODES
    assert "no-store" in answer["Cache-Control"]
    assert factors_of(known).app is not None


def test_nobody_adds_a_factor_without_showing_who_they_are(known: User, client: Client) -> None:
    client.force_login(known)

    answer = client.get("/account/factors/app/")

    assert answer["Location"].startswith("/account/confirm/?next=")


def test_who_must_have_a_factor_is_led_to_set_one_up_before_anything_else(
    known: User, client: Client
) -> None:
    """P34."""
    FactorRule.objects.create(role=Role.AGENT)

    answer = sign_in(client, next="/incidents/")

    assert answer["Location"] == "/sign-in/enrol/"
    assert client.get("/incidents/").status_code == 302
    page = client.get("/account/factors/app/").content.decode()
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    code = code_now(found[1].replace(" ", ""))
    answer = client.post("/account/factors/app/", {"code": code})
    assert answer.context["onward"] == "/incidents/"
    assert client.get("/incidents/").status_code == 200


def test_a_rule_of_the_admin_ends_the_sessions_of_those_without_a_factor(
    known: User, spare: list[str], bob: User, dana: User, client: Client
) -> None:
    for user in (known, bob):
        Client().force_login(user)
    client.force_login(dana)

    answer = client.post("/admin/people/factorrule/add/", {"role": Role.AGENT})

    assert answer.status_code == 302
    assert Session.objects.filter(user=known).exists()
    assert not Session.objects.filter(user=bob).exists()
    assert Event.objects.filter(name="factor_rule.added", actor=dana).exists()


def test_the_last_factor_stays_where_one_is_needed(
    known: User, spare: list[str], client: Client
) -> None:
    FactorRule.objects.create(role=Role.AGENT)
    proved(client, known)

    client.post("/account/factors/remove/", {"which": "app"})

    assert factors_of(known).count == 1


def test_a_factor_that_is_not_needed_goes_with_its_spare_codes(
    known: User, spare: list[str], client: Client
) -> None:
    proved(client, known)

    client.post("/account/factors/remove/", {"which": "app"})

    factors = factors_of(known)
    assert (factors.count, factors.spare_left) == (0, 0)
    assert Event.objects.filter(name="user.factor_removed", actor=known).exists()


def test_dana_resets_the_factors_of_somebody_who_lost_the_phone(
    known: User, spare: list[str], dana: User, client: Client
) -> None:
    client.force_login(known)

    reset_factors(user=known, actor=dana)

    assert factors_of(known).count == 0
    assert client.get("/account/").status_code == 302
    assert Event.objects.filter(name="user.factors_removed", actor=dana).exists()


def test_a_new_password_by_mail_does_not_skip_the_second_step(
    known: User, spare: list[str], client: Client
) -> None:
    """P34."""
    known.set_password("four plain walls dance")
    known.save()

    answer = client.post("/sign-in/", {"username": "alice", "password": "four plain walls dance"})

    assert answer["Location"] == "/sign-in/factor/"


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"id": 7}',
        '{"id": "a2V5"}',
        "[" * 5000,
        '{"id": "a2V5", "response": 1}',
    ],
)
def test_rubbish_instead_of_a_passkey_is_refused(
    known: User, client: Client, credential: str
) -> None:
    """P25."""
    add_passkey(user=known, name="Key", credential="a2V5", public_key=b"x", sign_count=0)
    client.post("/sign-in/passkey/options/")

    assert client.post("/sign-in/passkey/", {"credential": credential}).status_code == 422
    proved(client, known)
    client.post("/account/factors/passkey/options/")
    answer = client.post("/account/factors/passkey/", {"credential": credential})
    assert answer.status_code == 302
    assert factors_of(known).count == 1


def test_any_passkey_shown_alone_must_ask_for_a_finger_or_a_pin(client: Client) -> None:
    options = json.loads(client.post("/sign-in/passkey/options/").content)

    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []


def test_nobody_removes_the_passkey_of_somebody_else(known: User, bob: User) -> None:
    add_passkey(user=bob, name="Key", credential="a2V5", public_key=b"x", sign_count=0)
    key = bob.passkeys.get()

    with pytest.raises(Exception, match="gone"):
        remove_factor(user=known, which=str(key.pk))

    assert bob.passkeys.exists()
