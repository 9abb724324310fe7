"""Any tool that posts JSON or a form, by a mapping that is data of the source."""

from datetime import timedelta
from typing import Any, ClassVar

from itsm.monitoring.mapping import signals_of
from itsm.monitoring.sources import Reading, Signal, sources


@sources.add("generic")
class Generic:
    """A tool whose payload an administrator described."""

    quiet_resolve_after: ClassVar[timedelta | None] = None

    def parse(self, payload: Any, *, reading: Reading) -> list[Signal]:
        return signals_of(payload, mapping=reading.mapping, reading=reading)
