"""What people change about themselves."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from itsm.core import delivery
from itsm.core.models import Event
from itsm.people.models import Session, User
from itsm.people.proof import LASTS

pytestmark = pytest.mark.django_db

PREFERENCES = {"time_zone": "Asia/Tokyo", "language": "de", "theme": "dark"}


def proved(client: Client, user: User) -> Client:
    """A browser at which the person has just shown who they are."""
    client.force_login(user)
    session = client.session
    session["proved_at"] = int(timezone.now().timestamp())
    session.save()
    return client


def test_staff_and_end_users_each_see_the_page_in_their_own_frame(
    client: Client, alice: User, charlie: User
) -> None:
    client.force_login(alice)
    assert b'class="staff"' in client.get("/account/").content

    client.force_login(charlie)
    assert b'class="portal"' in client.get("/account/").content


def test_the_zone_language_colours_and_keys_are_kept(client: Client, alice: User) -> None:
    client.force_login(alice)

    answer = client.post("/account/preferences/", PREFERENCES)

    alice.refresh_from_db()
    assert answer.status_code == 302
    assert (alice.time_zone, alice.language, alice.theme) == ("Asia/Tokyo", "de", "dark")
    assert not alice.single_keys
    assert client.cookies["theme"].value == "dark"
    event = Event.objects.get(name="user.changed")
    assert set(event.data["changes"]) == {"language", "single_keys", "theme", "time_zone"}


def test_pages_come_in_the_language_and_zone_of_the_person(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/account/preferences/", PREFERENCES)

    with time_machine.travel("2026-11-25T12:00:00Z", tick=False):
        client.force_login(alice)
        page = client.get("/account/", headers={"Accept-Language": "en"})

    assert page["Content-Language"] == "de"
    assert '<html lang="de"' in page.content.decode()
    assert "21:00" in page.content.decode()


def test_who_is_not_signed_in_is_answered_in_the_language_of_the_browser(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    client.post("/account/preferences/", PREFERENCES)
    client.get("/account/")

    page = Client().get("/sign-in/", headers={"Accept-Language": "en"})

    assert page["Content-Language"] == "en"


def test_switched_off_keys_are_told_to_the_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/account/preferences/", PREFERENCES)

    assert b'data-keys="off"' in client.get("/account/").content


@pytest.mark.parametrize(
    "wrong",
    [{"time_zone": "Mars/Base"}, {"time_zone": "../etc"}, {"language": "tlh"}, {"theme": "pink"}],
)
def test_preferences_nobody_has_are_refused(
    client: Client, alice: User, wrong: dict[str, str]
) -> None:
    client.force_login(alice)

    answer = client.post("/account/preferences/", {**PREFERENCES, **wrong})

    assert answer.status_code == 422
    assert f"wrong-{next(iter(wrong))}" in answer.content.decode()


def test_the_address_for_mail_is_changed_only_by_who_has_just_shown_who_they_are(
    client: Client, alice: User
) -> None:
    given = {"name": "Alice", "email": "new@example.test"}
    proved(client, alice)

    with time_machine.travel(timezone.now() + timedelta(seconds=LASTS + 1)):
        late = client.post("/account/profile/", given)
    in_time = client.post("/account/profile/", given)

    assert (late.status_code, in_time.status_code) == (422, 302)
    assert User.objects.get(username="alice").email != "new@example.test"
    delivery.deliver_owed()
    asked, warned = mail.outbox
    assert (asked.to, warned.to) == (["new@example.test"], ["alice@example.test"])
    link = re.search(r"/account/email/\S+", str(asked.body))
    assert link
    assert b"new@example.test" in Client().get(link[0]).content
    assert Client().post("/account/email/", {"token": link[0].partition("=")[2]}).status_code == 302
    assert User.objects.get(username="alice").email == "new@example.test"
    assert Client().get(link[0]).status_code == 410, "works once"


@pytest.mark.parametrize("token", ["", "\x00", "a:b:c", "é" * 2000])
def test_a_forged_link_changes_no_address(client: Client, alice: User, token: str) -> None:
    for answer in (
        client.get("/account/email/", {"token": token}),
        client.post("/account/email/", {"token": token}),
    ):
        assert answer.status_code == 410


def test_the_link_of_an_address_ends_after_a_day(client: Client, alice: User) -> None:
    proved(client, alice)
    client.post("/account/profile/", {"name": "Alice", "email": "new@example.test"})
    delivery.deliver_owed()
    link = re.search(r"/account/email/\S+", str(mail.outbox[0].body))
    assert link

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert client.get(link[0]).status_code == 410


def test_the_menu_keeps_the_colours_for_all_browsers(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert client.post("/account/theme/", {"theme": "light"}).status_code == 204
    assert client.post("/account/theme/", {"theme": "\x00"}).status_code == 422

    alice.refresh_from_db()
    assert alice.theme == "light"


def test_a_session_ends_after_eight_hours_without_use(client: Client, alice: User) -> None:
    """P32."""
    client.force_login(alice)
    with time_machine.travel(timezone.now() + timedelta(hours=7)):
        assert client.get("/account/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=14)):
        assert client.get("/account/").status_code == 200

    with time_machine.travel(timezone.now() + timedelta(hours=22, minutes=5)):
        assert client.get("/account/").status_code == 302


def test_a_session_ends_after_a_day_however_much_it_is_used(client: Client, alice: User) -> None:
    """P32."""
    client.force_login(alice)
    for hours in (6, 12, 18, 23):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            assert client.get("/account/").status_code == 200

    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=5)):
        assert client.get("/account/").status_code == 302


def test_a_session_knows_whose_it_is_and_where_it_was_used(client: Client, alice: User) -> None:
    client.force_login(alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        client.get("/account/", headers={"User-Agent": "Firefox"}, REMOTE_ADDR="203.0.113.9")

    session = Session.objects.get()
    assert (session.user, session.device, session.place) == (alice, "Firefox", "203.0.113.9")


def test_the_page_of_the_account_costs_no_more_than_the_session_the_person_and_the_frame(
    client: Client, charlie: User, django_assert_num_queries
) -> None:
    client.force_login(charlie)

    with django_assert_num_queries(3):
        client.get("/account/")
