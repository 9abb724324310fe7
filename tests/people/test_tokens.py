from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from itsm.core.errors import Invalid
from itsm.core.models import Event
from itsm.people import tokens
from itsm.people.actions import issue_token, note_use, revoke_token
from itsm.people.models import ApiToken, User
from itsm.people.scopes import allows
from itsm.people.selectors import token_shown

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once_and_only_its_digest_is_kept(bot: User) -> None:
    token, plain = issue_token(user=bot, name="Jenkins")

    assert token_shown(plain) == token
    kept = ApiToken.objects.values().get()
    assert plain not in str(kept)
    assert plain[len(token.prefix) :] not in str(Event.objects.values_list("data", flat=True))


def test_two_tokens_are_never_alike_and_a_mistyped_one_is_told_without_the_database(
    django_assert_num_queries,
) -> None:
    plain = tokens.new_token()
    mistyped = plain[:-9] + ("0" if plain[-9] != "0" else "1") + plain[-8:]

    assert plain != tokens.new_token()
    with django_assert_num_queries(0):
        assert token_shown(mistyped) is None
        assert token_shown("sty_") is None
        assert token_shown("ünïcode") is None


@pytest.mark.parametrize("end", ["revoked", "expired", "inactive"])
def test_a_token_that_has_ended_opens_nothing(end: str, bot: User, dana: User) -> None:
    soon = timezone.now() + timedelta(hours=1)
    token, plain = issue_token(user=bot, name="Jenkins", expires_at=soon)
    if end == "revoked":
        revoke_token(token=token, actor=dana)
    if end == "inactive":
        bot.is_active = False
        bot.save()

    with time_machine.travel(soon + timedelta(hours=1) if end == "expired" else timezone.now()):
        assert token_shown(plain) is None


def test_the_last_use_is_noted_to_the_minute(bot: User, django_assert_num_queries) -> None:
    token, plain = issue_token(user=bot, name="Jenkins")
    note_use(token=token)

    used = token_shown(plain)

    assert used is not None
    with django_assert_num_queries(0):
        note_use(token=used)


@pytest.mark.parametrize(
    ("scopes", "collection", "writes", "answer"),
    [
        ([], "incidents", True, True),
        (["read"], "incidents", False, True),
        (["read"], "incidents", True, False),
        (["write"], "incidents", True, True),
        (["write"], "incidents", False, True),
        (["incidents:write"], "incidents", True, True),
        (["incidents:write"], "services", True, False),
        (["incidents:read"], "incidents", True, False),
    ],
)
def test_scopes_narrow_what_a_token_may(
    scopes: list[str], collection: str, writes: bool, answer: bool
) -> None:
    assert allows(scopes, collection=collection, writes=writes) is answer


def test_an_unknown_scope_is_refused(bot: User) -> None:
    with pytest.raises(Invalid, match="no scope"):
        issue_token(user=bot, name="Jenkins", scopes=["everything"])
