"""Rules and macros go out as a file, and come back as they were."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from itsm.automation.actions.applying import apply, exported, plan
from itsm.automation.actions.keeping import save_macro
from itsm.automation.models import Macro, Rule
from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import User
from tests.automation.conftest import WriteRule

pytestmark = pytest.mark.django_db
FILE = """
rules:
- slug: night
  name: At night
  events: [alert.fired, alert.escalated]
  mode: "on"
  conditions:
  - {fact: calendar.business_hours, op: is, value: false}
  steps:
  - verb: open_incident
    values: {title: "{alert}"}
macros:
- slug: take
  name: Take it
  steps:
  - verb: incident.acknowledge
"""


def test_what_was_taken_out_changes_nothing_when_it_comes_back(write_rule: WriteRule, mona: User):
    write_rule(once="key", once_key="{service}", description="  Two\nlines ", saves_minutes=5)
    write_rule(trigger="time", kind="incident", once="record", once_minutes=60)
    save_macro(
        actor=mona,
        given={"slug": "m", "name": "M", "steps": [{"verb": "incident.start", "values": {}}]},
    )

    assert plan(text=exported(), actor=mona) == []


def test_applying_twice_is_applying_once(write_rule: WriteRule, mona: User):
    write_rule(slug="old")

    first = apply(text=FILE, actor=mona)

    assert [(each.verb, each.slug) for each in first] == [
        ("add", "night"), ("remove", "old"), ("add", "take")
    ]  # fmt: skip
    assert apply(text=FILE, actor=mona) == []
    assert plan(text=FILE, actor=mona) == []
    changed = FILE.replace("At night", "By night")
    (only,) = plan(text=changed, actor=mona)
    assert dict(only.changes) == {"name": ("At night", "By night")}
    assert Rule.objects.get().name == "At night"


WRONG = [
    ("rules: [", "Line 1"),
    ("- a", "A file has rules and macros"),
    ("people: []", "A file has rules and macros"),
    ("rules: {a: 1}", "Give a list of rules"),
    ("rules: [{name: x}]", "Give each a slug"),
    (FILE.replace("mode:", "node:"), "rules[0].node"),
    (FILE.replace("op: is", "op: eval"), "rules[0].conditions[0].op"),
    (FILE.replace("open_incident", "os.system"), "rules[0].steps[0].verb"),
    ("a: &a [1]\nrules: *a", "aliases are not read"),
    ("rules: !!python/object/apply:os.system [id]", "Line 1"),
    (FILE.replace("{alert}", "\\0"), "rules[0].steps"),
    (FILE.replace("slug: night", "slug: 17"), "Give each a slug"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG, ids=[each[1] for each in WRONG])
def test_a_doubtful_file_is_refused_whole(
    write_rule: WriteRule, mona: User, text: str, sentence: str
):
    write_rule(slug="old")

    with pytest.raises(Invalid) as refusal:
        apply(text=text, actor=mona)

    assert sentence in f"{refusal.value.field} {refusal.value}"
    assert list(Rule.objects.values_list("slug", flat=True)) == ["old"]


def test_only_who_may_write_rules_applies_files(alice: User):
    with pytest.raises(NotAllowed):
        apply(text=FILE, actor=alice)


def test_the_page_plans_before_it_applies(mona: User):
    client = Client()
    client.force_login(mona)

    planned = client.post("/rules/file/", {"file": FILE, "do": "plan"}).content.decode()
    assert "rules/night" in planned
    assert not Rule.objects.exists()

    client.post("/rules/file/", {"file": FILE, "do": "apply"})
    assert Rule.objects.get().slug == "night"
    assert "At night" in client.get("/rules/file/").content.decode()


def test_the_command_does_the_same(mona: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "rules.yaml"
    file.write_text(FILE)

    call_command("rules", "plan", str(file), "--as", "mona")
    assert "+ rules/night" in capsys.readouterr().out
    assert not Rule.objects.exists()

    call_command("rules", "apply", str(file), "--as", "mona")
    call_command("rules", "plan", str(file), "--as", "mona")
    assert capsys.readouterr().out.endswith("Nothing would change.\n")
    assert Macro.objects.exists()

    call_command("rules", "export")
    assert "slug: night" in capsys.readouterr().out
    file.write_text("rules: {")
    with pytest.raises(CommandError, match="Line 1"):
        call_command("rules", "apply", str(file), "--as", "mona")
