"""The live line: everything that may be seen is told, in order, once; and nothing else."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.db import connection

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.news import horizon, news_after, parse_cursor
from itsm.dashboard.hub import hub
from itsm.dashboard.urls import websocket_urlpatterns
from itsm.people.actions import change_user
from itsm.people.actions.passwords import change_password
from itsm.people.models import User
from itsm.people.session_store import SessionStore
from itsm.tickets.actions import comment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
application = URLRouter(websocket_urlpatterns)


@pytest.fixture(autouse=True)
def _quick_rhythm(monkeypatch: pytest.MonkeyPatch):
    """The hub's polling, ten times as fast; nobody rings in tests."""
    monkeypatch.setattr("itsm.dashboard.hub.POLL", 0.2)


class Line:
    """A browser's end of the live line."""

    def __init__(self, **scope: Any) -> None:
        at = {"type": "websocket", "path": "/ws/live/", "headers": [], "subprotocols": []}
        self.application = ApplicationCommunicator(application, {**at, **scope})

    async def connect(self) -> None:
        await self.application.send_input({"type": "websocket.connect"})
        assert (await self.application.receive_output())["type"] == "websocket.accept"

    async def hear(self, within: float = 4) -> dict[str, Any]:
        heard: dict[str, Any] = json.loads(
            (await self.application.receive_output(timeout=within))["text"]
        )
        return heard

    async def is_silent(self) -> bool:
        """Whether nothing comes for longer than the hub's own rhythm."""
        return bool(await self.application.receive_nothing(timeout=1))

    async def end(self) -> None:
        await self.application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.application.wait(timeout=3)

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.application.send_input({"type": "websocket.receive", "text": text})


@asynccontextmanager
async def line_of(user: User, *, since: str | None = None, **more: str) -> AsyncIterator[Line]:
    session = SessionStore()
    await sync_to_async(session.create)()
    line = Line(user=user, session=session)
    await line.connect()
    hello = await line.hear()
    assert hello["type"] == "hello"
    await line.say({"type": "resume", "cursor": since or hello["cursor"], **more})
    try:
        yield line
    finally:
        await line.end()


@sync_to_async
def opened(title: str, *, caller: User, actor: User) -> Incident:
    return actions.open_incident(report=Report(title=title, caller=caller), actor=actor)


@sync_to_async
def said(incident: Incident, body: str, *, actor: User, public: bool = True) -> None:
    comment(ticket=incident, actor=actor, body=body, public=public)


async def test_staff_hear_of_a_new_incident(alice: User, charlie: User):
    async with line_of(alice) as line:
        incident = await opened("No sound", caller=charlie, actor=charlie)

        heard = await line.hear()

        assert heard["name"] == "incident.opened"
        assert (heard["kind"], heard["number"]) == ("incident", incident.number)
        assert heard["version"] == incident.version
        assert parse_cursor(heard["cursor"])


async def test_what_happened_while_away_is_told_on_return_once_and_in_order(
    alice: User, charlie: User
):
    """P14."""
    incident = await opened("No sound", caller=charlie, actor=charlie)
    since = str(await sync_to_async(horizon)())
    for count in range(5):
        await said(incident, f"Line {count}", actor=charlie)

    async with line_of(alice, since=since) as line:
        await said(incident, "Line 5", actor=charlie)
        heard = [await line.hear() for _ in range(6)]

        ids = [each["id"] for each in heard]
        assert ids == sorted(set(ids))
        assert await line.is_silent()


async def test_an_end_user_hears_only_public_events_of_own_items(
    alice: User, charlie: User, frank: User
):
    """P22."""
    incident = await opened("No sound", caller=charlie, actor=charlie)
    async with line_of(charlie) as of_charlie, line_of(frank) as of_frank:
        await said(incident, "Ask the vendor", actor=alice, public=False)
        await said(incident, "We are on it", actor=alice)

        heard = await of_charlie.hear()

        assert heard["name"] == "incident.commented"
        assert await of_frank.is_silent()


async def test_a_run_that_speaks_is_told_to_whoever_shows_it(alice: User, charlie: User):
    """Hundreds may speak at once, several times a second; who does not say hears of all."""
    lines = line_of(alice, watches="run-7"), line_of(alice), line_of(charlie)
    async with lines[0] as of_alice, lines[1] as of_any, lines[2] as of_end:
        await opened("No sound", caller=charlie, actor=charlie)
        for line in (of_alice, of_any, of_end):
            assert (await line.hear())["name"] == "incident.opened"
        for number in (6, 7):
            await hub().pass_on(f"run {number}")

        assert await of_alice.hear() == {"type": "run", "number": "run-7"}
        assert [(await of_any.hear())["number"] for _ in range(2)] == ["run-6", "run-7"]
        assert await of_end.is_silent()


async def test_staff_alone_hear_that_somebody_came_to_a_ticket(alice: User, charlie: User):
    """UX11."""
    incident = await opened("No sound", caller=charlie, actor=charlie)
    async with line_of(alice) as of_alice, line_of(charlie) as of_charlie:
        await hub().pass_on(f"presence {incident.pk}")
        await hub().pass_on("presence 0")
        await hub().pass_on("nonsense")

        heard = await of_alice.hear()

        assert heard == {"type": "presence", "number": incident.number}
        assert await of_alice.is_silent()
        assert await of_charlie.is_silent()


async def test_a_slow_transaction_is_not_passed_over(alice: User, charlie: User):
    """P14: an event that commits late has a low xid; a cursor by id alone would skip it."""
    incident = await opened("No sound", caller=charlie, actor=charlie)
    async with line_of(alice) as line:
        slow = await sync_to_async(slow_writer)(incident)
        await said(incident, "Quick", actor=charlie)
        quick = await line.hear()
        cursor = parse_cursor(quick["cursor"])
        assert cursor is not None

        await sync_to_async(slow.commit)()
        late = await line.hear()

        assert late["name"] == "incident.slow_note_made"
        news, _ = await sync_to_async(news_after)(cursor)
        assert late["id"] in {each.id for each in news}
        await sync_to_async(slow.close)()


def slow_writer(incident: Incident) -> psycopg.Connection:
    """A transaction that wrote an event and takes its time to commit."""
    other = psycopg.connect(**psycopg_parameters())
    other.execute(
        "INSERT INTO core_event (name, subject_type, subject_id, public, data, happened_at)"
        " VALUES ('incident.slow_note_made', 'incident', %s, true, '{}', now())",
        [incident.pk],
    )
    return other


def psycopg_parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "host", "user", "port") if name in given}


@pytest.mark.parametrize(
    "nonsense",
    ["no json", "[]", "{}", '{"type": "base"}', '{"event": "base"}', "[" * 5000, "1e999"],
)
async def test_nonsense_is_answered_and_the_line_stays(alice: User, charlie: User, nonsense: str):
    async with line_of(alice) as line:
        await line.say(nonsense)
        assert (await line.hear())["type"] == "error"

        await opened("No sound", caller=charlie, actor=charlie)
        assert (await line.hear())["type"] == "event"


@pytest.mark.parametrize("cursor", ["", "x", "9223372036854775807-1", "1e5-2", "-1--1"])
async def test_an_unknowable_cursor_is_answered_with_resync(alice: User, cursor: str):
    async with line_of(alice, since=cursor or "-") as line:
        assert (await line.hear())["type"] == "resync"


async def test_nobody_is_refused(db: None):
    line = Line()
    await line.connect()

    closed = await line.application.receive_output()

    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)


async def test_the_line_ends_with_the_session(alice: User):
    """P32."""
    async with line_of(alice) as line:
        await User.objects.filter(pk=alice.pk).aupdate(is_active=False)

        await hub().check()

        closed = await line.application.receive_output()
        assert (closed["type"], closed["code"]) == ("websocket.close", 4401)


@sync_to_async
def given_a_new_password(user: User) -> None:
    change_password(user=user, password="A-new-one-for-0815", how="self", kept_session=None)


@sync_to_async
def put_out(user: User, actor: User) -> None:
    change_user(user=user, actor=actor, values={"is_active": False})


async def test_the_line_ends_at_once_with_a_new_password_and_with_the_account(
    alice: User, bob: User, dana: User
):
    """P32: not only at the next look, which is every twenty seconds."""
    async with line_of(alice) as of_alice, line_of(bob) as of_bob, line_of(dana) as of_dana:
        await given_a_new_password(alice)
        await put_out(bob, dana)

        for line in (of_alice, of_bob):
            closed = await line.application.receive_output(timeout=4)
            assert (closed["type"], closed["code"]) == ("websocket.close", 4401)
        assert await of_dana.is_silent()
