"""A timeline says which rule and which run did something, and leads there."""

import pytest
from django.test import Client

from itsm.automation.actions.keeping import remove_rule
from itsm.automation.models import Run
from itsm.core.delivery import deliver_owed
from itsm.people.models import User
from tests.automation.conftest import WriteRule
from tests.automation.test_rules import Report
from tests.runbooks.conftest import RESTART, Remembering, Write, done, remembering, write

pytestmark = pytest.mark.django_db
__all__ = ["remembering", "write"]  # pytest finds them here


def test_what_a_rule_and_its_run_did_names_both(
    client: Client,
    write_rule: WriteRule,
    write: Write,
    remembering: Remembering,
    report: Report,
    alice: User,
    mona: User,
) -> None:
    write(RESTART, policy="auto")
    told = {"runbook": "restart", "parameters": {"host": "web-1"}}
    rule = write_rule(
        name="Restart <it>",
        steps=[
            {"verb": "set", "values": {"add_tags": ["seen"]}},
            {"verb": "note", "values": {"body": "Hands off."}},
            {"verb": "run_runbook", "values": told},
        ],
    )
    incident = report()
    run = done(Run.objects.get())
    deliver_owed()
    client.force_login(alice)

    def page() -> str:
        return client.get(f"/incidents/{incident.number}/").content.decode()

    by_rule, in_run = f'<a href="/rules/{rule.slug}/">', f'<a href="/runs/{run.pk}/">'
    # Edited, noted, proposed, accepted, begun and over.
    assert page().count(by_rule) >= 6
    assert "by the rule “Restart &lt;it&gt;”" in page()
    assert page().count(in_run) >= 4
    assert f"run #{run.pk}</a>" in page()
    assert f"in run #{run.pk}" not in page()  # the sentence names the runbook already
    assert run.change is not None
    change = client.get(f"/changes/{run.change.number}/").content.decode()
    assert in_run in change
    assert f"in run #{run.pk} of “Restart”</a>" in change

    remove_rule(rule=rule, actor=mona)
    assert "by a rule that is gone" in page()
    assert by_rule not in page()


def test_rules_do_not_go_in_circles_through_a_run(
    write_rule: WriteRule, write: Write, remembering: Remembering, report: Report
) -> None:
    """What a run does was brought about by the rule that proposed it."""
    write(RESTART, policy="auto", is_mutating=False)
    told = {"runbook": "restart", "parameters": {"host": "web-1"}}
    again = [{"verb": "run_runbook", "values": told}]
    rule = write_rule(events=["incident.opened", "incident.run_verified"], steps=again)

    report()
    done(Run.objects.get())
    deliver_owed()

    assert Run.objects.count() == 1
    outcomes = rule.firings.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["acted", "cut"]
