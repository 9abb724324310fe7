"""What is asked about runbooks and runs, by forms and by the API alike."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.automation.models import Runbook
from itsm.automation.selectors.runbooks import names_of_runbooks
from itsm.core.fields import Choice, Field, Flag, Line, Mapped, Number
from itsm.core.plain_yaml import LONGEST
from itsm.people.fields import TeamName
from itsm.tickets.fields import TicketNumber
from itsm.tickets.forms import Offered


@dataclass(frozen=True, kw_only=True)
class Minutes(Number):
    """A length of time in minutes."""

    sort: str = field(default="number", init=False)

    def parse(self, raw: Any) -> Any:
        return timedelta(minutes=super().parse(raw))

    def empty(self) -> Any:
        return timedelta(0)


@dataclass(frozen=True, kw_only=True)
class RunbookName(Offered):
    """A runbook, by its short name."""

    max_length: int = 60

    def offered(self) -> list[tuple[str, Any]]:
        return names_of_runbooks()


SLUG = Line(name="slug", label=_l("Short name"), required=True, max_length=60)
TEXT = Field(
    name="text",
    label=_l("What it does"),
    help=_l("As YAML: target, parameters, steps, rollback, verification."),
    required=True,
    max_length=LONGEST,
)
FACTS: tuple[Field, ...] = (
    Line(name="name", label=_l("Name"), required=True, max_length=120),
    Field(name="description", label=_l("What it is for"), max_length=5000),
    TeamName(name="owner_team", label=_l("Team that answers for it")),
    Choice(
        name="policy",
        label=_l("Who decides that a proposed run begins"),
        required=True,
        choices=Runbook.Policy.choices,
    ),
    Minutes(name="cooldown", label=_l("Minutes of rest at a target"), most=10_080),
    Flag(name="needs_approval", label=_l("A second person gives leave")),
    Flag(
        name="is_mutating",
        label=_l("It alters something, so that each run is a change"),
        default=True,
    ),
    Flag(name="is_active", label=_l("It may run"), default=True),
)
SECRET: tuple[Field, ...] = (
    Line(
        name="name",
        label=_l("Name of the secret"),
        help=_l("In capitals, as steps name it."),
        required=True,
        max_length=60,
    ),
    Field(name="value", label=_l("Its value"), required=True),
)
ASKED: tuple[Field, ...] = (
    Line(name="runbook", label=_l("Short name of the runbook"), required=True, max_length=60),
    Mapped(name="parameters", label=_l("What it is told")),
    TicketNumber(name="ticket", label=_l("Record it is for")),
    Line(name="key", label=_l("Key: asked again with the same one, nothing is run again")),
    Line(name="reason", label=_l("Why")),
)
WHY = Line(name="why", label=_l("Why"))
COMMENT = Field(name="comment", label=_l("Comment"), max_length=5000)
PLAN = Line(name="plan", label=_l("The hash of the plan you judged"), max_length=64)


def as_given(runbook: Runbook) -> dict[str, str]:
    """What is said of a runbook, as a form holds it."""
    return {
        "name": runbook.name,
        "description": runbook.description,
        "owner_team": runbook.owner_team.slug if runbook.owner_team else "",
        "policy": runbook.policy,
        "cooldown": str(int(runbook.cooldown.total_seconds() // 60)),
        **{
            name: "on" if getattr(runbook, name) else ""
            for name in ("needs_approval", "is_mutating", "is_active")
        },
    }
