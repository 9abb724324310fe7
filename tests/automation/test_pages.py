"""Rules and macros are written, moved and run on pages that need no JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident
from itsm.automation.actions.keeping import save_macro
from itsm.automation.models import Macro, Rule, Runbook
from itsm.core.models import Event
from itsm.people.models import User
from tests.automation.conftest import WriteRule

pytestmark = pytest.mark.django_db
Report = Callable[..., Incident]

FORM = {
    "slug": "grave",
    "name": "Grave ones",
    "mode": "off",
    "trigger": "event",
    "events": "incident.opened, incident.raised",
    "once": "event",
    "c-fact": ["record.priority", "record.phase", ""],
    "c-op": ["at_most", "in", "is"],
    "c-value": ["2", "new, active", ""],
    "s-verb": ["assign", "note"],
    "s-0-team": "platform",
    "s-0-assignee": "",
    "s-1-body": "{number} is grave",
}


@pytest.fixture
def manager(mona: User) -> Client:
    client = Client()
    client.force_login(mona)
    return client


def test_a_rule_is_written_row_by_row_and_saved(manager: Client, platform: Any):
    page = manager.post("/rules/new/", {**FORM, "do": "add-step", "new-verb": "incident.resolve"})
    assert page.status_code == 200
    assert 'name="s-2-code"' in page.content.decode()
    page = manager.post("/rules/new/", {**FORM, "do": "drop-condition-0"})
    assert "record.phase" in page.content.decode()
    assert not Rule.objects.exists()

    response = manager.post("/rules/new/", {**FORM, "save": "1"})

    assert response.status_code == 302
    rule = Rule.objects.get()
    assert rule.events == ["incident.opened", "incident.raised"]
    assert rule.conditions == [
        {"fact": "record.priority", "op": "at_most", "value": 2},
        {"fact": "record.phase", "op": "in", "value": ["new", "active"]},
    ]
    assert rule.steps == [
        {"verb": "assign", "values": {"team": "platform"}},
        {"verb": "note", "values": {"body": "{number} is grave"}},
    ]
    assert rule.stops is False
    shown = manager.get("/rules/grave/").content.decode()
    assert " checked" not in shown
    assert 'value="New, In progress"' in shown
    assert 'value="2"' in shown
    assert "{number} is grave" in shown


RUNBOOK = {**FORM, "s-verb": ["run_runbook"], "s-0-runbook": "restart", "s-0-team": ""}


def test_what_a_runbook_is_told_is_typed_in_lines(manager: Client):
    typed = 'host: {alert}\r\nwhy: "a\\nb"\r\n\r\nat: 10:30\r\nempty:'

    manager.post("/rules/new/", {**RUNBOOK, "s-0-parameters": typed, "save": "1"})

    told = {"host": "{alert}", "why": "a\nb", "at": "10:30", "empty": ""}
    assert Rule.objects.get().steps[0]["values"] == {"runbook": "restart", "parameters": told}
    shown = manager.get("/rules/grave/").content.decode()
    for line in ("host: {alert}", "why: &quot;a\\nb&quot;", "at: 10:30", "empty:"):
        assert f"{line}\n" in shown or f"{line}</textarea>" in shown


def test_conditions_are_read_and_written_in_the_words_people_know(manager: Client, platform: Any):
    asked = {
        "record.state": ("is", "On hold", "on_hold"),
        "record.priority": ("in", "critical, High", [1, 2]),
        "record.kind": ("is_not", "incident", "incident"),
        "record.resolution_code": ("is", "fixed", "fixed"),  # two are called so
        "change.risk": ("is", "Very high", "very_high"),
        "record.source": ("has", "mail", "mail"),
    }
    ops, typed, _kept = zip(*asked.values(), strict=True)
    rows = {"c-fact": list(asked), "c-op": ops, "c-value": typed}

    manager.post("/rules/new/", {**FORM, **rows, "save": "1"})

    conditions = Rule.objects.get().conditions
    assert [each["value"] for each in conditions] == [kept for _op, _typed, kept in asked.values()]
    shown = manager.get("/rules/grave/").content.decode()
    for words in ("On hold", "Critical, High", "fixed", "incident", "Very high", "mail"):
        assert f'name="c-value" value="{words}"' in shown


def test_a_runbook_is_chosen_and_told_by_its_name(
    manager: Client, write_rule: WriteRule, client: Client, alice: User
):
    Runbook.objects.create(slug="restart", name="Restart the service")
    write_rule(slug="heal", steps=[{"verb": "run_runbook", "values": {"runbook": "restart"}}])
    write_rule(slug="odd", steps=[{"verb": "run_runbook", "values": {"runbook": "gone"}}])
    client.force_login(alice)

    edited = manager.get("/rules/heal/").content.decode()
    odd = manager.get("/rules/odd/").content.decode()
    told = client.get("/rules/heal/").content.decode()

    assert '<option value="restart" selected>Restart the service</option>' in edited
    assert '<option value="gone" selected>gone</option>' in odd
    assert "Runbook: Restart the service" in told


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"c-value": ["two", "new", ""]}, "Give a number."),
        ({"s-0-team": "nobody"}, "No team has the short name nobody."),
        ({"s-1-body": "{secret}"}, "{secret} is no placeholder."),
        ({**RUNBOOK, "s-0-parameters": "web-1"}, "Write a name and its value in each line"),
        ({**RUNBOOK, "s-0-parameters": "host: {secret}"}, "{secret} is no placeholder."),
        ({"events": "everything"}, "everything is no event"),
        ({"s-verb": []}, "Say what is to be done."),
    ],
)
def test_what_is_doubtful_is_said_beside_it_and_nothing_is_lost(
    manager: Client, platform: Any, given: dict[str, Any], sentence: str
):
    response = manager.post("/rules/new/", {**FORM, **given, "save": "1"})

    page = response.content.decode()
    assert response.status_code == 422
    assert page.count(sentence) == 1
    assert "Grave ones" in page
    assert not Rule.objects.exists()


def test_a_rule_is_switched_moved_and_removed(manager: Client, write_rule: WriteRule):
    write_rule(slug="one", position=10, mode="off")
    write_rule(slug="two", position=20)

    manager.post("/rules/one/mode/", {"mode": "on"})
    manager.post("/rules/one/move/", {"to": "down"})
    assert list(Rule.objects.values_list("slug", "mode")) == [("two", "on"), ("one", "on")]

    manager.post("/rules/two/remove/")
    assert Rule.objects.get().slug == "one"
    names = list(
        Event.objects.filter(subject_type="automation_rule").values_list("name", flat=True)
    )
    assert names.count("rule.removed") == 1
    assert names.count("rule.changed") == 3


def test_somebody_elses_change_is_not_written_over(
    manager: Client, write_rule: WriteRule, platform: Any
):
    write_rule(slug="grave")
    form = {**FORM, "version": "1", "save": "1"}
    assert manager.post("/rules/grave/", form).status_code == 302

    response = manager.post("/rules/grave/", {**form, "name": "Other"})

    assert response.status_code == 422
    assert "has changed since you opened it" in response.content.decode()


def test_why_a_rule_did_not_act_is_said_on_the_record(
    manager: Client, write_rule: WriteRule, report: Report
):
    write_rule(
        name="Grave ones", conditions=[{"fact": "record.priority", "op": "at_most", "value": 1}]
    )
    write_rule(name="Tag it")
    incident = report()

    panel = manager.get(f"/incidents/{incident.number}/").content.decode()
    page = manager.get(f"/rules/why/{incident.number}/").content.decode()

    assert "Tag it" in panel
    assert f"/rules/why/{incident.number}/" in panel
    assert "Grave ones" in page
    assert "Priority is at most" in page
    assert f'seen: <span class="mono">{incident.get_priority_display()}</span>' in page


@pytest.mark.parametrize(
    ("address", "most"), [("/rules/", 14), ("/macros/", 13), ("/rules/one/", 15)]
)
def test_a_page_costs_the_same_however_much_there_is(
    manager: Client, mona: User, write_rule: WriteRule, report: Report, address: str, most: int
):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(address).status_code == 200
        return len(captured)

    note = [{"verb": "note", "values": {"body": "x"}}]

    def more(count: int) -> None:
        for place in range(count):
            write_rule()
            given = {"slug": f"m-{count}-{place}", "name": "M", "team": "platform", "steps": note}
            save_macro(actor=mona, given=given)
        report()

    write_rule(slug="one")
    more(2)
    few = statements()
    more(8)

    assert statements() == few
    assert few <= most


STEPS = [
    {"verb": "set", "values": {"add_tags": ["taken"]}},
    {"verb": "comment", "values": {"body": "Dear {caller}, we are on {number}."}},
]


def test_a_macro_is_run_in_ones_own_name(alice: User, mona: User, report: Report, charlie: User):
    save_macro(actor=mona, given={"slug": "take", "name": "Take it", "steps": STEPS})
    incident, client = report(caller=charlie), Client()
    client.force_login(alice)
    assert "Take it" in client.get(f"/incidents/{incident.number}/").content.decode()

    client.post(f"/macros/take/run/{incident.number}/")

    incident.refresh_from_db()
    said = incident.comments.get()
    assert incident.tags == ["taken"]
    assert said.author == alice
    assert said.body == f"Dear charlie, we are on {incident.number}."


def test_a_macro_does_all_or_nothing_and_no_more_than_one_may(
    alice: User, mona: User, report: Report
):
    steps = [*STEPS, {"verb": "change.submit", "values": {}}]
    save_macro(actor=mona, given={"slug": "take", "name": "Take it", "steps": steps})
    incident, client = report(), Client()
    client.force_login(alice)

    page = client.post(f"/macros/take/run/{incident.number}/", follow=True).content.decode()

    incident.refresh_from_db()
    assert incident.tags == []
    assert "did nothing" in page


def test_a_macro_is_written_on_its_page(manager: Client):
    form = {
        "slug": "take", "name": "Take it", "kinds": "incident", "is_on": "on",
        "s-verb": ["incident.acknowledge"], "save": "1",
    }  # fmt: skip
    assert manager.post("/macros/new/", {**form, "kinds": "nothing"}).status_code == 422
    assert manager.post("/macros/new/", form).status_code == 302

    del form["is_on"]
    manager.post("/macros/take/", form)
    macro = Macro.objects.get()
    assert macro.is_on is False
    assert (macro.kinds, macro.steps) == (
        ["incident"], [{"verb": "incident.acknowledge", "values": {}}]
    )  # fmt: skip
