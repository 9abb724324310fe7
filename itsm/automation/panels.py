"""What the page of a record says of rules and runbooks, and those there are to choose from."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.selectors.rules import firings_on, macros_on, names_of_rules
from itsm.automation.selectors.runs import runbooks_of_runs, runs_of
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.behind import Behind, tellers
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes

MOST_RUNS = 5


@panel("rules", title=_l("Rules and macros"), template="automation/_panel.html", order=80)
def rules(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The rules that acted last, the way to why others did not, and the macros."""
    if not may_see_notes(user):
        return None
    return {"firings": firings_on(ticket), "macros": macros_on(user, ticket)}


@panel("runs", title=_l("Runs"), template="automation/_runs_panel.html", order=9)
def runs(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The newest runs of a record, and the way to the runbooks that can be run for it."""
    found = runs_of(user, ticket, most=MOST_RUNS)
    may_run = user.has_perm("runbooks.run") and ticket.is_open()
    return {"runs": found, "may_run": may_run} if found or may_run else None


@tellers.add("automation")
def behind(user: User, events: Sequence[Event]) -> Mapping[int, Sequence[Behind]]:
    """The rule and the run that brought an event about: for staff, who may see both."""
    if not may_see_notes(user):
        return {}
    causes = {each: (_last_rule(each), _run(each)) for each in events}
    rules = names_of_rules({rule for rule, _run in causes.values() if rule})
    runs = runbooks_of_runs({run for _rule, run in causes.values() if run})
    return {
        each.pk: [*_told_of_run(each, run, runs), *_told_of_rule(rule, rules)]
        for each, (rule, run) in causes.items()
        if rule or run
    }


def _last_rule(event: Event) -> int | None:
    rules = _cause(event).get("rules")
    return rules[-1] if isinstance(rules, list) and rules else None


def _run(event: Event) -> int | None:
    found = _cause(event).get("run") or event.data.get("run")
    return found if isinstance(found, int) else None


def _cause(event: Event) -> Mapping[str, Any]:
    found = event.data.get("cause")
    return found if isinstance(found, dict) else {}


def _told_of_rule(rule: int | None, known: Mapping[int, tuple[str, str]]) -> list[Behind]:
    if rule is None:
        return []
    if rule not in known:
        return [Behind(_("by a rule that is gone"), "workflow")]
    slug, name = known[rule]
    address = reverse("rule", args=[slug])
    return [Behind(_("by the rule “%(name)s”") % {"name": name}, "workflow", address)]


def _told_of_run(event: Event, run: int | None, known: Mapping[int, str]) -> list[Behind]:
    if run is None or run not in known:
        return []
    address = reverse("run", args=[run])
    # What an event says of the run itself names its runbook already.
    if event.data.get("run") == run:
        return [Behind(_("run #%(run)d") % {"run": run}, "play", address)]
    told = {"run": run, "runbook": known[run]}
    return [Behind(_("in run #%(run)d of “%(runbook)s”") % told, "play", address)]
