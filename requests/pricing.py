"""Prices with their currency: read, written in the language of who reads, and added up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from itsm.core.fields import Line
from itsm.currencies import CODES, digits_of

HARD_BLANK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, kw_only=True)
class Currency(Line):
    """A currency by its code; where none is given, that of the house."""

    max_length: int = 3
    sort: str = field(default="line", init=False)

    def parse(self, raw: Any) -> Any:
        code = super().parse(raw).upper()
        if code and code not in CODES:
            raise self.wrong(_("Give the three letters of a currency, such as EUR or USD."))
        return code


def currency_of(code: str) -> str:
    """The code, or that of the house where none is said."""
    return code or str(settings.CURRENCY)


def money(amount: Decimal, code: str) -> str:
    """An amount as people of the active language write it, such as 1,200.00 EUR."""
    return _written(amount, currency_of(code), get_language() or "")


@lru_cache(maxsize=4096)
def _written(amount: Decimal, code: str, _language: str) -> str:
    number = number_format(amount, digits_of(code), use_l10n=True, force_grouping=True)
    return f"{number}{HARD_BLANK}{code}"


def together(prices: Iterable[tuple[Decimal, str]]) -> str:
    """Prices added up, each currency for itself; nothing where nothing is to be paid."""
    sums: dict[str, Decimal] = {}
    for amount, code in prices:
        shown = currency_of(code)
        sums[shown] = sums.get(shown, Decimal(0)) + amount
    return " + ".join(money(amount, code) for code, amount in sums.items() if amount)
