"""Figures over time, drawn as SVG by the server; a table beside each says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 640, 160
LEFT, RIGHT, TOP, BOTTOM = 88, 30, 10, 22
INSIDE = HEIGHT - TOP - BOTTOM
GAP = 0.28  # of a step, between bars
MOST_NAMES = 8


@dataclass(frozen=True)
class Column:
    """What went well and what did not in one stretch of time."""

    name: str
    good: int
    bad: int


@dataclass(frozen=True)
class Curve:
    """A number for each stretch of time, where there is one."""

    look: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Range:
    """A number for a stretch of time, and from where to where it may well be."""

    middle: float | None
    low: float | None
    high: float | None


def columns(found: Sequence[Column], *, label: str) -> SafeString:
    """A bar for each stretch, what did not go well on top."""
    most = max((each.good + each.bad for each in found), default=0) or 1
    step = (WIDTH - LEFT - RIGHT) / max(len(found), 1)
    bars = []
    for place, each in enumerate(found):
        x, width = LEFT + place * step + step * GAP / 2, step * (1 - GAP)
        high, low = INSIDE * each.good / most, INSIDE * each.bad / most
        bars.append(
            format_html(
                "<g><title>{}: {}</title>"
                '<rect class="good" x="{}" y="{}" width="{}" height="{}"/>'
                '<rect class="bad" x="{}" y="{}" width="{}" height="{}"/></g>',
                *(each.name, each.good + each.bad),
                *_box(x, TOP + INSIDE - high, width, high),
                *_box(x, TOP + INSIDE - high - low, width, low),
            )
        )
    drawn = format_html_join("", "{}", ((bar,) for bar in bars))
    return _frame(drawn, [each.name for each in found], top=str(most), label=label)


def curves(
    found: Sequence[Curve], *, names: Sequence[str], label: str, top: str, most: float
) -> SafeString:
    """A line for each row of numbers; where there is no number there is a gap."""
    step = (WIDTH - LEFT - RIGHT) / max(len(names), 1)
    lines = []
    for curve in found:
        points = [
            None
            if value is None
            else (LEFT + (place + 0.5) * step, TOP + INSIDE * (1 - value / (most or 1)))
            for place, value in enumerate(curve.values)
        ]
        lines.append(_line(curve.look, points))
    drawn = format_html_join("", "{}", ((line,) for line in lines))
    return _frame(drawn, names, top=top, label=label)


def ranges(
    found: Sequence[Range], *, names: Sequence[str], label: str, top: str, most: float
) -> SafeString:
    """A line with, for each stretch, how sure it is; where there is no number there is a gap."""
    step = (WIDTH - LEFT - RIGHT) / max(len(names), 1)

    def height(value: float) -> float:
        return TOP + INSIDE * (1 - value / (most or 1))

    spans = format_html_join(
        "",
        '<line class="span" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        (
            (f"{LEFT + (place + 0.5) * step:.1f}", *_between(height(each.low), height(each.high)))
            for place, each in enumerate(found)
            if each.low is not None and each.high is not None
        ),
    )
    points = [
        None if each.middle is None else (LEFT + (place + 0.5) * step, height(each.middle))
        for place, each in enumerate(found)
    ]
    drawn = format_html("{}{}", spans, _line("is-lead", points))
    return _frame(drawn, names, top=top, label=label)


def _between(low: float, high: float) -> tuple[str, str]:
    return f"{low:.1f}", f"{max(high, TOP):.1f}"


def _line(look: str, points: Sequence[tuple[float, float] | None]) -> SafeString:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    paths = format_html_join(
        "",
        '<polyline class="{}" points="{}"/>',
        ((look, " ".join(f"{x:.1f},{y:.1f}" for x, y in run)) for run in runs if len(run) > 1),
    )
    dots = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="3"/>',
        ((look, f"{x:.1f}", f"{y:.1f}") for x, y in filter(None, points)),
    )
    return format_html("{}{}", paths, dots)


def _box(x: float, y: float, width: float, height: float) -> tuple[str, ...]:
    return f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{height:.1f}"


def _frame(drawn: SafeString, names: Sequence[str], *, top: str, label: str) -> SafeString:
    step = (WIDTH - LEFT - RIGHT) / max(len(names), 1)
    every = -(-len(names) // MOST_NAMES) or 1
    told = format_html_join(
        "",
        '<text class="when" x="{}" y="{}">{}</text>',
        (
            (f"{LEFT + (place + 0.5) * step:.1f}", HEIGHT - 6, name)
            for place, name in enumerate(names)
            if place % every == 0
        ),
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>'
        '<line class="grid" x1="{}" y1="{}" x2="{}" y2="{}"/>'
        '<text class="much" x="{}" y="{}">{}</text><text class="much" x="{}" y="{}">0</text>'
        "{}{}</svg>",
        *(WIDTH, HEIGHT, label),
        *(LEFT, TOP + INSIDE, WIDTH - RIGHT, TOP + INSIDE),
        *(LEFT, TOP, WIDTH - RIGHT, TOP),
        *(LEFT - 6, TOP + 4, top.replace(" ", "\N{NO-BREAK SPACE}")),
        *(LEFT - 6, TOP + INSIDE + 4),
        *(drawn, told),
    )
