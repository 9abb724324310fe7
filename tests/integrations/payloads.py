"""The captured payloads: ours beside this file, and the shared ones where they are at hand."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHARED = HERE.parent.parent.parent / "shared" / "payloads"


@dataclass(frozen=True)
class Payload:
    """One captured post: what was sent, how, when, and what is to come of it."""

    tool: str
    event: str
    body: bytes
    content_type: str
    headers: dict[str, str]
    query: str
    suffix: str
    received_at: datetime | None
    expect: dict[str, Any]
    settings: dict[str, Any]

    def headers_with(self, token: str) -> dict[str, str]:
        """The headers as the tool sends them with this token."""
        basic = base64.b64encode(f"itsm:{token}".encode()).decode()
        return {
            name: value.replace("{{token}}", token).replace("{{base64 user:token}}", basic)
            for name, value in self.headers.items()
        }

    def path_with(self, slug: str, token: str) -> str:
        """The address the tool posts to, with this token where it can only stand there."""
        query = f"?{self.query}".replace("{{token}}", token) if self.query else ""
        return f"/hooks/{slug}/{self.suffix}{query}"


def folders(tool: str) -> list[Path]:
    """Where payloads of the tool are kept."""
    return [each / tool for each in (HERE, SHARED) if (each / tool).is_dir()]


@cache
def payloads_in(folder: Path) -> tuple[Payload, ...]:
    """The payloads of a folder in the order they were sent."""
    return tuple(_read(each) for each in sorted(folder.glob("*.meta.json")))


def _read(path: Path) -> Payload:
    meta = json.loads(path.read_text())
    address, _mark, in_path = meta["path"].partition("?")
    headers = {name: value for name, value in meta["headers"].items() if name != "Content-Type"}
    received = meta.get("received_at")
    return Payload(
        tool=meta["tool"],
        event=meta["event"],
        body=(path.parent / meta["body_file"]).read_bytes(),
        content_type=meta["headers"]["Content-Type"],
        headers={name: value for name, value in headers.items() if name != "Accept-Encoding"},
        query=meta.get("query") or in_path,
        suffix="api/v2/alerts" if address.endswith("/api/v2/alerts") else "",
        received_at=datetime.fromtimestamp(received, tz=UTC) if received else None,
        expect=meta["expect"],
        settings=meta.get("settings", {}),
    )
