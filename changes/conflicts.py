"""What stands in the way of a change at its time. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from changes.windows import Span

BLOCKS, WARNS = "block", "warn"
WITH_CHANGE = ("same_item", "related_item", "same_service", "neighbour_service", "person_busy")


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A change on the calendar: when, and on what."""

    number: str
    span: Span
    type: str = "normal"
    environment: str = "production"
    state: str = "scheduled"
    service_id: int | None = None
    tier: int | None = None
    items: frozenset[int] = frozenset()
    assignee_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Pane:
    """A window as it falls on the calendar: what it is about, and its spans."""

    name: str
    is_freeze: bool
    spans: Sequence[Span]
    services: frozenset[int] = frozenset()
    items: frozenset[int] = frozenset()
    tier: int | None = None
    environment: str = ""
    exempt: frozenset[str] = frozenset()

    def concerns(self, plot: Plot) -> bool:
        """Whether it is about this change: everything it names must fit, and nothing fits all."""
        if self.environment and self.environment != plot.environment:
            return False
        if self.tier is not None and (plot.tier is None or plot.tier > self.tier):
            return False
        if not self.services and not self.items:
            return True
        return plot.service_id in self.services or bool(plot.items & self.items)


@dataclass(frozen=True)
class Neighbourhood:
    """Which services and components stand beside which: by dependency, or as part of another."""

    services: frozenset[int] = frozenset()
    items: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Conflict:
    """One thing in the way: its sort, what it is with, how much it matters, and why."""

    sort: str
    other: str
    severity: str
    why: str
    start: datetime = field(compare=False)
    end: datetime = field(compare=False)


def conflicts_of(
    plot: Plot, *, others: Iterable[Plot], panes: Iterable[Pane], near: Neighbourhood
) -> list[Conflict]:
    """Everything in the way of a change, what blocks it first."""
    found = [each for other in others for each in _with_change(plot, other, near)]
    found += [each for pane in panes for each in _with_window(plot, pane)]
    return sorted(found, key=lambda each: (each.severity != BLOCKS, each.start, each.other))


def _with_change(plot: Plot, other: Plot, near: Neighbourhood) -> Iterator[Conflict]:
    if not plot.span.overlaps(other.span) or plot.environment != other.environment:
        return
    for sort, is_so, severity, why in (
        (
            "same_item",
            plot.items & other.items,
            BLOCKS,
            _("Both change the same component."),
        ),
        (
            "related_item",
            near.items & other.items - plot.items,
            WARNS,
            _("They change components that belong together."),
        ),
        (
            "same_service",
            plot.service_id is not None and plot.service_id == other.service_id,
            WARNS,
            _("Both change the same service."),
        ),
        (
            "neighbour_service",
            other.service_id in near.services,
            WARNS,
            _("They change services that depend on each other."),
        ),
        (
            "person_busy",
            plot.assignee_id is not None and plot.assignee_id == other.assignee_id,
            WARNS,
            _("The same person is to do both."),
        ),
    ):
        if is_so:
            yield Conflict(sort, other.number, severity, why, other.span.start, other.span.end)


def _with_window(plot: Plot, pane: Pane) -> Iterator[Conflict]:
    if not pane.concerns(plot):
        return
    if pane.is_freeze:
        if plot.type in pane.exempt:
            return
        why = _("It falls into a freeze.")
        for span in (each for each in pane.spans if each.overlaps(plot.span)):
            yield Conflict("freeze", pane.name, BLOCKS, why, span.start, span.end)
    elif not any(each.holds(plot.span) for each in pane.spans):
        why = _("It lies outside the maintenance window.")
        yield Conflict("outside_window", pane.name, WARNS, why, plot.span.start, plot.span.end)
