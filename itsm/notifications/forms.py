"""What one is asked about being told."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import Choice, Field
from itsm.notifications.models import Rhythm
from itsm.notifications.topics import TOPICS

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?")


@dataclass(frozen=True, kw_only=True)
class Clock(Field):
    """A time of day, or none."""

    sort: str = field(default="time", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        found = _CLOCK.fullmatch(str(raw).strip())
        if found is None:
            raise self.wrong(_("Give a time such as 22:00."))
        return time(int(found[1]), int(found[2]))


HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]
RHYTHM: tuple[Field, ...] = (
    Choice(name="digest", label=_l("Mail comes"), required=True, choices=Rhythm.Digest.choices),
    Choice(name="digest_hour", label=_l("At"), required=True, choices=HOURS),
    Clock(name="quiet_from", label=_l("Quiet from")),
    Clock(name="quiet_until", label=_l("Quiet until")),
)


def wanted_in(given: Iterable[str]) -> set[tuple[str, str]]:
    """The boxes that were ticked, those that make no sense left out."""
    parts = (each.partition(":") for each in given)
    return {(topic, channel) for topic, _colon, channel in parts if topic in TOPICS}
