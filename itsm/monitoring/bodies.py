"""From the bytes of a post to plain values, refusing what no honest tool sends; pure."""

import json
import zlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from itsm.monitoring.sources import Malformed

MOST_DEPTH = 50
MOST_FIELDS = 500
LARGEST_INTEGER = 2**63
LARGEST_NUMBER = 1e300
LARGEST_UNPACKED = 4 * 1024 * 1024
FORM = "application/x-www-form-urlencoded"
ENCODINGS = ("", "identity", "gzip")


class TooLarge(Exception):  # noqa: N818 what was sent
    """What was packed holds more than is taken in."""


def unpacked(body: bytes, *, encoding: str) -> bytes:
    """What a body holds that may be compressed; never more of it is unpacked than is allowed."""
    if encoding.lower() != "gzip":
        return body
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = reader.decompress(body, LARGEST_UNPACKED + 1)
    except zlib.error:
        raise Malformed("The body is not compressed by gzip, as its header says.") from None
    if len(content) > LARGEST_UNPACKED:
        raise TooLarge
    if not reader.eof or reader.unused_data:
        raise Malformed("The compressed body did not arrive whole, or holds more than one.")
    return content


def decoded(body: bytes, *, content_type: str) -> Any:
    """The payload in a body; Malformed, with the place, when it cannot be taken in."""
    if not body.strip():
        raise Malformed("The body is empty.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8 at byte {error.start}.") from None
    # curl -d calls everything a form, so what looks like JSON is taken for JSON.
    is_form = content_type.lower().startswith(FORM) and text.lstrip()[:1] not in ("{", "[")
    payload = _form(text) if is_form else _json(text)
    check(payload)
    return payload


def _form(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise Malformed("The form is not UTF-8.") from None
    except ValueError:
        raise Malformed(f"The body is no form of at most {MOST_FIELDS} fields.") from None
    return _unique(pairs)


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Malformed(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise Malformed(f"The body is nested more than {MOST_DEPTH} deep.") from None
    except ValueError:  # Python reads no number of more than 4300 digits
        raise Malformed("The body has a number that is too large.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise Malformed("This field appears twice.", path=_shown(key))
            seen.add(key)
    return table


def _refuse_constant(name: str) -> Any:
    raise Malformed(f"{name} is not a number that JSON knows.")


def check(payload: Any) -> None:
    """Refuse depth, numbers and characters that the database or a later reader would choke on."""
    waiting: list[tuple[Any, str, int]] = [(payload, "$", 1)]
    while waiting:
        value, path, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise Malformed(f"The body is nested more than {MOST_DEPTH} deep.", path=path[:200])
        for key, inner in _inside(value, path):
            # Nearly everything in a post is plain text without anything special in it.
            if type(inner) is str and inner.isascii() and "\0" not in inner:
                continue
            if isinstance(inner, dict | list):
                waiting.append((inner, _joined(path, key), depth + 1))
            else:
                _check_leaf(inner, path=_joined(path, key))


def _inside(value: Any, path: str) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        for key in value:
            _check_text(key, path=path)
        return value.items()
    if isinstance(value, list):
        return enumerate(value)
    _check_leaf(value, path=path)
    return ()


def _check_leaf(value: Any, *, path: str) -> None:
    if isinstance(value, str):
        _check_text(value, path=path)
    elif isinstance(value, float) and not abs(value) <= LARGEST_NUMBER:
        raise Malformed("This number is too large.", path=path)
    elif isinstance(value, int) and not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
        raise Malformed("This number does not fit into 64 bits.", path=path)


def _check_text(text: str, *, path: str) -> None:
    if "\0" in text:
        raise Malformed("This text has a NUL character in it.", path=path)
    if not _is_encodable(text):
        raise Malformed("This text has half a character in it (a lone surrogate).", path=path)


def _is_encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _joined(path: str, key: str | int) -> str:
    return f"{path}[{key}]" if isinstance(key, int) else f"{path}.{_shown(key)}"


def _shown(key: str) -> str:
    """A key as it may stand in an answer: short, and without half characters."""
    return key[:80].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
