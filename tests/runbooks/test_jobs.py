"""Jobs of AWX, GitLab and Jenkins: started once, followed, collected; told nothing but data."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from itsm.automation import remote_jobs
from itsm.automation.executors import Outcome, Work, executors
from tests.runbooks.peers import Answer, Asked, Peer, peer

NASTY = "$(id) ; rm -rf / --flag\n&x=1"


class Servers:
    """All three at one address: a job needs a few looks until it is over."""

    def __init__(self) -> None:
        self.looks = 0
        self.end = "good"
        self.is_lost = False

    def answer(self, asked: Asked) -> Answer:
        if asked.method == "POST" and self.is_lost:
            return 0, {}
        for part, told in (
            ("/launch/", {"job": 7}),
            ("/pipeline", {"id": 7}),
            ("/buildWithParameters", {}),
            ("/cancel", {}),
        ):
            if asked.path.endswith(part):
                return 201, told
        if "stdout" in asked.path or "progressiveText" in asked.path:
            return 200, "TASK [restart]"
        if "/queue/item/" in asked.path:
            return 200, {"executable": {"number": 7}}
        self.looks += 1
        return 200, self.standing()

    def standing(self) -> dict[str, Any]:
        is_over = self.looks > 2
        words = {
            "good": ("successful", "success", "SUCCESS"),
            "bad": ("failed", "failed", "FAILURE"),
        }[self.end]
        return {
            "status": words[0] if is_over else "running",
            "result": words[2],
            "building": not is_over,
        }


class Gitlab(Servers):
    """GitLab has its own word for a success."""

    def standing(self) -> dict[str, Any]:
        told = super().standing()
        word = {"successful": "success"}.get(told["status"], told["status"])
        return {"status": word}


@pytest.fixture(scope="module")
def server() -> Iterator[Peer]:
    """The other side."""
    with peer() as found:
        yield found


SETTINGS: dict[str, dict[str, Any]] = {
    "awx": {"template": "12"},
    "gitlab": {"project": "shop/ops", "ref": "main"},
    "jenkins": {"job": "ops/restart", "user": "steady"},
}


@pytest.fixture
def servers(
    request: pytest.FixtureRequest, server: Peer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Servers:
    """What stands behind the address, fresh for each test."""
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    monkeypatch.setattr(remote_jobs, "PAUSE", 0.01)
    tool = request.getfixturevalue("tool")
    found = Gitlab() if tool == "gitlab" else Servers()
    server.asked.clear()
    server.headers = {"Location": f"{server.address}/queue/item/3/"}
    server.answer = found.answer
    return found


def run(server: Peer, tool: str, **more: Any) -> tuple[Outcome, list[str]]:
    said: list[str] = []
    given = {"parameters": {"host": NASTY}, "timeout": timedelta(seconds=20), **more}
    work = Work(
        run=1,
        key="k",
        settings={"server": server.address, "token": "TOKEN", **SETTINGS[tool]},
        secrets={"TOKEN": "planted-4711"},
        **given,
    )
    return executors[tool].run(work, said.append), said


tools = pytest.mark.parametrize("tool", sorted(SETTINGS))


@tools
@pytest.mark.parametrize(("end", "word"), [("good", "succeeded"), ("bad", "failed")])
def test_a_job_is_started_once_and_followed_to_its_end(
    server: Peer, servers: Servers, tool: str, end: str, word: str
) -> None:
    servers.end = end

    outcome, said = run(server, tool)

    posts = [each for each in server.asked if each.method == "POST"]
    assert outcome.word == word
    assert len(posts) == 1
    assert "planted-4711" not in "".join([each.path + each.query for each in server.asked])
    assert tool == "gitlab" or any("TASK" in each for each in said)
    assert told_of(tool, posts[0]) == NASTY


@tools
def test_a_start_whose_answer_is_lost_is_unknown(server: Peer, servers: Servers, tool: str) -> None:
    servers.is_lost = True

    assert run(server, tool)[0].word == "unknown"


@tools
def test_a_job_is_canceled_when_its_run_is_stopped(
    server: Peer, servers: Servers, tool: str
) -> None:
    outcome, _said = run(server, tool, is_stopped=lambda: True)

    last = [each for each in server.asked if each.method == "POST"][-1]
    assert outcome.word == "failed"
    assert last.path.strip("/").rpartition("/")[2] in ("cancel", "cancelItem", "stop")


@pytest.mark.parametrize("tool", ["awx"])
def test_awx_is_told_nothing_that_ansible_takes_for_a_template(
    server: Peer, servers: Servers, tool: str
) -> None:
    nasty = {"host": "{{ lookup('pipe', 'id') }}"}

    assert run(server, tool, parameters=nasty)[0].word == "failed"
    assert server.asked == []

    # A title nobody asked for does not keep what was asked for from being done.
    told = {"host": "web-1", "incident_title": "{{ $labels.instance }} is down"}
    assert run(server, tool, parameters=told)[0].word == "succeeded"
    assert server.asked[0].json == {"extra_vars": {"host": "web-1"}}


def told_of(tool: str, asked: Asked) -> str:
    """What the job was told, as its own side reads it."""
    if tool == "jenkins":
        return parse_qs(asked.body.decode())["HOST"][0]
    told = json.loads(asked.body)
    return str(told["extra_vars"]["host"] if tool == "awx" else told["variables"][0]["value"])
