"""One reader of events per web process, and the sockets it tells.

Rung by the doorbell, or every two seconds without it, the hub reads what is new once and hands it
out in memory, each socket being told only what its person may see at that moment.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import redis.asyncio as redis
import structlog
from django.conf import settings
from django.db import close_old_connections, connection

from itsm.core.doorbell import CHANNEL
from itsm.core.news import Cursor, News, horizon, news_after
from itsm.dashboard.sessions import live_sessions
from itsm.notifications.selectors import told_of
from itsm.tickets.desks import desks
from itsm.tickets.sight import Facts, Reader, facts_of, may_see, readers

logger = structlog.get_logger(__name__)
T = TypeVar("T")

POLL = 2.0
HEARTBEAT = 15.0
CHECK = 20.0  # sessions and roles are looked at again this often
BROKEN_PAUSE = 1.0
MOST_REPLAYED = 500
# Events of a person after which the open screens may be somebody else's business at once.
ENDING = frozenset(
    {"user.password_changed", "user.sessions_ended", "user.signed_out", "user.changed"}
)
FILLED = "inbox.filled"  # of an event that went into inboxes; only their owners hear of it
Message = dict[str, Any]
Inboxes = Mapping[int, set[int]]


class Socket(Protocol):
    """What the hub needs of a connected screen."""

    user_id: int
    session_key: str
    reader: Reader
    # What its page shows, by the name news carry; None where it has not said.
    watches: str | None

    def tell(self, message: Message) -> None: ...
    def dismiss(self) -> None: ...


class Hub:
    """The sockets of this process, and the place in the stream of events they have been told."""

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self.cursor = Cursor(0, 0)
        self._told: dict[int, Cursor] = {}
        self._bell = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        # Beside cancelling: a library that swallows a cancellation must not keep a reader alive.
        self._over = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")

    async def join(self, socket: Socket) -> None:
        """Tell this socket of everything from now on; the first one wakes the reader."""
        self.sockets.add(socket)
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        try:
            await asyncio.shield(self._starting)
        except Exception:
            self._starting = None
            raise

    def leave(self, socket: Socket) -> None:
        """Forget a socket; the last one lets the reader sleep."""
        self.sockets.discard(socket)
        if not self.sockets:
            self.stop()

    def stop(self) -> None:
        self._over.set()
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self._starting = None

    async def in_thread(self, question: Callable[..., T], *args: Any, **options: Any) -> T:
        """Ask the database in the hub's own thread."""

        def ask() -> T:
            try:
                return question(*args, **options)
            finally:
                close_old_connections()
                if not connection.in_atomic_block:
                    connection.close()

        # Not asgiref's sync_to_async, which swallows a cancellation that comes while the thread
        # works, and would leave a reader running that nobody can end.
        return await asyncio.get_running_loop().run_in_executor(self._thread, ask)

    async def missed_by(self, socket: Socket, *, since: Cursor) -> list[Message]:
        """What a socket missed while it was away; resync when that is too much or unknowable."""
        news, cursor = await self.in_thread(news_after, since, most=MOST_REPLAYED)
        if len(news) == MOST_REPLAYED or since.xid > cursor.xid:
            return [{"type": "resync", "cursor": str(self.cursor)}]
        facts, inboxes = await self._facts(news), await self._inboxes(news)
        messages = _messages([socket.reader], news, facts, inboxes, cursor)
        return messages.get(socket.reader.pk, [])

    async def read(self) -> None:
        """Read what is new, once, and tell everybody."""
        news, cursor = await self.in_thread(news_after, self.cursor, known=list(self._told))
        self.cursor = max(cursor, self.cursor)
        self._told |= {each.id: each.place for each in news}
        self._told = {pk: place for pk, place in self._told.items() if place > self.cursor}
        if not news:
            return
        here = {each.user_id for each in self.sockets}
        if any(each.name in ENDING and each.subject_id in here for each in news):
            await self.check()
        facts, inboxes = await self._facts(news), await self._inboxes(news)
        people = {each.reader.pk: each.reader for each in self.sockets}
        messages = _messages(people.values(), news, facts, inboxes, self.cursor)
        for socket in tuple(self.sockets):
            for message in messages.get(socket.reader.pk, ()):
                socket.tell(message)

    async def _facts(self, news: Iterable[News]) -> Mapping[int, Facts]:
        pks = {each.subject_id for each in news if each.subject_type in desks}
        return await self.in_thread(facts_of, pks) if pks else {}

    async def _inboxes(self, news: Iterable[News]) -> Inboxes:
        pks = {each.subject_id for each in news if each.name == FILLED}
        return await self.in_thread(told_of, pks) if pks else {}

    async def _start(self) -> None:
        self._bell, self._over = asyncio.Event(), asyncio.Event()
        self._told = {}
        self.cursor = await self.in_thread(horizon)
        self._tasks = [
            asyncio.create_task(each(self._over))
            for each in (self._read_forever, self._listen, self._beat, self._check_forever)
        ]

    async def _read_forever(self, over: asyncio.Event) -> None:
        while not over.is_set():
            # Not wait_for, which in Python 3.11 can lose a cancellation that meets the time limit.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._bell.wait()
            self._bell.clear()
            try:
                await self.read()
            except Exception as error:  # the database may be away; the next round tries again
                logger.warning("live.unread", error=repr(error))
                await asyncio.sleep(BROKEN_PAUSE)

    async def _listen(self, over: asyncio.Event) -> None:
        while not over.is_set():
            try:
                async with redis.from_url(settings.REDIS_URL) as client, client.pubsub() as bell:
                    await bell.subscribe(CHANNEL)
                    while not over.is_set():
                        rung = await bell.get_message(ignore_subscribe_messages=True, timeout=1)
                        if rung and rung["data"]:
                            await self.pass_on(rung["data"].decode(errors="replace"))
                        elif rung:
                            self._bell.set()
            except (redis.RedisError, OSError) as error:  # without the bell we poll
                logger.warning("live.deaf", error=repr(error))
            await asyncio.sleep(BROKEN_PAUSE)

    async def pass_on(self, whisper: str) -> None:
        """Tell those staff who may see a ticket that somebody came to it, left it or writes."""
        sort, _, key = whisper.partition(" ")
        if sort == "run" and key.isdecimal():
            self._tell_of_run(int(key))
        if sort != "presence" or not key.isdecimal():
            return
        try:
            facts = (await self.in_thread(facts_of, [int(key)])).get(int(key))
        except Exception as error:  # the database may be away; the next heartbeat tells again
            logger.warning("live.unpassed", error=repr(error))
            return
        for socket in tuple(self.sockets):
            if facts and socket.reader.sees_notes and may_see(socket.reader, facts):
                socket.tell({"type": "presence", "number": facts.number})

    def _tell_of_run(self, pk: int) -> None:
        """Say that a run has said more; whoever shows it asks for what he may see of it.

        Many runs speak at once, several times a second: nobody else is told.
        """
        name = f"run-{pk}"
        for socket in tuple(self.sockets):
            if socket.watches in (None, name) and socket.reader.sees_notes:
                socket.tell({"type": "run", "number": name})

    async def _beat(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await asyncio.sleep(HEARTBEAT)
            for socket in tuple(self.sockets):
                socket.tell({"type": "heartbeat", "cursor": str(self.cursor)})

    async def _check_forever(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await asyncio.sleep(CHECK)
            try:
                await self.check()
            except Exception as error:
                logger.warning("live.unchecked", error=repr(error))

    async def check(self) -> None:
        """Look again at who everybody is; dismiss those who signed out or may no longer sign in."""
        began = time.monotonic()
        people = await self.in_thread(readers, {each.user_id for each in self.sockets})
        sessions = await self.in_thread(live_sessions, {each.session_key for each in self.sockets})
        for socket in tuple(self.sockets):
            reader = people.get(socket.user_id)
            if reader is None or not _is_same(reader, socket) or socket.session_key not in sessions:
                socket.dismiss()
            else:
                socket.reader = reader
        logger.debug("live.checked", sockets=len(self.sockets), took=time.monotonic() - began)


def _is_same(reader: Reader, socket: Socket) -> bool:
    return reader.is_active and reader.session_hash == socket.reader.session_hash


def _messages(
    people: Iterable[Reader],
    news: Iterable[News],
    facts: Mapping[int, Facts],
    inboxes: Inboxes,
    cursor: Cursor,
) -> dict[int, list[Message]]:
    """What each person is told of the news, by the person's id."""
    told: dict[int, list[Message]] = {}
    everybody = tuple(people)
    for each in news:
        message = _message(each, facts.get(each.subject_id), cursor)
        for reader in everybody:
            if message is not None and (
                _is_told(reader, each, inboxes)
                or _may_hear(reader, each, facts.get(each.subject_id))
            ):
                told.setdefault(reader.pk, []).append(message)
    return told


def _message(news: News, facts: Facts | None, cursor: Cursor) -> Message | None:
    is_ticket = news.subject_type in desks
    if is_ticket and facts is None:
        return None
    return {
        "type": "event",
        "id": news.id,
        "name": news.name,
        "kind": news.subject_type,
        "number": facts.number if is_ticket and facts else _name_of(news),
        "version": facts.version if is_ticket and facts else None,
        "cursor": str(min(cursor, news.place)),
    }


def _name_of(news: News) -> str | None:
    """What a page that shows it watches for; only runs have pages that do."""
    return f"run-{news.subject_id}" if news.subject_type == "run" else None


def _is_told(reader: Reader, news: News, inboxes: Inboxes) -> bool:
    return news.name == FILLED and reader.pk in inboxes.get(news.subject_id, ())


def _may_hear(reader: Reader, news: News, facts: Facts | None) -> bool:
    if news.subject_type in desks:
        return facts is not None and may_see(reader, facts) and (news.public or reader.sees_notes)
    return news.subject_type in ("alert", "run") and reader.is_active and reader.sees_notes


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of this process's event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
