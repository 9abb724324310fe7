"""Values as people and programs give them: read, or found to be none. Pure."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from itsm.core.errors import Invalid


class WrongRow(Invalid):
    """One of several rows cannot be used: which of them, and why."""

    def __init__(self, sentence: str, refusal: Invalid, field: str, place: int) -> None:
        super().__init__(sentence % {"place": place, "why": str(refusal)}, field=field)
        self.place = place
        self.why = str(refusal)


def is_text(value: Any, *, most: int) -> bool:
    """Whether it is a text that can be stored, and not too long."""
    return (
        isinstance(value, str)
        and len(value) <= most
        and "\x00" not in value
        and not any("\ud800" <= each <= "\udfff" for each in value)
    )


def number_in(raw: Any) -> int | float | None:
    """The number somebody gave; None when it is none."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str) or len(str(raw)) > 20:
        return None
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**9:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def day_in(raw: Any) -> date | None:
    """The day somebody gave; None when it is none."""
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        return None
