"""The time zones one can choose, by continent."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

CONTINENTS = (
    *("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe"),
    *("Indian", "Pacific"),
)


@cache
def zones_by_continent() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Continents with their zones, each as its name and as one reads it."""
    names = sorted(available_timezones())
    return tuple(
        (continent, tuple((each, _city(each)) for each in names if _is_in(each, continent)))
        for continent in CONTINENTS
    )


def zone_named(name: str) -> ZoneInfo:
    """The zone of this name; UTC when it is one we do not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def is_listed(name: str) -> bool:
    """Whether the zone is one of those to choose from."""
    return name == "UTC" or name.partition("/")[0] in CONTINENTS


def _is_in(name: str, continent: str) -> bool:
    return name.partition("/")[0] == continent


def _city(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
