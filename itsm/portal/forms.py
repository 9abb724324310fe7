"""What end users are asked: when they report an issue four things, of which one is needed."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from itsm.inventory.fields import ServiceName
from itsm.tickets.fields import Choice, Field, Line


@dataclass(frozen=True, kw_only=True)
class Day(Line):
    """A day, as the browser's own field writes it."""

    sort: str = field(default="day", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        try:
            day = parse_date(super().parse(raw))
        except ValueError:
            day = None
        if day is None:
            raise self.wrong(_("Write the day as 2026-12-31."))
        return day


REPORT: tuple[Field, ...] = (
    Line(name="title", required=True, max_length=250),
    Field(name="details", max_length=20_000),
    ServiceName(name="service"),
    Choice(name="urgency", required=True, choices=(("1", ""), ("2", ""), ("3", ""))),
)
DELEGATE: tuple[Field, ...] = (
    Line(name="delegate", required=True, max_length=254),
    Day(name="starts_on"),
    Day(name="ends_on"),
)
