"""How a service stands to its objectives, as its page shows it."""

from dataclasses import dataclass

from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import number_format

from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.sla.models import Objective
from itsm.sla.selectors import objectives_of

LITTLE = 0.25


@dataclass(frozen=True)
class Shown:
    """One objective in figures."""

    name: str
    share: str
    days: int
    is_known: bool
    left: str
    burn: str
    mood: str


def objectives(user: User, service: Service) -> list[Shown]:
    """What the service is to achieve, and how much of each error budget is left."""
    if not user.has_perm("tickets.view_all"):
        return []
    return [_shown(each) for each in objectives_of(service)]


def _shown(objective: Objective) -> Shown:
    left, burn = objective.left, objective.burn
    is_known = left is not None and objective.is_known(timezone.now())
    return Shown(
        name=objective.name,
        share=_percent(objective.target, 4),
        days=objective.window_days,
        is_known=is_known,
        left="" if left is None else _percent(left, 1),
        burn="" if burn is None else floatformat(burn, 1),
        mood="" if left is None else _mood(left),
    )


def _percent(share: float, places: int) -> str:
    figure = round(share * 100, places)
    return f"{number_format(int(figure) if figure == int(figure) else figure)} %"


def _mood(left: float) -> str:
    if left <= 0:
        return "gone"
    return "low" if left < LITTLE else "ok"
