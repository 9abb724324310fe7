"""What staff are asked when they plan a change."""

from django import forms
from django.utils.translation import gettext_lazy as _l

from changes.models import Category, ChangeType, Environment, Pipeline, WindowSort
from changes.pipelines import pipelines
from itsm.core.admin_forms import LinesField
from itsm.inventory.fields import ComponentNames, ServiceName
from itsm.monitoring.forms import ToolForm
from itsm.people.fields import TeamName, Zone
from itsm.tickets.fields import Choice, Field, Flag, Instant, Line, Person
from itsm.tickets.forms import Tags

# An unauthorised change is found, not planned.
PLANNED_TYPES = [each for each in ChangeType.choices if each[0] != ChangeType.UNAUTHORISED]
PLAN: tuple[Field, ...] = (
    Line(name="title", label=_l("What is changed"), required=True),
    Choice(name="type", label=_l("Type"), required=True, choices=PLANNED_TYPES),
    Choice(name="category", label=_l("Category"), required=True, choices=Category.choices),
    Choice(name="environment", label=_l("Environment"), required=True, choices=Environment.choices),
    ServiceName(name="service", label=_l("Service")),
    ComponentNames(
        name="configuration_items", label=_l("Components"), help=_l("With commas between them.")
    ),
    Field(name="reason", label=_l("Why it is changed")),
    Instant(name="planned_start", label=_l("Planned start")),
    Instant(name="planned_end", label=_l("Planned end")),
    Field(name="implementation_plan", label=_l("How it is done"), max_length=50_000),
    Field(name="test_plan", label=_l("How it is tested"), max_length=50_000),
    Field(name="backout_plan", label=_l("How it is taken back"), max_length=50_000),
    Flag(name="backout_tested", label=_l("Taking it back was tried")),
    Flag(name="outage_expected", label=_l("An outage is expected")),
    Flag(name="irreversible", label=_l("Data are moved, or it cannot be undone")),
    Person(name="assignee", label=_l("Who carries it out")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
)
# When a change is to be done instead.
TIMES: tuple[Field, ...] = (
    Instant(name="planned_start", label=_l("Planned start"), required=True),
    Instant(name="planned_end", label=_l("Planned end"), required=True),
)
# What the calendar can be narrowed to.
NARROWED: tuple[Field, ...] = (
    ServiceName(name="service", label=_l("Service")),
    TeamName(name="team", label=_l("Team")),
    Choice(name="type", label=_l("Type"), choices=ChangeType.choices),
    Choice(name="environment", label=_l("Environment"), choices=Environment.choices),
)
# Where freezes and windows come from, and what is not said there.
TAKEN_IN: tuple[Field, ...] = (
    Line(name="address", label=_l("Or its address"), max_length=1000),
    Field(name="text", label=_l("Or its text"), max_length=1_000_000),
    Choice(
        name="sort",
        label=_l("What its events are"),
        help=_l("Unless a category of theirs says so."),
        required=True,
        choices=WindowSort.choices,
    ),
    Zone(
        name="zone",
        label=_l("Time zone"),
        help=_l("Of times in it that say none themselves."),
        required=True,
        max_length=60,
    ),
)

BRANDS = {
    "argocd": "Argo CD",
    "github": "GitHub",
    "gitlab": "GitLab",
    "terraform-cloud": "HCP Terraform",
}


def kinds_of_pipelines() -> list[tuple[str, str]]:
    """The kinds of delivery tools there are."""
    return [(each, BRANDS.get(each, each.capitalize())) for each in pipelines]


class PipelineForm(ToolForm[Pipeline]):
    """A pipeline's rules; of its secrets only new ones are taken, and none is shown."""

    kind = forms.ChoiceField(
        label=_l("kind"),
        choices=kinds_of_pipelines,
        help_text=_l("A tool that is not listed is a delivery: anything that posts our words."),
    )
    answer_hosts = LinesField(
        label=_l("Hosts that may be answered"),
        required=False,
        help_text=_l("Where the gate's verdict may be sent, one in each line: api.github.com."),
    )

    class Meta:
        model = Pipeline
        fields = (
            *("name", "kind", "is_active", "service", "environment", "template", "window"),
            *("opens_on_deployment", "opens_on_merge", "branch", "moves_changes"),
            "failures_open_incidents",
            *("required_evidence", "answer_hosts", "answer_token", "answer_within"),
            *("header_name", "secret"),
        )
