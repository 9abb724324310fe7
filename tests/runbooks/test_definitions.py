"""What may be written in a runbook, and how a mistake is told."""

import pytest

from itsm.automation.definition import read_definition
from itsm.core.errors import Invalid

STEP = "steps:\n  - {use: human, name: Look}\n"
GOOD = 'target: "{host}"\nparameters:\n  - {name: host, type: host}\n' + STEP


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("target: [", "Line 1"),
        ("- a\n- b", "begin with names"),
        ("target: web\n", "steps: say at least one"),
        (STEP, "target"),
        (GOOD + "colour: red\n", "colour"),
        (GOOD.replace("{host}", "{hots}"), "{hots} is no parameter"),
        (GOOD.replace("type: host", "type: shell"), "parameters[1].type"),
        (GOOD.replace("name: host", "name: Host"), "parameters[1].name"),
        (GOOD.replace("human", "shell"), "steps[1].use"),
        (GOOD.replace("name: Look", "name: Look, with: {a: b}"), "steps[1]"),
        (GOOD + "target: other\n", "twice"),
        ("target: &a [*a]\n" + STEP, "aliases"),
        ("target: !!python/object:os.system x\n" + STEP, "Line 1"),
        (GOOD.replace("type: host", "type: integer, default: many"), "parameters[1].default"),
        (GOOD + "verification: {by: prometheus}\n", "query"),
        (GOOD + "verification: {by: alert, samples: 1}\n", "verification.samples"),
        (GOOD + "verification: {by: alert, every: 600, within: 900}\n", "verification.within"),
        (
            GOOD.replace("use: human", "use: script").replace(
                "name: Look", "with: {command: ../sh}"
            ),
            "steps[1].with.command",
        ),
        (
            GOOD.replace("use: human", "use: script").replace(
                "name: Look", 'with: {command: sh, arguments: ["-c", "{host}"]}'
            ),
            "steps[1].with.arguments",
        ),
        (
            GOOD.replace("use: human", "use: http").replace(
                "name: Look", 'with: {address: "https://{host}/x"}'
            ),
            "steps[1].with.address",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_definition(text)

    assert said in str(refusal.value)
    assert refusal.value.field == "text"


def test_a_runbook_says_what_it_says() -> None:
    document, definition = read_definition(GOOD + "verification: {by: alert}\ntimeout: 60\n")

    assert document["timeout"] == 60
    assert definition.steps[0].timeout.total_seconds() == 60
    assert definition.verification.needed == 3
