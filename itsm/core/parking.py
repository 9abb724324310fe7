"""Requests that wait for something to happen, without a thread or a connection of the database.

An application answers at once and says in a header what the client wants to wait for. The answer
is put aside; when it has happened, or the time is over, the client gets what another address says
then. One reader in each process looks for all who wait, rung by the doorbell or every second.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import redis.asyncio as redis
import structlog
from django.conf import settings
from django.db import close_old_connections, connection

from itsm.core.doorbell import CHANNEL
from itsm.core.registry import Registry

logger = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = "Steady-Park"
_HEADER = HEADER.lower().encode()
# What belongs to the body or the key of the request that waits, not to the question after it.
DROPPED = frozenset({b"content-length", b"content-type", b"transfer-encoding", b"idempotency-key"})
POLL = 1.0
BROKEN_PAUSE = 1.0
MOST_PARKED = 5000

# By the name of what is waited for: which of these ids it has happened to.
happenings: Registry[Callable[[Collection[int]], set[int]]] = Registry("happening")


class Place(NamedTuple):
    """What one request waits for, how long, and where the answer is then."""

    happening: str
    key: int
    seconds: float
    path: str

    def header(self) -> str:
        """The place as an application writes it in its answer."""
        return f"{self.happening} {self.key} {self.seconds:g} {self.path}"


def place_in(value: str) -> Place:
    """The place that was written so."""
    happening, key, seconds, path = value.split(" ")
    return Place(happening, int(key), float(seconds), path)


class Parking:
    """An application whose answers may be put aside until what they wait for has happened."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._yard = Yard()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        answer = _Answer(send)
        await self._application(scope, receive, answer.send)
        if answer.place is None:
            return
        if await self._yard.wait(answer.place, receive):
            await self._application(_question(scope, answer.place.path), _nothing, send)


@dataclass
class _Answer:
    """Passes an answer on, unless it says that its client waits."""

    pass_on: Send
    place: Place | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            held = [value for name, value in message["headers"] if name.lower() == _HEADER]
            self.place = place_in(held[0].decode()) if held else None
        if self.place is None:
            await self.pass_on(message)


def _question(scope: Scope, path: str) -> Scope:
    headers = [each for each in scope["headers"] if each[0].lower() not in DROPPED]
    return {
        **scope,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
    }


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class Yard:
    """Everybody who waits in this process, and the one who looks for them."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], set[asyncio.Event]] = {}
        self._bell = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parking")

    async def wait(self, place: Place, receive: Receive) -> bool:
        """Wait for it or for the time to be over; False when the client has gone."""
        key, happened = (place.happening, place.key), asyncio.Event()
        if sum(map(len, self._waiting.values())) >= MOST_PARKED:
            return True
        self._waiting.setdefault(key, set()).add(happened)
        self._bell.set()
        self._ensure_reader()
        gone = asyncio.create_task(_gone(receive))
        over = asyncio.create_task(happened.wait())
        try:
            await asyncio.wait(
                {gone, over}, timeout=place.seconds, return_when=asyncio.FIRST_COMPLETED
            )
            return not gone.done()
        finally:
            for task in (gone, over):
                task.cancel()
            self._leave(key, happened)

    def _leave(self, key: tuple[str, int], happened: asyncio.Event) -> None:
        self._waiting[key].discard(happened)
        if not self._waiting[key]:
            del self._waiting[key]
        if not self._waiting:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    def _ensure_reader(self) -> None:
        if not self._tasks:
            self._tasks = [asyncio.create_task(each()) for each in (self._look, self._listen)]

    async def _look(self) -> None:
        while True:
            # Not wait_for, which in Python 3.11 can lose a cancellation that meets the time limit.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._bell.wait()
            self._bell.clear()
            try:
                await self._let_go()
            except Exception as error:  # the database may be away; the next round tries again
                logger.warning("parking.unread", error=repr(error))
                await asyncio.sleep(BROKEN_PAUSE)

    async def _let_go(self) -> None:
        wanted: dict[str, set[int]] = {}
        for name, key in self._waiting:
            wanted.setdefault(name, set()).add(key)
        for name, keys in wanted.items():
            for key in await self._ask(happenings[name], keys):
                for each in self._waiting.get((name, key), ()):
                    each.set()

    async def _ask(
        self, question: Callable[[Collection[int]], set[int]], keys: Collection[int]
    ) -> set[int]:
        def ask() -> set[int]:
            try:
                return question(keys)
            finally:
                close_old_connections()
                if not connection.in_atomic_block:
                    connection.close()

        # Not asgiref's sync_to_async, which swallows a cancellation that comes while it works.
        return await asyncio.get_running_loop().run_in_executor(self._thread, ask)

    async def _listen(self) -> None:
        while True:
            try:
                async with redis.from_url(settings.REDIS_URL) as client, client.pubsub() as bell:
                    await bell.subscribe(CHANNEL)
                    while True:
                        rung = await bell.get_message(ignore_subscribe_messages=True, timeout=1)
                        if rung and not rung["data"]:
                            self._bell.set()
            except (redis.RedisError, OSError) as error:  # without the bell we look every second
                logger.warning("parking.deaf", error=repr(error))
            await asyncio.sleep(BROKEN_PAUSE)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
