"""The old history of another tool: kept with its own times, once, and nobody is told of it."""

import gzip
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from incidents.history.layout import layout_from, layout_named
from incidents.models import Incident, PastRecord, RowAside
from itsm.core.errors import Invalid
from itsm.core.models import Delivery, Event
from itsm.people.models import Team, User
from tests.runbooks.test_crashes import environment

HERE = Path(__file__).parent / "history"


def take_in(layout: str, file: Path, **options: Any) -> str:
    out = StringIO()
    call_command("import_history", layout, str(file), username="dana", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
class TestServiceNow:
    def test_records_are_what_they_came_to(self, alice: User, dana: User) -> None:
        told = take_in("servicenow", HERE / "servicenow.csv")

        assert "13 rows: 10 events of 3 incidents, 3 rows aside." in told
        assert "10 events of 3 incidents were written" in told
        first, second, third = Incident.objects.order_by("pk")
        assert first.title == "Printing, Paper"
        assert first.custom["imported"]["number"] == "INC0000007"
        assert first.custom["imported"]["people"]["caller"] == "Caller 1"
        assert (first.state, first.phase, first.priority) == ("closed", "closed", 1)
        assert first.opened_at == datetime(2016, 2, 1, 8, 0, tzinfo=UTC)
        assert first.acknowledged_at == datetime(2016, 2, 1, 8, 30, tzinfo=UTC)
        assert first.resolved_at == datetime(2016, 2, 1, 11, 0, tzinfo=UTC)
        assert first.closed_at == datetime(2016, 2, 6, 12, 0, tzinfo=UTC)
        assert (first.reassignment_count, first.reopen_count) == (1, 0)
        assert first.resolved_by == alice
        assert str(first.team) == "Print Room"
        # The column does not say when; then it is when it was resolved for the last time.
        assert second.resolved_at == datetime(2016, 2, 2, 13, 0, tzinfo=UTC)
        assert (second.state, second.reopen_count) == ("resolved", 1)
        assert second.auto_close_at is None
        assert (third.state, third.resolved_at) == ("in_progress", None)

    def test_every_row_is_an_event_at_its_own_time(
        self, client: Client, alice: User, dana: User
    ) -> None:
        take_in("servicenow", HERE / "servicenow.csv")

        first, second, _third = Incident.objects.order_by("pk")
        told = Event.objects.filter(subject_type="incident", subject_id=first.pk).order_by("pk")
        assert [(each.name, each.happened_at.hour) for each in told] == [
            ("incident.opened", 8),
            ("incident.started", 8),
            ("incident.paused", 9),
            ("incident.resolved", 11),
            ("incident.closed", 12),
        ]
        assert told[2].actor == alice
        assert told[2].data["imported"] == {"source": "servicenow", "row": 4, "by": "alice"}
        platform, printers = Team.objects.get(slug="platform"), Team.objects.get(name="Print Room")
        assert told[2].data["diff"]["team_id"] == [platform.pk, printers.pk]
        names = Event.objects.filter(subject_id=second.pk, subject_type="incident")
        assert "incident.reopened" in names.values_list("name", flat=True)
        client.force_login(alice)
        page = client.get(f"/incidents/{first.number}/").content.decode()
        assert "put it on hold, awaiting the caller" in page

    def test_nobody_is_told_and_nothing_acts(self, alice: User, dana: User) -> None:
        before = Delivery.objects.count()

        take_in("servicenow", HERE / "servicenow.csv")

        owed = Delivery.objects.filter(event__subject_type="incident")
        assert (owed.count(), before) == (0, before)

    def test_rubbish_is_kept_aside_with_its_row(self, dana: User) -> None:
        told = take_in("servicenow", HERE / "servicenow.csv")

        aside = dict(RowAside.objects.values_list("line", "why"))
        assert aside == {
            8: "The state -100 is not known.",
            12: "sys_updated_at is no time: yesterday",
            13: "It has 6 cells and not 36.",
        }
        assert "  row 8: The state -100 is not known." in told
        assert RowAside.objects.get(line=13).text == "INC0000009,Active,true,0,0,1"

    def test_a_dry_run_says_it_all_and_writes_nothing(self, dana: User) -> None:
        told = take_in("servicenow", HERE / "servicenow.csv", dry_run=True)

        assert "Mean time to resolve 4.00 h, 1 reassignments, 1 reopened, 1 open" in told
        assert "Teams: 2 (Platform, Print Room)." in told
        assert "Nothing was written." in told
        assert not Incident.objects.exists()
        assert not Team.objects.exists()
        assert not RowAside.objects.exists()

    def test_a_second_time_changes_nothing(self, dana: User) -> None:
        take_in("servicenow", HERE / "servicenow.csv")
        events = Event.objects.count()

        told = take_in("servicenow", HERE / "servicenow.csv")

        assert "0 events of 0 incidents were written" in told
        assert "3 incidents were known already" in told
        assert (Incident.objects.count(), Event.objects.count()) == (3, events)
        assert RowAside.objects.count() == 3


@pytest.mark.django_db
def test_volvos_log_is_folded_from_its_rows(dana: User) -> None:
    take_in("volvo", HERE / "volvo.csv")

    first, second = Incident.objects.order_by("pk")
    assert first.title == "PROD453, Org line C"
    assert first.state == "resolved"
    assert first.resolved_at == datetime(2011, 2, 1, 11, 12, 22, tzinfo=UTC)
    assert (first.reassignment_count, first.reopen_count, first.impact) == (2, 1, 1)
    assert (second.state, str(second.team)) == ("new", "S42")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a,b\n1,2\n", "The file has no column assigned"),
        (b"", "The file has no column"),
        (gzip.compress(b"a,b\n1,2\n" * 9999, mtime=0)[:-9], "cannot be read after row"),
    ],
)
def test_what_is_no_such_log_is_refused(
    content: bytes, why: str, tmp_path: Path, dana: User
) -> None:
    file = tmp_path / "log.csv"
    head = (HERE / "servicenow.csv").read_bytes().splitlines(keepends=True)[0]
    file.write_bytes(gzip.compress(head * 9999)[:-9] if content[:2] == b"\x1f\x8b" else content)

    with pytest.raises(CommandError, match=why):
        take_in("servicenow", file)


@pytest.mark.django_db
def test_only_administrators_take_a_history_in(alice: User) -> None:
    with pytest.raises(CommandError, match="Only administrators"):
        call_command("import_history", "volvo", str(HERE / "volvo.csv"), username="alice")


GOOD = "{name: n, record: r, at: t, state: {columns: [s], means: {a: new}}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1]", "Write names and values"),
        ("{name: n}", "Say record, at, state"),
        (GOOD + ", colour: red}", "colour is not known"),
        (GOOD.replace("a: new", "a: gone") + "}", "a cannot mean gone"),
        (GOOD + ", zone: Moon/Base}", "no time zone Moon/Base"),
        (GOOD + ", fields: {mood: m}}", "mood is not known"),
        (GOOD + ", means: {impact: {column: i, means: {High: 9}}}}", "High cannot mean 9"),
        (GOOD + ", means: {impact: 3}}", "Say of impact its column"),
        (GOOD + ", fields: 3}", "Write names and values in fields"),
    ],
)
def test_a_layout_that_is_wrong_says_where(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        layout_from(text)


def test_a_layout_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(Invalid, match="Known: servicenow, volvo"):
        layout_named("../../settings")


def long_log(file: Path, records: int) -> None:
    """A log in Volvo's form with four rows a record."""
    lines = [(HERE / "volvo.csv").read_text().splitlines()[0]]
    start = datetime(2012, 1, 1, tzinfo=UTC)
    for place in range(records):
        for step, state in enumerate(
            ("Queued,Awaiting Assignment", "Accepted,In Progress", "Completed,Resolved")
        ):
            at = (start + timedelta(minutes=place, hours=step)).isoformat()
            lines.append(f"9-{place},{at},{state},Ann,G{place % 9},SE,se,Line,R,Low,P{place % 5}")
    file.write_text("\n".join(lines))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_import_that_was_killed_goes_on_and_takes_each_record_in_once(
    dana: User, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    long_log(file, 3000)
    work = [sys.executable, "manage.py", "import_history", "volvo", str(file), "--as", "dana"]
    process = subprocess.Popen(work, env=environment(tmp_path), stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not PastRecord.objects.exists():
        assert time.monotonic() < end, "It wrote nothing."
        connection.close()
        time.sleep(0.02)

    process.kill()
    process.wait()
    done = PastRecord.objects.count()
    told = take_in("volvo", file)

    assert done > 0
    assert f"{done:,} incidents were known already" in told
    assert PastRecord.objects.count() == Incident.objects.count() == 3000
    assert Event.objects.filter(subject_type="incident").count() == 9000
