"""The small pictures of service pages, drawn as SVG by the server."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from itsm.dashboard.selectors.health import SERIOUS, Health
from itsm.dashboard.selectors.service import Neighbourhood

WIDTH, HEIGHT = 150, 30
ACROSS, BETWEEN = 194, 42
EDGE = 4
BEND = 26
LETTERS = 17
MOST_A_COLUMN = 8


@dataclass(frozen=True)
class Box:
    """A service in the picture."""

    health: Health
    x: float
    y: float
    is_centre: bool


def service_map(near: Neighbourhood) -> SafeString:
    """What needs the service on one side, what it needs on the other; lists say it too."""
    columns: dict[int, list[Health]] = {0: [near.centre]}
    for each in near.others:
        columns.setdefault(each.steps, []).append(each.health)
    columns = {steps: found[:MOST_A_COLUMN] for steps, found in sorted(columns.items())}
    height = max(map(len, columns.values())) * BETWEEN
    boxes = _boxes(columns, height)
    lines = "".join(
        _line(boxes[here], boxes[there])
        for here, there in sorted(near.edges)
        if here in boxes and there in boxes
    )
    width = len(columns) * ACROSS - (ACROSS - WIDTH) + 2 * EDGE + BEND
    drawn = "".join(map(_box, boxes.values()))
    return mark_safe(  # noqa: S308 whatever people wrote is escaped
        f'<svg class="service-map" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" aria-hidden="true">{lines}{drawn}</svg>'
    )


def _boxes(columns: dict[int, list[Health]], height: float) -> dict[int, Box]:
    boxes = {}
    for place, (steps, found) in enumerate(columns.items()):
        top = (height - len(found) * BETWEEN) / 2 + (BETWEEN - HEIGHT) / 2
        for row, health in enumerate(found):
            box = Box(health, EDGE + place * ACROSS, top + row * BETWEEN, is_centre=steps == 0)
            boxes[health.service.pk] = box
    return boxes


def _line(here: Box, there: Box) -> str:
    """From a service to one it needs; to one in its own column, around the side."""
    from_y, to_y = here.y + HEIGHT / 2, there.y + HEIGHT / 2
    start = here.x + WIDTH
    end = start if here.x == there.x else there.x
    bend = (end - start) / 2 or BEND
    back = end + BEND if here.x == there.x else end - bend
    ill = " is-ill" if there.health.priority and there.health.priority <= SERIOUS else ""
    return (
        f'<path class="edge{ill}" d="M{start:.0f} {from_y:.0f} C{start + bend:.0f} {from_y:.0f}'
        f' {back:.0f} {to_y:.0f} {end:.0f} {to_y:.0f}"/>'
    )


def _box(box: Box) -> str:
    name = _short(str(box.health.service))
    centre = " is-centre" if box.is_centre else ""
    inside = (
        f'<g class="node{centre}"><rect x="{box.x:.0f}" y="{box.y:.0f}" width="{WIDTH}"'
        f' height="{HEIGHT}" rx="6"/><circle class="{box.health.mark}" cx="{box.x + 13:.0f}"'
        f' cy="{box.y + HEIGHT / 2:.0f}" r="4"/>'
        f'<text x="{box.x + 24:.0f}" y="{box.y + HEIGHT / 2 + 4:.0f}">{escape(name)}</text></g>'
    )
    if box.is_centre:
        return inside
    address = reverse("service", args=[box.health.service.name])
    return f'<a href="{escape(address)}" tabindex="-1">{inside}</a>'


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
