"""Reading what programs send: strict JSON, every doubt answered with the place it is about."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

from itsm.core.errors import Invalid
from itsm.core.fields import UNSTORABLE

MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 32
MOST_DIGITS = 300
LARGEST = 2**63 - 1

_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class TooLarge(APIException):
    """The body is longer than we read."""

    status_code = 413
    default_code = "too_large"


class JSON(BaseParser):
    """JSON as the standard has it, each name once, nothing that cannot be stored."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return read_json(stream.read(MOST_BYTES + 1))


class CSV(BaseParser):
    """A table as text."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge(_("Send at most %(most)d bytes.") % {"most": MOST_BYTES})
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Invalid(
                _("The body is not UTF-8 from byte %(place)d on.") % {"place": error.start}
            ) from None
        if "\x00" in text:
            raise Invalid(_("Take out the characters that cannot be stored."))
        return text


def read_json(body: bytes) -> Any:
    """The value of a body; Invalid says where it is wrong."""
    if len(body) > MOST_BYTES:
        raise TooLarge(_("Send at most %(most)d bytes.") % {"most": MOST_BYTES})
    if not body.strip():
        return {}
    if _is_too_deep(body):
        raise Invalid(_("Nest at most %(most)d levels deep.") % {"most": MOST_DEPTH})
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise Invalid(
            _("The body is not UTF-8 from byte %(place)d on.") % {"place": error.start}
        ) from None
    except (ValueError, RecursionError) as error:
        raise Invalid(_("The body is not JSON: %(why)s.") % {"why": error}) from None
    for path, wrong in _wrong_in(value, ""):
        raise Invalid(wrong, field=path or None)
    return value


def check_text(text: str, *, field: str) -> None:
    """Invalid when the text holds what the database cannot keep."""
    if UNSTORABLE.search(text):
        raise Invalid(_("Take out the characters that cannot be stored."), field=field)


def _is_too_deep(body: bytes) -> bool:
    # Asked before parsing: the parser works its way down level by level, on the stack.
    if body.count(b"[") + body.count(b"{") <= MOST_DEPTH:
        return False
    depth = 0
    for bracket in _TEXTS.sub(b"", body).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MOST_DEPTH:
            return True
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(_("Give %(name)s once.") % {"name": twice}, field=twice[:100])
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(_("%(name)s is no number of JSON") % {"name": name})


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float("inf")


def _wrong_in(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The places whose value cannot be stored, each with the sentence that says so."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _wrong_in(name, path)
            yield from _wrong_in(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _wrong_in(each, f"{path}[{place}]")
    elif isinstance(value, str) and UNSTORABLE.search(value):
        yield path, _("Take out the characters that cannot be stored.")
    elif isinstance(value, int | float) and not abs(value) <= LARGEST:
        yield path, _("The number is too large.")
