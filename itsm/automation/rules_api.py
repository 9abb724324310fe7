"""Rules and macros in the API."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.automation.actions import applying, keeping
from itsm.automation.actions.macros import run_macro
from itsm.automation.documents import Difference
from itsm.automation.fields import MACRO, RULE
from itsm.automation.models import Macro, Outcome, Rule
from itsm.automation.selectors import rules as selectors
from itsm.automation.simulation import Simulation, simulated
from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Field
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Shape,
    flag,
    instant,
    mapping,
    maybe,
    number,
    several,
    text,
)
from itsm.core.rest.versions import tagged, version_seen
from itsm.core.rest.views import Collection
from itsm.tickets.fields import TicketNumber

MOST_DAYS = 90
DAYS = {"days": {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "default": 30}}
FILE = (Field(name="file", label=_l("Rules and macros as YAML"), required=True, max_length=10**6),)

RULE_SHAPE = Shape(
    "Rule",
    (
        Column("slug", text()),
        Column("name", text()),
        Column("description", text()),
        Column("position", number()),
        Column("mode", text(enum=list(Rule.Mode.values))),
        Column("trigger", text(enum=list(Rule.Trigger.values))),
        Column("events", several(text())),
        Column("kind", text()),
        Column("every_minutes", number()),
        Column("conditions", several(mapping())),
        Column("steps", several(mapping())),
        Column("once", text(enum=list(Rule.Once.values))),
        Column("once_key", text()),
        Column("once_minutes", maybe(number())),
        Column("stops", flag()),
        Column("most_an_hour", number()),
        Column("saves_minutes", number()),
        Column("actor", maybe(text()), "actor__username"),
        Column("version", number()),
        Column("changed_at", instant()),
    ),
)
MACRO_SHAPE = Shape(
    "Macro",
    (
        Column("slug", text()),
        Column("name", text()),
        Column("description", text()),
        Column("position", number()),
        Column("kinds", several(text())),
        Column("team", maybe(text()), "team__slug"),
        Column("steps", several(mapping())),
        Column("is_on", flag()),
        Column("version", number()),
    ),
)
SIMULATION = Shape(
    "RuleSimulation",
    (
        Column("looked", number()),
        Column("is_cut", flag()),
        Column("held", number()),
        Column("acted", several(mapping())),
        Column("missed", several(mapping())),
    ),
)
FIRING = Shape(
    "RuleFiring",
    (
        Column("rule", text(), "rule__slug"),
        Column("outcome", text(enum=list(Outcome.values))),
        Column("detail", text()),
        Column("steps", several(mapping())),
        Column("happened_at", instant()),
    ),
)
DIFFERENCES = Shape("RuleDifferences", (Column("differences", several(mapping())),))
PERFORMED = Shape("MacroPerformed", (Column("steps", several(mapping())),))


class RuleCollection(Collection):
    """What is done by itself when something happens or time passes."""

    collection = "rules"
    shape = RULE_SHAPE
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"position": ("position", "id")}
    default_ordering = "position"

    @operation("get", "", _l("List rules"), gives=RULE_SHAPE, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_rules(request.user))

    @operation("post", "", _l("Write a rule"), takes=RULE, gives=RULE_SHAPE, status=201)
    def create(self, request: Asked) -> Response:
        rule = keeping.save_rule(actor=request.user, given=self.body(request))
        return self._shown(request, rule.slug, status=201)

    @operation("get", "export/", _l("Take all rules and macros out as YAML"), gives_file=True)
    def export(self, request: Asked) -> HttpResponse:
        response = HttpResponse(applying.exported(), content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="rules.yaml"'
        return response

    @operation(
        "post",
        "plan/",
        _l("Say what applying a file would change"),
        takes=FILE,
        gives=DIFFERENCES,
        refuses=(409,),
    )
    def plan(self, request: Asked) -> Response:
        found = applying.plan(text=self.given(request)["file"], actor=request.user)
        return Response({"differences": [_told(each) for each in found]})

    @operation(
        "post",
        "apply/",
        _l("Make rules and macros what a file says, all or nothing"),
        takes=FILE,
        gives=DIFFERENCES,
        refuses=(409,),
    )
    def apply(self, request: Asked) -> Response:
        found = applying.apply(text=self.given(request)["file"], actor=request.user)
        return Response({"differences": [_told(each) for each in found]})

    @operation("get", "<slug:slug>/", _l("Show one rule"), gives=RULE_SHAPE)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self._shown(request, slug)

    @operation(
        "patch",
        "<slug:slug>/",
        _l("Change a rule"),
        takes=RULE,
        gives=RULE_SHAPE,
        refuses=(409,),
        matches=True,
    )
    def change(self, request: Asked, slug: str) -> Response:
        rule = selectors.rule_for(request.user, slug)
        kept = keeping.save_rule(
            actor=request.user,
            rule=rule,
            given=self.body(request),
            expected_version=_seen(request, rule),
        )
        return self._shown(request, kept.slug)

    @operation("delete", "<slug:slug>/", _l("Remove a rule"), status=204, matches=True)
    def remove(self, request: Asked, slug: str) -> Response:
        rule = selectors.rule_for(request.user, slug)
        keeping.remove_rule(rule=rule, actor=request.user, expected_version=_seen(request, rule))
        return Response(status=204)

    @operation(
        "get",
        "<slug:slug>/simulation/",
        _l("Say what it would have done in the last days"),
        gives=SIMULATION,
        parameters=DAYS,
    )
    def simulation(self, request: Asked, slug: str) -> Response:
        rule, now = selectors.rule_for(request.user, slug), timezone.now()
        since = now - timedelta(days=_days(request))
        found = simulated(rule, user=request.user, since=since, now=now)
        return Response(_simulation(found, rule))

    @operation(
        "get",
        "<slug:slug>/firings/",
        _l("List what became of it"),
        gives=FIRING,
        many=PAGE,
        parameters=parameters_of,
    )
    def firings(self, request: Asked, slug: str) -> Response:
        rule = selectors.rule_for(request.user, slug)
        found = selectors.visible_firings(request.user, rule)
        newest = {"id": ("id",)}
        return self.page(request, found, shape=FIRING, orderings=newest, default="-id")

    def _shown(self, request: Asked, slug: str, *, status: int = 200) -> Response:
        found = selectors.visible_rules(request.user).filter(slug=slug)
        row = self.shape.one(found, request.user)
        return tagged(row, name=slug, version=row["version"], status=status)


class MacroCollection(Collection):
    """What agents have done to a record with one press."""

    collection = "macros"
    shape = MACRO_SHAPE
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"position": ("position", "id")}
    default_ordering = "position"

    @operation("get", "", _l("List macros"), gives=MACRO_SHAPE, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_macros(request.user))

    @operation("post", "", _l("Write a macro"), takes=MACRO, gives=MACRO_SHAPE, status=201)
    def create(self, request: Asked) -> Response:
        macro = keeping.save_macro(actor=request.user, given=self.body(request))
        return self._shown(request, macro.slug, status=201)

    @operation("get", "<slug:slug>/", _l("Show one macro"), gives=MACRO_SHAPE)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self._shown(request, slug)

    @operation(
        "patch",
        "<slug:slug>/",
        _l("Change a macro"),
        takes=MACRO,
        gives=MACRO_SHAPE,
        matches=True,
    )
    def change(self, request: Asked, slug: str) -> Response:
        macro = selectors.macro_for(request.user, slug)
        kept = keeping.save_macro(
            actor=request.user,
            macro=macro,
            given=self.body(request),
            expected_version=_seen(request, macro),
        )
        return self._shown(request, kept.slug)

    @operation("delete", "<slug:slug>/", _l("Remove a macro"), status=204, matches=True)
    def remove(self, request: Asked, slug: str) -> Response:
        macro = selectors.macro_for(request.user, slug)
        keeping.remove_macro(
            macro=macro, actor=request.user, expected_version=_seen(request, macro)
        )
        return Response(status=204)

    @operation(
        "post",
        "<slug:slug>/run/",
        _l("Do its steps to a record, all or none"),
        takes=(TicketNumber(name="ticket", label=_l("Number of the record"), required=True),),
        gives=PERFORMED,
        refuses=(409,),
    )
    def run(self, request: Asked, slug: str) -> Response:
        given = self.given(request)
        macro = selectors.macro_for(request.user, slug)
        try:
            ticket = selectors.whole(request.user, given["ticket"])
        except NotFound as missing:
            raise Invalid(str(missing), field="ticket") from None
        steps = run_macro(macro=macro, ticket=ticket, actor=request.user)
        return Response({"steps": steps})

    def _shown(self, request: Asked, slug: str, *, status: int = 200) -> Response:
        found = selectors.visible_macros(request.user).filter(slug=slug)
        row = self.shape.one(found, request.user)
        return tagged(row, name=slug, version=row["version"], status=status)


def _seen(request: Asked, kept: Rule | Macro) -> int | None:
    return version_seen(request, name=kept.slug, version=kept.version)


def _days(request: Asked) -> int:
    raw = request.query_params.get("days", "30")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= MOST_DAYS):
        raise Invalid(
            _("Give a number of days from 1 to %(most)d.") % {"most": MOST_DAYS}, field="days"
        )
    return int(raw)


def _simulation(found: Simulation, rule: Rule) -> dict[str, Any]:
    numbers = found.numbers
    return {
        "looked": found.looked,
        "is_cut": found.is_cut,
        "held": found.held,
        "acted": [
            {
                "at": each.at,
                "event": each.event.name if each.event else "",
                "ticket": numbers.get(each.ticket_id or 0),
            }
            for each in found.acted
        ],
        "missed": [
            {"condition": rule.conditions[place], "count": count} for place, count in found.missed
        ],
    }


def _told(difference: Difference) -> dict[str, Any]:
    return {
        "sort": difference.sort,
        "slug": difference.slug,
        "verb": difference.verb,
        "changes": {name: list(change) for name, change in difference.changes.items()},
    }
