"""Hostile words come in as an alert, a mail or a form, go by rule to a runbook, and stay words."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import pytest
import yaml
from django.test import Client

from itsm.automation import remote_jobs
from itsm.automation.actions import working
from itsm.automation.models import Run
from itsm.core.delivery import deliver_owed
from itsm.people.models import User
from tests.automation.conftest import WriteRule, write_rule
from tests.monitoring.conftest import Tool, tool_of
from tests.programs import needs
from tests.runbooks.conftest import Write, done, put
from tests.runbooks.peers import Peer, peer
from tests.runbooks.test_jobs import Gitlab, Servers

pytestmark = pytest.mark.django_db
__all__ = ["tool_of", "write_rule"]  # pytest finds them here

SUBJECT = "--flag $(id) `id` ; rm -rf / {{lookup('pipe','id')}} {run} {number} %(x)s \"'é☃"
# Each would leave a file behind if anything took it for more than words.
MISCHIEF = """\
--flag
-e @/etc/passwd
$(touch OWNED) `touch OWNED` ; touch OWNED | touch OWNED && touch OWNED
{{ lookup('pipe', 'touch OWNED') }} {% set x = lookup('pipe', 'touch OWNED') %}
${file("/etc/passwd")} ${facts['os']} <%= `touch OWNED` %> %(x)s %0aid ../../etc
{words} {ticket} {title} {number}
words: !!python/object/apply:os.system ["touch OWNED"]
'"' \\ é☃ end"""


@dataclass
class Place:
    """Where the work is done, and whom it is done by: a directory and another system."""

    directory: Path
    peer: Peer
    started: list[list[str]] = field(default_factory=list)

    @property
    def owned(self) -> Path:
        return self.directory / "owned"

    @property
    def words(self) -> str:
        return MISCHIEF.replace("OWNED", str(self.owned))

    def read(self, name: str) -> str:
        return (self.directory / name).read_bytes().decode()

    def posted(self) -> list[Any]:
        return [each for each in self.peer.asked if each.method in ("POST", "PATCH")]


@pytest.fixture
def place(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The operator's directory, and a system that does what it is asked."""
    settings.RUNBOOK_DIR = tmp_path
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    monkeypatch.setattr(remote_jobs, "PAUSE", 0.01)
    # The pulse looks from outside, where the test's transaction cannot be seen.
    monkeypatch.setattr(working, "BEAT", 60.0)
    with peer() as other:
        other.headers = {"Location": f"{other.address}/queue/item/3/"}
        found = Place(tmp_path, other)
        start = subprocess.Popen

        def seen(command: list[str], *more: Any, **facts: Any) -> Any:
            found.started.append(command)
            return start(command, *more, **facts)

        monkeypatch.setattr(subprocess, "Popen", seen)
        yield found


Told = Mapping[str, str]


@dataclass
class Means:
    """A way to do a step: how it is set up, and what it then was told."""

    prepare: Callable[[Place], dict[str, Any]]
    heard: Callable[[Place], Told]


def written(directory: str, name: str, text: str) -> Callable[[Place], None]:
    def write(place: Place) -> None:
        path = place.directory / directory / name
        path.parent.mkdir(parents=True)
        path.write_text(text.replace("HERE", str(place.directory)))

    return write


def two_files(place: Place) -> Told:
    return {name: place.read(name) for name in ("words", "subject")}


def script(place: Place) -> dict[str, Any]:
    (place.directory / "commands").mkdir()
    lines = ["#!/bin/sh", f"cd {place.directory}", "cat > told"]
    lines += ['printf %s "$PARAM_WORDS" > words', 'printf %s "$PARAM_SUBJECT" > subject']
    put(place.directory / "commands", "hear", "\n".join(lines) + "\n")
    return {"command": "hear"}


def told_twice(place: Place) -> Told:
    told = json.loads(place.read("told"))["parameters"]
    assert {name: told[name] for name in ("words", "subject")} == two_files(place)
    return two_files(place)


PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - copy: {dest: "HERE/{{ item }}", content: "{{ lookup('vars', item) }}"}
      loop: [words, subject]
"""
MANIFEST = """
file { 'HERE/words': content => $facts['words'] }
file { 'HERE/subject': content => $facts['subject'] }
"""
CONFIGURATION = """
variable "words" { type = string }
variable "subject" { type = string }
resource "terraform_data" "heard" { input = { words = var.words, subject = var.subject } }
output "words" { value = terraform_data.heard.output.words }
output "subject" { value = terraform_data.heard.output.subject }
"""


def by_file(directory: str, name: str, text: str, **given: Any) -> Callable[[Place], Any]:
    def prepare(place: Place) -> dict[str, Any]:
        written(directory, name, text)(place)
        return given

    return prepare


def of_step(_place: Place) -> Told:
    facts = Run.objects.get().steps.get().facts
    return {name: facts[name] for name in ("words", "subject")}


def http(place: Place) -> dict[str, Any]:
    address = f"{place.peer.address}/hosts/{{subject}}/restart"
    return {"address": address, "body": {"words": "{words}"}}


def asked_once(place: Place) -> Told:
    (asked,) = place.posted()
    start, subject, end = asked.path.strip("/").split("/")
    assert (start, end, asked.query) == ("hosts", "restart", "")
    return {"words": asked.json["words"], "subject": unquote(subject)}


def kubernetes(place: Place) -> dict[str, Any]:
    patch = {"metadata": {"annotations": {"why": "{words}"}}}
    there = {"server": place.peer.address, "namespace": "shop", "name": "{subject}"}
    return {**there, "verb": "patch", "patch": patch, "no_wait": True}


def patched(place: Place) -> Told:
    (asked,) = place.posted()
    *_start, kind, subject = asked.path.split("/")
    assert kind == "deployments"
    return {"words": asked.json["metadata"]["annotations"]["why"], "subject": unquote(subject)}


def server(kind: type[Servers], **given: Any) -> Callable[[Place], Any]:
    def prepare(place: Place) -> dict[str, Any]:
        place.peer.answer = kind().answer
        return {"server": place.peer.address, **given}

    return prepare


def by_form(place: Place) -> Told:
    (asked,) = place.posted()
    told = parse_qs(asked.body.decode(), strict_parsing=True)
    return {name: told[name.upper()][0] for name in ("words", "subject")}


def by_variables(place: Place) -> Told:
    (asked,) = place.posted()
    told = {each["key"]: each for each in asked.json["variables"]}
    # As a file: a value would be searched for the names of other variables.
    assert {each["variable_type"] for each in told.values()} == {"file"}
    return {name: told[name.upper()]["value"] for name in ("words", "subject")}


MEANS = {
    "script": Means(script, told_twice),
    "http": Means(http, asked_once),
    "kubernetes": Means(kubernetes, patched),
    "jenkins": Means(server(Servers, job="ops/restart"), by_form),
    "gitlab": Means(server(Gitlab, project="shop/ops", ref="main"), by_variables),
    "ansible": Means(by_file("playbooks", "hear.yml", PLAY, playbook="hear.yml"), two_files),
    "puppet": Means(by_file("manifests", "hear.pp", MANIFEST, manifest="hear.pp"), two_files),
    "terraform": Means(
        by_file("terraform/hear", "main.tf", CONFIGURATION, configuration="hear"), of_step
    ),
}
Come = Callable[[str, str], Any]


@pytest.fixture
def doors(tool_of: Callable[..., Tool], charlie: User) -> dict[str, Come]:
    """The ways in: an alert, a mail as a service that takes mail in passes it on, and a form."""

    def alert(subject: str, words: str) -> Any:
        one = {
            "status": "firing",
            "labels": {"alertname": subject, "service": "shop", "severity": "critical"},
            "annotations": {"summary": subject, "description": words},
        }
        return tool_of("alertmanager").post({"version": "4", "alerts": [one]})

    def mail(subject: str, words: str) -> Any:
        mapping = {"title": "subject", "description": "['body-plain']", "fingerprint": "id"}
        told = {"subject": subject, "body-plain": words, "id": "<1@example.org>"}
        source = tool_of("generic", mapping=mapping)
        return source.post(urlencode(told), content_type="application/x-www-form-urlencoded")

    def form(subject: str, words: str) -> Any:
        browser = Client()
        browser.force_login(charlie)
        told = {"title": subject, "details": words, "urgency": "2"}
        return browser.post("/portal/report/", told)

    return {"alert": alert, "mail": mail, "form": form}


@pytest.fixture
def by_rule(write: Write, write_rule: WriteRule) -> Callable[..., None]:
    """Sets up a runbook of one step, and a rule that tells it what the record says."""

    def set_up(use: str, given: Mapping[str, Any]) -> None:
        text = {
            "target": "{subject}",
            "parameters": [{"name": "subject"}, {"name": "words"}],
            "steps": [{"use": use, "with": dict(given)}],
        }
        write(yaml.safe_dump(text), slug="hear", policy="auto", is_mutating=False)
        told = {"subject": "{title}", "words": "{description}"}
        values = {"runbook": "hear", "parameters": told}
        write_rule(steps=[{"verb": "run_runbook", "values": values}])

    return set_up


@pytest.mark.parametrize(
    ("door", "use"),
    [
        *((door, use) for door in ("alert", "mail", "form") for use in ("script", "http")),
        *(("alert", use) for use in ("kubernetes", "jenkins", "gitlab")),
        pytest.param("mail", "ansible", marks=needs("ansible-playbook")),
        pytest.param("alert", "puppet", marks=needs("puppet")),
        pytest.param("form", "terraform", marks=needs("terraform")),
    ],
)
def test_hostile_words_reach_whatever_does_the_work_as_words(
    place: Place, doors: dict[str, Come], by_rule: Callable[..., None], door: str, use: str
) -> None:
    by_rule(use, MEANS[use].prepare(place))

    answer = doors[door](SUBJECT, place.words)
    assert answer.status_code in (202, 302), answer.content
    deliver_owed()
    run = done(Run.objects.get())

    assert run.state == "verified", run.why
    assert MEANS[use].heard(place) == {"subject": SUBJECT, "words": place.words}
    assert not place.owned.exists()
    # On no command line stands anything of what came in.
    for word in ("--flag", "touch", "passwd", "☃"):
        assert not any(word in part for command in place.started for part in command)


def test_what_awx_would_take_for_a_template_is_refused_before_it_is_asked(
    place: Place, doors: dict[str, Come], by_rule: Callable[..., None]
) -> None:
    by_rule("awx", server(Servers, template="12")(place))

    doors["alert"](SUBJECT, place.words)
    deliver_owed()
    run = done(Run.objects.get())

    assert (run.state, "template" in run.why) == ("failed", True)
    assert place.peer.asked == []
