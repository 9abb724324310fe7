"""The line between a browser and the hub."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from itsm.core.news import parse_cursor
from itsm.dashboard.hub import Message, hub
from itsm.tickets.sight import Reader, readers

MOST_WAITING = 1000
LONGEST = 2000
ANONYMOUS = 4401
PATIENCE = 3.0  # a line that does not say where it was hears what is new after so many seconds
UNKNOWN = 'Send JSON such as {"type": "resume", "cursor": "12-34"}.'


class Live(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One open screen."""

    # The doorbell is read by the hub; a mailbox in Valkey for each socket would only cost.
    channel_layer_alias = None
    user_id: int
    session_key: str
    reader: Reader
    watches: str | None = None

    async def connect(self) -> None:
        """Take in people who are signed in; the others are told why and sent away."""
        await self.accept()
        user, session = self.scope.get("user"), self.scope.get("session")
        self._writer: asyncio.Task[None] | None = None
        key = getattr(session, "session_key", None)
        if user is None or not user.is_authenticated or not key:
            await self.close(code=ANONYMOUS)
            return
        self.user_id, self.session_key = user.pk, key
        self.reader = (await hub().in_thread(readers, [user.pk]))[user.pk]
        self._waiting: asyncio.Queue[Message | None] = asyncio.Queue()
        self._heard: dict[int, None] = {}
        # Until the browser has said where it was and has been told what it missed, news are held
        # back: their cursor would otherwise carry it past what it has yet to hear.
        self._held: list[Message] | None = []
        await hub().join(self)
        self._waiting.put_nowait({"type": "hello", "cursor": str(hub().cursor)})
        self._writer = asyncio.create_task(self._write())
        self._patience = asyncio.get_running_loop().call_later(PATIENCE, self._release)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer the browser: it may only ask to go on from where it was."""
        if self._writer is None:
            return
        message = _read(text_data)
        if isinstance(watches := message.get("watches"), str):
            self.watches = watches
        since = parse_cursor(message.get("cursor")) if message.get("type") == "resume" else None
        if message.get("type") != "resume":
            self._waiting.put_nowait({"type": "error", "error": UNKNOWN})
        elif since is None:
            self._release([{"type": "resync", "cursor": str(hub().cursor)}])
        else:
            self._held = self._held or []
            self._release(await hub().missed_by(self, since=since))

    async def disconnect(self, _code: int) -> None:
        if self._writer is not None:
            self._writer.cancel()
            self._patience.cancel()
            hub().leave(self)

    def tell(self, message: Message) -> None:
        """Put a message in the socket's own queue; a reader too slow for it starts afresh."""
        if self._held is not None and len(self._held) < MOST_WAITING:
            self._held.append(message)
            return
        if message["type"] == "event" and self._is_heard(message["id"]):
            return
        if self._waiting.qsize() >= MOST_WAITING:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            message = {"type": "resync", "cursor": str(hub().cursor)}
        self._waiting.put_nowait(message)

    def dismiss(self) -> None:
        """End the line: its person signed out or may no longer sign in."""
        self._waiting.put_nowait(None)

    def _is_heard(self, event_id: int) -> bool:
        """Whether it was told already: a resumed line and the hub may both know of an event."""
        if event_id in self._heard:
            return True
        self._heard[event_id] = None
        if len(self._heard) > MOST_WAITING:
            del self._heard[next(iter(self._heard))]
        return False

    def _release(self, missed: Sequence[Message] = ()) -> None:
        """Tell what was missed, then what was held back meanwhile."""
        held, self._held = self._held or [], None
        for message in [*missed, *held]:
            self.tell(message)

    async def _write(self) -> None:
        while True:
            message = await self._waiting.get()
            if message is None:
                await self.close(code=ANONYMOUS)
                return
            await self.send(text_data=json.dumps(message, separators=(",", ":")))


def _read(text: str | None) -> dict[str, Any]:
    if text is None or len(text) > LONGEST:
        return {}
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}
