"""Ports that rooms above fill: who may hold a run back, and who says that all is healthy again."""

from collections.abc import Callable
from dataclasses import dataclass

from itsm.automation.definition import Verification
from itsm.automation.models import Run
from itsm.core.registry import Registry


@dataclass(frozen=True)
class Held:
    """A gate lets nothing pass now, and why."""

    why: str


# None lets the run pass.
Gate = Callable[[Run], Held | None]
gates: Registry[Gate] = Registry("gate of runs")

# Whether what the run worked on is healthy; None when that cannot be seen now.
Probe = Callable[[Run, Verification], bool | None]
probes: Registry[Probe] = Registry("probe")
