"""Reading payloads nobody vouches for: each part knows its place, so a refusal can name it."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

from itsm.monitoring.sources import Malformed

TITLE_LENGTH = 250
DESCRIPTION_LENGTH = 50_000
FINGERPRINT_LENGTH = 128
MILLISECONDS = 100_000_000_000  # an epoch number above this counts milliseconds
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)  # what is before is some tool's way to say 'none'


class Part:
    """A value somewhere in a payload, with the path that leads to it."""

    __slots__ = ("path", "value")

    def __init__(self, value: Any, *, path: str = "$") -> None:
        self.value = value
        self.path = path

    def __getitem__(self, key: str) -> "Part":
        """What stands under the key; a part without value when there is none."""
        return Part(self._mapping().get(key), path=f"{self.path}.{key}")

    def __bool__(self) -> bool:
        return self.value not in (None, "", {}, [])

    def require(self, key: str) -> "Part":
        """What stands under the key, which must be there."""
        part = self[key]
        if part.value is None:
            raise Malformed("This field is missing.", path=part.path)
        return part

    def inside(self, *keys: str) -> "Part":
        """What stands under the keys, each inside the one before; without value where it ends."""
        part = self
        for key in keys:
            value = part.value.get(key) if isinstance(part.value, dict) else None
            part = Part(value, path=f"{part.path}.{key}")
        return part

    def first(self, *keys: str) -> "Part":
        """What stands under the first of the keys that has a value."""
        mapping = self._mapping()
        for key in keys:
            if mapping.get(key) not in (None, ""):
                return Part(mapping[key], path=f"{self.path}.{key}")
        return Part(None, path=f"{self.path}.{keys[0]}")

    def each(self) -> Iterator["Part"]:
        """The parts of a list."""
        if not isinstance(self.value, list):
            raise Malformed(f"Expected a list, not {_sort(self.value)}.", path=self.path)
        for index, value in enumerate(self.value):
            yield Part(value, path=f"{self.path}[{index}]")

    def text(self) -> str:
        """The value as text; numbers and truth values are written out, nothing is empty."""
        if isinstance(self.value, str):
            return self.value
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, int | float):
            return str(self.value)
        raise Malformed(f"Expected text, not {_sort(self.value)}.", path=self.path)

    def texts(self) -> dict[str, str]:
        """The value as a table of texts; nothing is empty."""
        if self.value is None:
            return {}
        mapping = self._mapping()
        if all(map(_is_text, mapping.values())):
            return mapping
        return {key: self[key].text() for key in mapping}

    def instant(self) -> datetime | None:
        """The value as an instant: ISO 8601 or seconds or milliseconds since 1970."""
        if self.value in (None, ""):
            return None
        try:
            found = _instant(self.text().strip())
        except (ValueError, OverflowError, OSError):
            raise Malformed(
                "Expected an instant such as 2026-11-22T19:18:45Z.", path=self.path
            ) from None
        return found if found is not None and found >= EARLIEST else None

    def _mapping(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise Malformed(f"Expected an object, not {_sort(self.value)}.", path=self.path)
        return self.value


def shortened(text: str, *, length: int) -> str:
    """The text, cut with an ellipsis when it is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def title_of(*candidates: str) -> str:
    """The first candidate with words in it, on one line and short enough for a title."""
    for each in candidates:
        if words := " ".join(each.split()):
            return shortened(words if "\n" in each else each, length=TITLE_LENGTH)
    return "Alert without a name"


def fingerprint_of(*parts: str) -> str:
    """A short text that is the same for the same parts, and different for different ones."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprint_of_labels(labels: Mapping[str, str]) -> str:
    """The identity of a condition that is named by its labels alone."""
    return fingerprint_of(*(f"{key}\x1e{labels[key]}" for key in sorted(labels)))


def fitting(fingerprint: str) -> str:
    """The fingerprint itself, or a hash of it when it is too long to be kept."""
    return fingerprint if len(fingerprint) <= FINGERPRINT_LENGTH else fingerprint_of(fingerprint)


def _instant(text: str) -> datetime | None:
    number = _number(text)
    if number is not None:
        seconds = number / 1000 if abs(number) >= MILLISECONDS else number
        return datetime.fromtimestamp(seconds, tz=UTC)
    if text.startswith("0001-01-01"):
        return None
    found = datetime.fromisoformat(text.upper().replace(" UTC", "Z"))
    # A tool that does not say its zone is taken to speak UTC, as servers do.
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _number(text: str) -> float | None:
    digits = text.removeprefix("-").replace(".", "", 1)
    return float(text) if digits.isascii() and digits.isdigit() else None


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str)


def _sort(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(value), "a number")
