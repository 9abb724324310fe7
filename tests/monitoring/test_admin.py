"""Sources and dead letters in Django's admin."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from itsm.monitoring import actions
from itsm.monitoring.models import Alert, DeadLetter, MonitoringSource
from itsm.monitoring.selectors import visible_alerts, visible_dead_letters
from itsm.monitoring.snippets import snippet_for
from itsm.monitoring.sources import sources
from itsm.monitoring.suggesting import suggested
from itsm.people.models import User
from tests.monitoring.conftest import Tool

pytestmark = pytest.mark.django_db

ADD = "/admin/monitoring/monitoringsource/add/"
LETTERS = "/admin/monitoring/deadletter/"


@pytest.fixture
def admin(dana: User) -> Client:
    """Dana's browser."""
    client = Client()
    client.force_login(dana)
    return client


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Ledger watch",
        "kind": "generic",
        "is_active": "on",
        "mapping": json.dumps({"title": "text", "status": "state"}),
        "severity_map": "{}",
        "recovery_hold": "0",
        "reopen_window": "00:15:00",
        "resolve_incidents": "on",
        "discovers": "on",
        "example": '{"text": "Down", "state": "PROBLEM"}',
        **changes,
    }


def test_a_new_source_shows_its_token_once_and_works(admin: Client) -> None:
    page = admin.post(ADD, form(), follow=True).content.decode()
    again = admin.get("/admin/monitoring/monitoringsource/").content.decode()

    (token,) = set(re.findall(r"sty_[0-9a-f]+", page))
    answer = Client().post(
        f"/hooks/ledger-watch/?token={token}",
        data='{"text": "Down", "state": "PROBLEM"}',
        content_type="application/json",
    )
    assert "sty_" not in again
    assert answer.status_code == 202
    assert MonitoringSource.objects.get().bot.is_bot


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"example": ""}, "Paste an example"),
        ({"example": "{"}, "not JSON"),
        ({"example": '{"text": "Down", "state": "odd"}'}, "$.state"),
        ({"mapping": '{"title": "a..b"}'}, "title"),
        ({"mapping": '{"colour": "c"}'}, "colour"),
        ({"mapping": "[]"}, "title"),
        ({"severity_map": '{"a": "awful"}'}, "Translate each word"),
        ({"severity_map": '{"a": []}'}, "Translate each word"),
        ({"kind": "carrier-pigeon"}, "valid choice"),
    ],
)
def test_a_source_that_could_not_be_heard_is_not_saved(
    admin: Client, changes: dict[str, Any], words: str
) -> None:
    page = admin.post(ADD, form(**changes))

    assert words in page.content.decode()
    assert MonitoringSource.objects.count() == 0


def test_a_secret_is_never_shown_and_stays_when_left_empty(
    admin: Client, tool_of: Callable[..., Tool]
) -> None:
    """P37."""
    source = tool_of("grafana", hmac_secret="planted-secret").source
    address = f"/admin/monitoring/monitoringsource/{source.pk}/change/"

    page = admin.get(address).content.decode()
    admin.post(address, form(name="grafana", kind="grafana", mapping="{}", hmac_secret=""))

    source.refresh_from_db()
    assert "planted-secret" not in page
    assert source.hmac_secret == "planted-secret"


def test_a_dead_letter_can_be_read_and_replayed_once_its_source_understands_it(
    admin: Client, tool_of: Callable[..., Tool], dana: User
) -> None:
    """P12."""
    tool = tool_of("generic", mapping={"title": "text", "status": "state"})
    tool.post(b'{"text": "Down <b>", "state": "BURNING"}')
    letter = DeadLetter.objects.get()
    replay = {"action": "replay", "_selected_action": [letter.pk]}

    page = admin.get(f"{LETTERS}{letter.pk}/change/").content.decode()
    refused = admin.post(LETTERS, replay, follow=True).content.decode()
    mapping = {"title": "text", "status": "state", "status_values": {"BURNING": "firing"}}
    actions.set_up(source=tool.source, actor=dana, settings={"mapping": mapping})
    admin.post(LETTERS, replay, follow=True)
    twice = admin.post(LETTERS, replay, follow=True).content.decode()

    alert = Alert.objects.get()
    assert "BURNING" in page
    assert "Down &lt;b&gt;" in page
    assert "$.state" in refused
    assert (alert.title, alert.count) == ("Down <b>", 1)
    assert "taken in already" in twice


def test_agents_see_alerts_but_only_administrators_what_was_refused(
    alertmanager: Tool, alice: User, charlie: User, dana: User
) -> None:
    alertmanager.post(b'{"alerts": [{"labels": {"alertname": "Down"}}]}')
    alertmanager.post(b"rubbish")

    assert [visible_alerts(each).count() for each in (alice, charlie)] == [1, 0]
    assert [visible_dead_letters(each).count() for each in (dana, alice, charlie)] == [1, 0, 0]


def test_the_list_of_alerts_takes_filters(alertmanager: Tool, alice: User) -> None:
    for name, severity in (("a", "critical"), ("b", "warning")):
        labels = {"alertname": name, "service": name, "severity": severity}
        alertmanager.post(json.dumps([{"labels": labels}]).encode())

    found = visible_alerts(alice, status=["firing"], severity=["warning"], source="alertmanager")

    assert [each.title for each in found] == ["b"]
    assert visible_alerts(alice, service="a").get().title == "a"


def test_the_command_line_prints_the_address_and_the_token(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("create_source", "alertmanager", "Production")

    told = capsys.readouterr().out
    assert "/hooks/production/" in told
    assert re.search(r"sty_[0-9a-f]{72}", told)


def test_the_command_line_names_the_kinds_there_are() -> None:
    with pytest.raises(CommandError, match="alertmanager"):
        call_command("create_source", "carrier-pigeon", "Production")


def test_an_example_alone_is_enough_for_a_new_source(admin: Client) -> None:
    example = {"alerts": [{"summary": "Disk", "state": "BAD", "host": "db1", "id": 7}]}

    page = admin.post(ADD, form(mapping="{}", example=json.dumps(example))).content.decode()

    assert "/hooks/ledger-watch/" in page
    assert MonitoringSource.objects.get().mapping == {
        "list": "alerts",
        "title": "summary",
        "status": "state",
        "status_values": {"BAD": "firing"},
        "component": "host",
        "fingerprint": "id",
    }


@pytest.mark.parametrize(
    ("payload", "mapping"),
    [
        (
            {"check": {"name": "Disk", "level": "high"}, "event": {"id": 3, "state": "down"}},
            {"title": "check.name", "severity": "check.level", "status": "event.state"},
        ),
        ([{"title": "Disk"}, {"title": "CPU"}], {"list": "$", "title": "title"}),
        ({"a.b": {"title": "Disk"}}, {"title": "['a.b'].title"}),
        ({"items": [1, 2]}, {}),
        ([], {}),
        ("text", {}),
    ],
)
def test_a_mapping_is_suggested_by_the_names_of_the_keys(
    payload: Any, mapping: dict[str, Any]
) -> None:
    found = suggested(payload)

    assert {name: found.get(name) for name in mapping} == mapping
    assert bool(found) == bool(mapping)


def test_trying_out_shows_what_would_be_read(admin: Client) -> None:
    given = {"example": '{"message": "Down", "status": "firing"}', "mapping": ""}

    answer = admin.post("/admin/monitoring/monitoringsource/try/", given).json()

    assert answer["mapping"] == {"status": "status", "title": "message"}
    assert answer["signals"][0]["title"] == "Down"
    assert answer["faults"] == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"example": "{"}, "JSON"),
        ({"example": "{}", "mapping": "["}, "not JSON yet"),
        ({"example": "{}", "mapping": "[" * 100_000}, "not JSON yet"),
        ({"example": '{"a": 1}', "mapping": '{"title": 5}'}, "Give a path"),
        ({}, ""),
    ],
)
def test_trying_out_rubbish_says_what_is_wrong(
    admin: Client, given: dict[str, str], words: str
) -> None:
    answer = admin.post("/admin/monitoring/monitoringsource/try/", given)

    assert answer.status_code == 200
    assert words in answer.json()["faults"][0]


@pytest.mark.parametrize("kind", sorted(sources))
def test_every_kind_of_tool_is_told_what_to_write(kind: str) -> None:
    _title, text = snippet_for(kind, base="https://desk.example.org", slug="x", token="sty_1")

    assert "sty_1" in text
    assert "desk.example.org" in text
