"""The only door to the network: short time limits, a size cap, no redirects, no private addresses.

The address that was checked is the address that is connected to, so a resolver that changes its
answer between the check and the call gains nothing.
"""

import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from itsm.core.errors import Refused

TIMEOUT = httpx.Timeout(10, connect=3)
MAX_BYTES = 5 * 1024 * 1024
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)


class Unreachable(Refused):
    """The other side could not be reached or did not answer as it must.

    ``was_sent`` says that the request may have arrived all the same.
    """

    was_sent = False


def call(
    method: str,
    url: str,
    *,
    json: Any = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    patience: float | None = None,
) -> httpx.Response:
    """The answer of another system, read whole; Unreachable when there is none.

    Hosts and networks in ``settings.ALLOWED_OUTBOUND`` may be private or plain http.
    ``patience`` is how many seconds the whole answer may take, however slowly it trickles in.
    """
    target = httpx.URL(url)
    until = math.inf if patience is None else time.monotonic() + patience
    timeout = TIMEOUT if patience is None else httpx.Timeout(patience, connect=min(patience, 3))
    address = _checked_address(target)
    request_headers = {**(headers or {}), "Host": target.netloc.decode()}
    try:
        with (
            httpx.Client(
                timeout=timeout, follow_redirects=False, trust_env=False, verify=_authorities()
            ) as client,
            client.stream(
                method,
                target.copy_with(host=address),
                json=json,
                content=content,
                headers=request_headers,
                extensions={"sni_hostname": target.host},
            ) as response,
        ):
            return _read(response, max_bytes=max_bytes, until=until)
    except httpx.HTTPError as error:
        refusal = Unreachable(f"{target.host} did not answer: {type(error).__name__}.")
        refusal.was_sent = not isinstance(error, NEVER_SENT)
        raise refusal from error


@cache
def _authorities() -> ssl.SSLContext:
    """Whom we trust: read once, as reading them takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


def host_of(url: str) -> str:
    """The host an address leads to, as it would be called; empty when it is no address."""
    try:
        return httpx.URL(url).host.lower()
    except httpx.InvalidURL:
        return ""


def may_call(url: str) -> bool:
    """Whether the address is of a sort that may be called; whether it answers is not asked."""
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    is_listed = target.host in settings.ALLOWED_OUTBOUND
    return bool(target.host) and (
        target.scheme == "https" or (target.scheme == "http" and is_listed)
    )


def _read(response: httpx.Response, *, max_bytes: int, until: float) -> httpx.Response:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise Unreachable(f"The answer is larger than {max_bytes} bytes.")
        if time.monotonic() > until:
            raise Unreachable(f"{response.url.host} took too long to answer.")
    headers = {
        name: value
        for name, value in response.headers.items()
        if name.lower() not in {"content-encoding", "content-length", "transfer-encoding"}
    }
    return httpx.Response(response.status_code, headers=headers, content=bytes(body))


def _checked_address(target: httpx.URL) -> str:
    """The one address to connect to, as text; Unreachable unless it may be called."""
    if target.scheme not in ("https", "http") or not target.host:
        raise Unreachable("Give an address that begins with https://.")
    addresses = _resolve(target.host, target.port or (443 if target.scheme == "https" else 80))
    if _is_listed(target.host, addresses):
        return str(addresses[0])
    if target.scheme != "https":
        raise Unreachable(f"{target.host} may only be called by https.")
    if any(not _is_public(address) for address in addresses):
        raise Unreachable(
            f"{target.host} is a private address; an administrator can list it in ALLOWED_OUTBOUND."
        )
    return str(addresses[0])


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"{host} is not known to the name service.") from error
    return [ipaddress.ip_address(each[4][0]) for each in found]


def _is_public(address: Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    actual: Address = mapped or address
    return actual.is_global and not actual.is_multicast


def _is_listed(host: str, addresses: list[Address]) -> bool:
    if host in settings.ALLOWED_OUTBOUND:
        return True
    networks = [ipaddress.ip_network(each) for each in settings.ALLOWED_OUTBOUND if "/" in each]
    return all(any(address in network for network in networks) for address in addresses)
