"""The executors that need no tool of others: an HTTP request, and a command on the worker."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from itsm.automation.executors import Outcome, Work, executors
from itsm.automation.filling import filled
from tests.runbooks import peers
from tests.runbooks.conftest import put
from tests.runbooks.peers import Peer

HOSTILE = (
    "$(id)", "`id`", "; rm -rf /", "| cat /etc/passwd", "&& id", "--flag", "-e", "\nid\n",
    "{{ lookup('pipe','id') }}", "{% import os %}", "{host}", "'\"", "../../etc", "%0aid", "é☃",
)  # fmt: skip
hostile = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40
)


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """Another system on this machine."""
    with peers.peer() as found:
        yield found


@pytest.fixture(autouse=True)
def _fresh(peer: Peer, settings: Any) -> None:
    peer.asked.clear()
    peer.answer = lambda _asked: (200, {})
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]


def run(use: str, settings: dict[str, Any], **more: Any) -> tuple[Outcome, list[str]]:
    said: list[str] = []
    work = Work(run=7, key="k:1", settings=settings, **more)
    return executors[use].run(work, said.append), said


def call(peer: Peer, **settings: Any) -> Outcome:
    address = f"{peer.address}/restart"
    return run("http", {"address": address, **settings}, secrets={"KEY": "planted-4711"})[0]


def test_a_request_is_signed_and_carries_the_same_key_each_time(peer: Peer) -> None:
    secret = "whsec_" + "c2VjcmV0LW9mLXR3ZW50eS1mb3VyLWJ5dGVz"
    settings = {"address": f"{peer.address}/x", "sign_with": "KEY"}
    run("http", {**settings, "body": {"a": 1}}, secrets={"KEY": secret})

    asked = peer.asked[0]
    headers, body = asked.headers, asked.body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert asked.method == "POST"
    assert headers["Idempotency-Key"] == headers["webhook-id"] == "k:1"
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert json.loads(body) == {"a": 1}


@pytest.mark.parametrize(
    ("status", "word"),
    [
        *((200, "succeeded"), (204, "succeeded"), (404, "failed"), (500, "failed")),
        *((502, "unknown"), (504, "unknown"), (0, "unknown")),
    ],
)
def test_an_answer_that_never_came_is_not_taken_for_a_no(
    peer: Peer, status: int, word: str
) -> None:
    peer.answer = lambda _asked: (status, {})

    assert call(peer).word == word


def test_what_was_never_sent_has_failed() -> None:
    address = "http://127.0.0.1:1/nobody"

    assert run("http", {"address": address})[0].word == "failed"
    assert run("http", {"address": "http://10.0.0.1/inside"})[0].word == "failed"


@given(value=hostile)
@hypothesis_settings(max_examples=60)
def test_what_a_run_is_told_reaches_the_other_side_as_data_alone(value: str) -> None:
    # The body of a request is made of values, never of text.
    assert json.loads(json.dumps(filled({"host": "{host}"}, {"host": value}))) == {"host": value}
    assert filled("at {host}!", {"host": value, "at": "x"}) == f"at {value}!"


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_words_stay_within_their_part_of_an_address(peer: Peer, value: str) -> None:
    address = f"{peer.address}/hosts/{{host}}/restart"
    run("http", {"address": address, "body": {"host": value}}, parameters={"host": value})

    asked = peer.asked[0]
    assert asked.path.startswith("/hosts/")
    assert asked.path.endswith("/restart")
    assert asked.path.count("/") == 3
    assert asked.json == {"host": value}


ECHO = """#!/usr/bin/env python3
import json, os, sys
told = json.load(sys.stdin)
print(json.dumps({"argv": sys.argv[1:], "told": told["parameters"],
                  "named": {k: v for k, v in os.environ.items() if k.startswith("PARAM_")},
                  "secret": os.environ.get("TOKEN"), "names": sorted(os.environ)}))
"""


@pytest.fixture
def echo(commands: Path) -> None:
    """A listed command that tells what it was given."""
    put(commands, "echo-back", ECHO)


def test_hostile_words_reach_a_command_as_data_alone(echo: None) -> None:
    told = {f"word_{place}": value for place, value in enumerate(HOSTILE)}
    outcome, said = run(
        "script",
        {"command": "echo-back", "arguments": ["--fixed"]},
        parameters=told,
        secrets={"TOKEN": "planted-4711"},
    )

    heard = json.loads(said[0])
    assert outcome.word == "succeeded"
    assert heard["argv"] == ["--fixed"]
    assert heard["told"] == told
    assert heard["named"] == {f"PARAM_{name.upper()}": value for name, value in told.items()}
    assert heard["secret"] == "planted-4711"
    assert "SECRET_KEY" not in heard["names"]
    assert "DATABASE_URL" not in heard["names"]


@pytest.mark.parametrize("name", ["../echo-back", "nothing", "linked", "not-executable"])
def test_only_commands_the_operator_has_put_there_are_started(
    echo: None, commands: Path, name: str
) -> None:
    (commands / "linked").symlink_to("/bin/sh")
    (commands / "not-executable").write_text("#!/bin/sh\n")

    assert run("script", {"command": name})[0].word == "failed"


def test_a_command_is_ended_with_all_it_has_started_when_it_takes_too_long(
    commands: Path, tmp_path: Path
) -> None:
    put(commands, "slow", "#!/bin/sh\nsleep 60 &\necho $!\nsleep 60\n")

    outcome, said = run("script", {"command": "slow"}, timeout=timedelta(seconds=1))

    assert outcome.word == "failed"
    end = time.monotonic() + 20
    while is_running(int(said[0])) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_running(int(said[0]))


def test_a_command_is_ended_when_its_run_is_stopped(commands: Path) -> None:
    put(commands, "slow", "#!/bin/sh\nsleep 60\n")

    outcome, _said = run("script", {"command": "slow"}, is_stopped=lambda: True)

    assert outcome.word == "failed"


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
