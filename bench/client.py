"""A client that costs little itself: one kept-open connection, answers read and measured."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """What came back, and how long it took in seconds."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """One connection to the server under test."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, body: object = None) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        raw = json.dumps(body).encode() if body is not None else None
        headers = {**self.headers, **({"Content-Type": "application/json"} if raw else {})}
        begin = time.perf_counter()
        self._connection.request(method, path, raw, headers)
        response = self._connection.getresponse()
        content = response.read()
        return Answer(response.status, content, time.perf_counter() - begin)


def at_once(clients: list[Client], work: Callable[[Client, int], Answer], *, each: int) -> float:
    """How many requests a second all clients together complete; every answer must be a success."""
    bad: list[int] = []

    def run(place: int) -> None:
        for count in range(each):
            answer = work(clients[place], place * each + count)
            if answer.status >= 300:
                bad.append(answer.status)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(clients))]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    if bad:
        raise SystemExit(f"{len(bad)} answers failed, such as {bad[0]}.")
    return len(clients) * each / seconds
