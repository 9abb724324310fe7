"""Pipelines in the API."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from changes import actions, selectors
from changes.models import Environment
from itsm.core.errors import Invalid
from itsm.core.fields import Choice, Field, Flag, Line, Lines, Number
from itsm.core.rest.shapes import Column, flag, maybe, number, several, text
from itsm.inventory.fields import ServiceName
from itsm.monitoring.tools_api import ToolCollection, shape_of, with_token
from itsm.people.models import User

LENGTHS = ("window", "answer_within")
LONGEST = 30 * 24 * 3600


PIPELINE = shape_of(
    "Pipeline",
    Column("service", maybe(text()), "service__name"),
    Column("environment", text(enum=list(Environment.values))),
    Column("template", maybe(text()), "template__slug"),
    Column("window", number()),
    Column("opens_on_deployment", flag()),
    Column("opens_on_merge", flag()),
    Column("branch", text()),
    Column("moves_changes", flag()),
    Column("failures_open_incidents", flag()),
    Column("required_evidence", several(text())),
    Column("answer_hosts", several(text())),
    Column("answer_within", number()),
)


def rules() -> tuple[Field, ...]:
    """What may be said of a pipeline besides its kind."""
    return (
        Line(name="secret", label=_l("Secret for signatures; never shown"), max_length=200),
        Line(name="header_name", label=_l("Header with the token"), max_length=60),
        ServiceName(name="service", label=_l("Name of the service"), max_length=120),
        Choice(name="environment", choices=Environment.choices),
        Line(name="template", label=_l("Short name of its changes' template"), max_length=60),
        Number(name="window", label=_l("seconds"), least=60, most=LONGEST),
        Flag(name="opens_on_deployment", default=True),
        Flag(name="opens_on_merge"),
        Line(name="branch", max_length=200),
        Flag(name="moves_changes", default=True),
        Flag(name="failures_open_incidents"),
        Lines(name="required_evidence", label=_l("Kinds of evidence the gate asks for")),
        Lines(name="answer_hosts", label=_l("Hosts that may be answered"), max_length=250),
        Line(name="answer_token", label=_l("Token for answers; never shown"), max_length=1000),
        Number(name="answer_within", label=_l("seconds"), least=60, most=LONGEST),
        Flag(name="is_active", default=True),
    )


class PipelineCollection(ToolCollection):
    """The tools that build and deliver."""

    collection = "pipelines"
    shape = PIPELINE
    shape_with_token = with_token(PIPELINE)
    box = actions.PIPELINES
    rules = rules()

    def visible(self, user: User) -> QuerySet[Any]:
        return selectors.visible_pipelines(user)

    def kept(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values as the pipeline keeps them: lengths of time, and the template itself."""
        for name in LENGTHS:
            if name in values:
                if values[name] is None:
                    raise Invalid(_("Fill in this field."), field=name)
                values[name] = timedelta(seconds=values[name])
        if slug := values.get("template"):
            values["template"] = selectors.template_named(slug)
        elif "template" in values:
            values["template"] = None
        if values.get("environment") == "":
            raise Invalid(_("Fill in this field."), field="environment")
        return values
