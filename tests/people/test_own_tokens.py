"""One's own API tokens, on one's own page."""

import pytest
from django.test import Client

from itsm.people.actions import issue_token
from itsm.people.models import ApiToken, User
from tests.people.test_account import proved

pytestmark = pytest.mark.django_db

ASKED = {"name": "Night script", "reach": "read", "days": "30"}


def test_alice_makes_a_token_that_is_shown_once_and_works(client: Client, alice: User) -> None:
    proved(client, alice)

    page = client.post("/account/tokens/issue/", ASKED)
    plain = page.context["plain"]

    answer = Client().get("/api/v1/incidents/", headers={"Authorization": f"Bearer {plain}"})
    assert answer.status_code == 200
    assert plain not in client.get("/account/tokens/").content.decode()
    token = ApiToken.objects.get()
    assert (token.user, token.scopes) == (alice, ["read"])
    assert token.expires_at is not None


def test_a_token_is_made_only_by_who_has_lately_shown_who_they_are(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    answer = client.post("/account/tokens/issue/", ASKED)

    assert answer["Location"].startswith("/account/confirm/")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "\x00"}, {"reach": "all"}, {"days": "9999"}, {"only": "everything"}],
)
def test_tokens_that_mean_nothing_are_refused(
    client: Client, alice: User, wrong: dict[str, str]
) -> None:
    proved(client, alice)

    assert client.post("/account/tokens/issue/", {**ASKED, **wrong}).status_code == 422
    assert not ApiToken.objects.exists()


def test_alice_revokes_her_own_tokens_alone(client: Client, alice: User, bob: User) -> None:
    own, _plain = issue_token(user=alice, name="Mine")
    other, _plain = issue_token(user=bob, name="Bob's")
    client.force_login(alice)

    codes = [
        client.post("/account/tokens/revoke/", {"which": which}).status_code
        for which in (own.pk, other.pk, "x", "")
    ]

    assert codes == [302, 404, 404, 404]
    own.refresh_from_db()
    other.refresh_from_db()
    assert own.revoked_at is not None
    assert other.revoked_at is None


def test_the_list_of_tokens_costs_the_same_for_many(
    client: Client, charlie: User, django_assert_num_queries
) -> None:
    for _ in range(20):
        issue_token(user=charlie, name="One")
    client.force_login(charlie)

    with django_assert_num_queries(3 + 1):
        client.get("/account/tokens/")
