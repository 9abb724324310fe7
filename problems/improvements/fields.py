"""What an improvement is to be judged by, as it is asked."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import Decimals
from itsm.core.measures import measures
from itsm.tickets.fields import Field, Line, Number
from itsm.tickets.forms import Offered


@dataclass(frozen=True, kw_only=True)
class MeasureName(Offered):
    """A measure, by its name."""

    max_length: int = 60

    def offered(self) -> list[tuple[str, Any]]:
        found = sorted(measures.values(), key=lambda each: (str(each.section), str(each.label)))
        return [(each.name, f"{each.section}: {each.label}") for each in found]

    def parse(self, raw: Any) -> Any:
        name = super().parse(raw)
        if name and name not in measures:
            raise self.wrong(_("There is no measure %(name)s.") % {"name": name})
        return name


JUDGED_BY: tuple[Field, ...] = (
    MeasureName(name="kpi", also="kpi", label=_l("Measure it is judged by"), required=True),
    Decimals(
        name="target",
        label=_l("Target"),
        help=_l("Of a time in hours, of a share in per cent."),
        required=True,
    ),
    Number(
        name="days",
        also="kpi_days",
        label=_l("Days that are measured together"),
        least=1,
        most=365,
    ),
    Line(
        name="team",
        label=_l("Of one team only"),
        help=_l("Its short name; empty is everybody."),
        max_length=60,
    ),
)
