"""Whose word is taken on where a request comes from."""

from typing import Any

import pytest

from itsm import asgi
from itsm.core.logging import masked


@pytest.mark.parametrize("client", ["127.0.0.1", "198.51.100.7"])
async def test_nobody_is_believed_about_a_client_who_is_not_a_configured_proxy(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P35."""
    seen: list[Any] = []

    async def page(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    monkeypatch.setattr(asgi.application, "app", page)
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    scope: Any = {"type": "http", "client": (client, 5), "headers": headers, "scheme": "http"}

    await asgi.application(scope, None, None)  # type: ignore[arg-type]

    assert seen == [client]


@pytest.mark.parametrize(
    "address",
    [
        "/sign-in/new-password/?token=MQ.planted",
        "/sign-in/with/example/back/?code=planted&state=planted",
    ],
)
def test_what_opens_an_account_is_not_written_to_the_log(address: str) -> None:
    assert "planted" not in masked(address)
