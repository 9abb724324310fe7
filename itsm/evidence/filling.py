"""Queries people write, with a closed set of placeholders that stay values. Pure."""

import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from itsm.core.errors import Invalid

NAMES = ("service", "title")
_HOLE = re.compile(r"\{(service|title)\}")
# Words in braces that are no matchers of a query language, which have =, spaces or quotes in them.
_LIKELY = re.compile(r"\{([A-Za-z_]\w*)\}")


def filled(query: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """The query with its placeholders replaced by values, each escaped."""
    return _HOLE.sub(lambda hole: escape(values[hole[1]]), query)


def names_service(query: str) -> bool:
    """Whether the query asks for each service by itself."""
    return bool(_HOLE.search(query))


def check(query: str, *, must_quote: bool) -> None:
    """Refuse placeholders there are not, and those that could be read as more than a text."""
    unknown = sorted({each for each in _LIKELY.findall(query) if each not in NAMES})
    if unknown:
        known = ", ".join(f"{{{each}}}" for each in NAMES)
        raise Invalid(
            _("There is no {%(name)s}; there are %(known)s.")
            % {"name": unknown[0], "known": known},
            field="query",
        )
    for hole in _HOLE.finditer(query) if must_quote else ():
        before = re.sub(r"\\.", "", query[: hole.start()])
        if before.count('"') % 2 == 0:
            raise Invalid(
                _('Put %(hole)s between double quotes: "%(hole)s".') % {"hole": hole[0]},
                field="query",
            )


def in_quotes(value: str) -> str:
    """A value as it may stand between double quotes in most query languages."""
    plain = "".join(each if each.isprintable() else " " for each in value)
    return plain.replace("\\", "\\\\").replace('"', '\\"')
