"""The chain of seals: whatever is done to the events behind our back is noticed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from itsm.core import events, sealing
from itsm.core.models import Event, Seal
from itsm.people.models import Team

pytestmark = pytest.mark.django_db(transaction=True)

INSERT = (
    "INSERT INTO core_event (id, name, subject_type, subject_id, public, data, happened_at)"
    " SELECT id - 1, name, subject_type, subject_id, public, data, happened_at"
    " FROM core_event ORDER BY id LIMIT 1"
)


@pytest.fixture(autouse=True)
def _own_place(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def sealed(platform: Team) -> list[Event]:
    """Six events, all of them sealed, by two seals and more."""
    with transaction.atomic():
        written = events.publish("team.tested", *[platform] * 6, actor=None, data={"deep": [1, 2]})
    seal()
    return written


def seal() -> None:
    """Two rounds: what one has noted, the next one seals."""
    sealing.seal_events()
    sealing.seal_events()


def behind_our_back(*statements: str) -> None:
    """As the database's owner can, who stops at no trigger."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for each in statements:
            cursor.execute(each)


def test_what_was_left_alone_is_found_to_be_as_it_was(sealed: list[Event]) -> None:
    verdict = sealing.verify()

    assert verdict.faults == []
    assert verdict.events == Event.objects.count() >= 6


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda first, _last: f"UPDATE core_event SET data = '{{}}' WHERE id = {first}", "changed"),
        (lambda first, _: f"UPDATE core_event SET actor_id = 1 WHERE id = {first}", "changed"),
        (
            lambda first, _last: (
                "UPDATE core_event SET happened_at = happened_at"
                f" - interval '1 microsecond' WHERE id = {first}"
            ),
            "changed",
        ),
        (lambda first, _last: f"DELETE FROM core_event WHERE id = {first}", "removed"),
        (lambda _first, last: f"DELETE FROM core_event WHERE id = {last}", "removed"),
    ],
)
def test_one_event_tampered_with_is_named(
    sealed: list[Event], tamper: Callable[[int, int], str], words: str
) -> None:
    first, last = sealed[0].pk, sealed[-1].pk
    statement = tamper(first, last)

    behind_our_back(statement)

    (fault,) = sealing.verify().faults
    assert words in fault
    assert f"Event {last if str(last) in statement else first} " in fault


def test_an_inserted_event_is_named(sealed: list[Event]) -> None:
    behind_our_back(INSERT)

    (fault,) = sealing.verify().faults
    assert "was inserted afterwards" in fault


def test_two_events_swapped_are_both_named(sealed: list[Event]) -> None:
    one, other = sealed[1].pk, sealed[4].pk

    behind_our_back(
        f"UPDATE core_event SET id = -1 WHERE id = {one}",
        f"UPDATE core_event SET id = {one} WHERE id = {other}",
        f"UPDATE core_event SET id = {other} WHERE id = -1",
    )

    faults = " ".join(sealing.verify().faults)
    assert f"Event {one} was changed" in faults
    assert f"Event {other} was changed" in faults


def test_a_tail_cut_off_with_its_seals_is_noticed(sealed: list[Event], platform: Team) -> None:
    number = Seal.objects.latest("number").number
    last = Event.objects.latest("id").pk
    with transaction.atomic():
        events.publish("team.tested", platform, actor=None)
    seal()

    behind_our_back(
        f"DELETE FROM core_event WHERE id > {last}",
        f"DELETE FROM core_seal WHERE number > {number}",
    )

    assert any("tail was cut" in fault for fault in sealing.verify().faults)


def test_a_head_kept_elsewhere_is_looked_for(sealed: list[Event]) -> None:
    head = sealing.verify().head
    assert sealing.verify(head=head).faults == []

    assert sealing.verify(head="f" * 64).faults


def test_seals_forged_for_a_forged_event_do_not_fit_the_heads_written_down(
    sealed: list[Event],
) -> None:
    behind_our_back(
        f"UPDATE core_event SET data = '{{}}' WHERE id = {sealed[2].pk}", "DELETE FROM core_seal"
    )

    seal()

    assert any("written down" in fault for fault in sealing.verify().faults)


def test_a_seal_taken_out_of_the_middle_is_noticed(sealed: list[Event]) -> None:
    behind_our_back("DELETE FROM core_seal WHERE number = 1")

    assert sealing.verify().faults[0].startswith("A seal is missing")


def test_long_backlogs_are_sealed_in_batches(
    sealed: list[Event], platform: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    with transaction.atomic():
        events.publish("team.tested", *[platform] * 7, actor=None)

    seal()

    verdict = sealing.verify()
    assert verdict.faults == []
    assert verdict.events == Event.objects.count()


def test_an_event_still_on_its_way_is_waited_for(platform: Team) -> None:
    """A slow transaction holds a lower id than what was committed meanwhile."""
    slow = connection.copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_event (name, subject_type, subject_id, public, data, happened_at)"
                " VALUES ('team.tested', 'team', 1, false, '{}', now())"
            )
        with transaction.atomic():
            events.publish("team.tested", platform, actor=None)
        seal()
        assert sealing.verify().events == 0
        slow.commit()
    finally:
        slow.close()

    seal()

    verdict = sealing.verify()
    assert (verdict.faults, verdict.events) == ([], Event.objects.count())


def test_when_nothing_happens_nothing_is_sealed(sealed: list[Event]) -> None:
    seals = Seal.objects.count()

    seal()

    assert Seal.objects.count() == seals


def test_seals_are_only_ever_added(sealed: list[Event]) -> None:
    with pytest.raises(IntegrityError, match="only ever added"):
        Seal.objects.update(digest="")


def test_the_command_says_what_is_wrong_and_fails(
    sealed: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_audit_chain")
    assert re.search(r"✓ \d+ events in \d+ seals", capsys.readouterr().out)
    behind_our_back(f"DELETE FROM core_event WHERE id = {sealed[0].pk}")

    with pytest.raises(SystemExit):
        call_command("verify_audit_chain")

    assert f"✗ Event {sealed[0].pk} was removed" in capsys.readouterr().out
