"""Clients that speak to the API as the people do."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from itsm.core.rest import limits
from itsm.people.actions import issue_token
from itsm.people.models import User


class Caller:
    """A program that acts as one person."""

    def __init__(self, user: User | None, *, scopes: tuple[str, ...] = ()) -> None:
        self.user = user
        self.http = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user is not None:
            _token, plain = issue_token(user=user, name="tests", scopes=scopes)
            self.headers["Authorization"] = f"Bearer {plain}"

    def get(self, address: str, /, *, headers: dict[str, str] | None = None, **query: Any) -> Any:
        return self.http.get(
            self._address(address), query, headers={**self.headers, **(headers or {})}
        )

    def post(self, address: str, /, *, headers: dict[str, str] | None = None, **body: Any) -> Any:
        return self.send("post", address, json.dumps(body), headers=headers)

    def patch(self, address: str, /, *, headers: dict[str, str] | None = None, **body: Any) -> Any:
        return self.send("patch", address, json.dumps(body), headers=headers)

    def delete(self, address: str, /, *, headers: dict[str, str] | None = None) -> Any:
        return self.http.delete(self._address(address), headers={**self.headers, **(headers or {})})

    def send(
        self,
        method: str,
        address: str,
        body: Any,
        /,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Any:
        return self.http.generic(
            method.upper(),
            self._address(address),
            body,
            content_type=content_type,
            headers={**self.headers, **(headers or {})},
        )

    def upload(self, address: str, /, **body: Any) -> Any:
        return self.http.post(self._address(address), body, headers=self.headers)

    def _address(self, address: str) -> str:
        return address if address.startswith(("/", "http")) else f"/api/v1/{address}"


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    """No test pays for what another one counted."""
    limits.requests.forget()
    limits.failures.forget()


@pytest.fixture
def api() -> Callable[..., Caller]:
    """A program that acts as the person given; nobody without one."""
    return lambda user=None, **options: Caller(user, **options)


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """Calls a function with 0, 1, 2… at once, each in a thread with its own connection."""

    def run(work: Callable[[int], Any], count: int) -> list[Any]:
        def closing(place: int) -> Any:
            try:
                return work(place)
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(closing, range(count)))

    return run
