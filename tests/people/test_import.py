"""People come in as a table: looked at first, then all of it or nobody."""

import pytest
from django.test import Client

from itsm.core.models import Event
from itsm.people.actions import join_team
from itsm.people.models import Membership, Team, User
from itsm.people.roles import Role
from tests.api.conftest import Caller
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/import/people/"
TABLE = """username,name,email,role,is_active,manager,teams
bob,Bob Baker,bob@example.test,agent,TRUE,alice,service-desk
nora,Nora New,nora@example.test,,,BOB,platform;service-desk
"""


@pytest.fixture
def admin(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


def outcomes(page: object) -> list[str]:
    return [each.outcome for each in page.context["report"].rows]  # type: ignore[attr-defined]


def test_a_table_of_people_is_looked_at_and_then_taken_in(
    admin: Client, alice: User, bob: User, platform: Team, service_desk: Team
) -> None:
    looked = admin.post(PAGE, {"text": TABLE})
    assert outcomes(looked) == ["changed", "added"]
    assert not User.objects.filter(username="nora").exists()

    assert admin.post(PAGE, {"text": TABLE, "write": "1"}).status_code == 302

    nora = User.objects.get(username="nora")
    bob.refresh_from_db()
    assert (nora.name, nora.role, nora.is_active, nora.manager) == (
        "Nora New",
        "requester",
        True,
        bob,
    )
    assert not nora.has_usable_password()
    assert (bob.name, bob.role, bob.manager) == ("Bob Baker", "agent", alice)
    seats = Membership.objects.filter(user__in=[bob, nora]).values_list(
        "user__username", "team__slug"
    )
    assert set(seats) == {("bob", "service-desk"), ("nora", "platform"), ("nora", "service-desk")}
    told = Event.objects.get(name="user.registered", subject_id=nora.pk).data
    assert (told["imported"], told["changes"]["manager"]) == (True, [None, "Bob Baker"])
    assert Event.objects.filter(name="team.changed").count() == 2
    assert outcomes(admin.post(PAGE, {"text": TABLE})) == ["unchanged", "unchanged"]


@pytest.mark.parametrize(
    ("table", "line", "field"),
    [
        ("username,role\nnew,agent\nother,boss\n", 3, "role"),
        ("username\nnew\nNEW\n", 3, "username"),
        ("username\nnew\nme\n", 3, "username"),
        ("username,email\nnew,new@example.test\nother,nowhere\n", 3, "email"),
        ("username,manager\nnew,nobody-here\n", 2, "manager"),
        ("username,manager\nnew,bot\n", 2, "manager"),
        ("username,manager\nnew,bob\nbob,new\n", 2, "manager"),
        ("username,teams\nnew,no-team\n", 2, "teams"),
        ("username,name\nbot,A program\n", 2, "username"),
        ("username,role\nnew,\ndana,agent\n", 3, "role"),
    ],
)
def test_a_table_with_a_wrong_row_takes_nobody_in(
    admin: Client, bob: User, bot: User, table: str, line: int, field: str
) -> None:
    page = admin.post(PAGE, {"text": table, "write": "1"})

    wrong = {each.line: list(each.errors) for each in page.context["report"].rows if each.errors}
    assert wrong[line] == [field]
    assert not User.objects.filter(username="new").exists()


def test_what_was_taken_out_can_be_taken_in_again(
    dana: User, alice: User, charlie: User, platform: Team
) -> None:
    UserFactory(username="eve", name="=cmd()", manager=alice, is_active=False)
    table = Caller(dana).get("users/export/").content.decode()

    again = Caller(dana).send("post", "users/import/", table, content_type="text/csv")

    assert "'=cmd()" in table
    assert (again.status_code, again.json()["changed"], again.json()["added"]) == (200, 0, 0)
    assert again.json()["unchanged"] == 4
    refused = Caller(alice).send("post", "users/import/", table, content_type="text/csv")
    assert refused.status_code == 403


def test_who_is_given_another_role_has_to_sign_in_anew(
    admin: Client, alice: User, platform: Team
) -> None:
    join_team(user=alice, team=platform, is_lead=True, actor=None)
    browser = Client()
    browser.force_login(alice)

    admin.post(PAGE, {"text": "username,role\nalice,manager\n", "write": "1"})

    alice.refresh_from_db()
    assert alice.role == Role.MANAGER
    assert browser.get("/account/").status_code == 302
    assert Membership.objects.get(user=alice).is_lead
