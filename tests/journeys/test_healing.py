"""Real healing: a service that breaks, watched by Prometheus, restarted by Ansible, and proven."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from changes.models import Change
from incidents.models import Incident
from itsm.automation.actions import add_runbook, working
from itsm.automation.actions.keeping import save_rule
from itsm.automation.actions.proposing import propose_run
from itsm.automation.models import OVER, Rule, Run, RunLine
from itsm.core.delivery import deliver_owed
from itsm.core.models import Event
from itsm.monitoring.actions import create_source
from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES
from tests.journeys.conftest import House
from tests.programs import needs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
    needs("prometheus", "prometheus-alertmanager", "ansible-playbook"),
]
SHOP = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

broken = Path(sys.argv[2])

class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"shop_up %d\\n" % (not broken.exists()))

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Mend {{ host }}
      file: {path: %s, state: absent}
"""
RUNBOOK = """
target: "{host}"
parameters: [{name: host, type: host, required: true}]
steps:
  - {name: Mend it, use: ansible, with: {playbook: mend.yml}}
verification: {by: alert, every: 1, within: 120}
"""


# What does not help, and how it is taken back.
VAIN = """
- hosts: all
  gather_facts: false
  tasks:
    - file: {path: %s, state: %s}
"""
IN_VAIN = """
target: "{host}"
parameters: [{name: host, type: host, required: true}]
steps:
  - {use: ansible, with: {playbook: try.yml}}
rollback:
  - {use: ansible, with: {playbook: undo.yml}}
verification: {by: alert, every: 1, within: 3}
"""


class Monitoring:
    """Prometheus and Alertmanager, which look at the shop every second."""

    def __init__(self, place: Path, hook: str) -> None:
        self.broken, self.tried = place / "broken", place / "tried"
        self.shop, prometheus, alertmanager, mesh = (free_port() for _each in range(4))
        script = place / "shop.py"
        script.write_text(SHOP)
        rule = {
            "alert": "ShopDown",
            "expr": "shop_up == 0",
            "labels": {"severity": "critical", "service": "shop"},
            "annotations": {"summary": "The shop is down"},
        }
        rules = place / "rules.yml"
        rules.write_text(json.dumps({"groups": [{"name": "shop", "rules": [rule]}]}))
        looking = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(rules)],
            "scrape_configs": [
                {"job_name": "shop", "static_configs": [{"targets": [f"127.0.0.1:{self.shop}"]}]}
            ],
            "alerting": {
                "alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]
            },
        }
        telling = {
            "route": {
                "receiver": "steady",
                "group_wait": "0s",
                "group_interval": "1s",
                "repeat_interval": "1h",
            },
            "receivers": [{"name": "steady", "webhook_configs": [{"url": hook}]}],
        }
        (place / "prometheus.yml").write_text(json.dumps(looking))
        (place / "alertmanager.yml").write_text(json.dumps(telling))
        self.commands = (
            [sys.executable, str(script), str(self.shop), str(self.broken)],
            [
                "prometheus-alertmanager",
                f"--config.file={place}/alertmanager.yml",
                f"--storage.path={place}/alerts",
                f"--web.listen-address=127.0.0.1:{alertmanager}",
                f"--cluster.listen-address=127.0.0.1:{mesh}",
            ],
            [
                "prometheus",
                f"--config.file={place}/prometheus.yml",
                f"--storage.tsdb.path={place}/numbers",
                f"--web.listen-address=127.0.0.1:{prometheus}",
            ],
        )
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for command in self.commands:
            silent = subprocess.DEVNULL
            self.processes.append(subprocess.Popen(command, stdout=silent, stderr=silent))

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def monitoring(tmp_path: Path, house: House, settings: Any, dana: User) -> Iterator[Monitoring]:
    """The shop, and whoever watches it and tells us."""
    source, token = create_source(kind="alertmanager", name="Alertmanager", actor=dana)
    found = Monitoring(tmp_path, f"{house.address}/hooks/{source.slug}/{token}")
    settings.RUNBOOK_DIR = tmp_path
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "mend.yml").write_text(PLAY % found.broken)
    (tmp_path / "playbooks" / "try.yml").write_text(VAIN % (found.tried, "touch"))
    (tmp_path / "playbooks" / "undo.yml").write_text(VAIN % (found.tried, "absent"))
    found.start()
    yield found
    found.stop()


def test_what_breaks_is_noticed_mended_proven_and_told(monitoring: Monitoring, mona: User) -> None:
    add_runbook(
        slug="mend-shop",
        facts={"name": "Mend the shop", "policy": "auto"},
        text=RUNBOOK,
        actor=mona,
    )
    values = {"runbook": "mend-shop", "parameters": {"host": "shop-1"}}
    save_rule(
        actor=mona,
        given={
            "slug": "mend",
            "name": "Mend the shop",
            "mode": "on",
            "events": ["incident.opened"],
            "steps": [{"verb": "run_runbook", "values": values}],
        },
    )
    wait_until(lambda: "shop_up 1" in httpx.get(f"http://127.0.0.1:{monitoring.shop}/").text)

    monitoring.broken.touch()
    wait_until(lambda: Incident.objects.filter(state="resolved").exists())

    incident, run = Incident.objects.get(), Run.objects.get()
    wait_until(lambda: Change.objects.get().state == "closed")
    assert not monitoring.broken.exists()
    assert (run.state, run.healthy) == ("verified", 3)
    assert incident.resolution_code == "self_healed"
    assert Change.objects.get().close_code == "successful"
    told = Event.objects.filter(subject_type="incident", subject_id=incident.pk)
    names = set(told.values_list("name", flat=True))
    assert {"incident.run_started", "incident.run_verified", "incident.resolved"} <= names

    does_not_help(monitoring, mona)


def does_not_help(monitoring: Monitoring, mona: User) -> None:
    """What does not help is taken back and passed on, and after two times no longer tried."""
    facts = {"name": "In vain", "policy": "auto", "cooldown": timedelta(0)}
    runbook = add_runbook(slug="in-vain", facts=facts, text=IN_VAIN, actor=mona)
    save_rule(actor=mona, rule=Rule.objects.get(), given={"mode": "off"})
    monitoring.broken.touch()
    wait_until(lambda: Incident.objects.filter(phase__in=OPEN_PHASES).exists())
    incident = Incident.objects.get(phase__in=OPEN_PHASES)

    def tried(key: str) -> Run:
        told = {"host": "shop-2"}
        run = propose_run(runbook=runbook, ticket=incident, parameters=told, key=key, actor=mona)
        wait_until(lambda: Run.objects.filter(pk=run.pk, state__in=(*OVER, "blocked")).exists())
        return Run.objects.get(pk=run.pk)

    assert [tried(key).state for key in ("1", "2")] == ["rolled_back"] * 2
    third = tried("3")

    assert (third.state, third.obstacle) == ("blocked", "breaker")
    assert monitoring.broken.exists()
    assert not monitoring.tried.exists()
    incident.refresh_from_db()
    assert incident.is_open()
    deliver_owed()
    passed_on = Event.objects.filter(name="incident.run_escalated", subject_id=incident.pk)
    wait_until(lambda: passed_on.count() == 2)
    assert incident.comments.filter(body__contains="did not help").count() == 2
    outcomes = Change.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["ok", "rolled_back", "rolled_back"]


def wait_until(is_so: Any) -> None:
    """Do what is due, as a worker would, until something is so."""
    end = time.monotonic() + 120
    while True:
        deliver_owed()
        working.run_owed()
        try:
            if is_so():
                return
        except (httpx.HTTPError, AssertionError):
            pass
        assert time.monotonic() < end, stands()
        time.sleep(0.1)


def stands() -> str:
    """How far it came, for whoever reads why it came no further."""
    incidents = [(each.number, each.state) for each in Incident.objects.all()]
    runs = [(each.state, each.obstacle, each.why) for each in Run.objects.all()]
    said = list(RunLine.objects.order_by("pk").values_list("text", flat=True))[-20:]
    alerts = list(Alert.objects.values_list("title", "status"))
    return f"alerts {alerts}, incidents {incidents}, runs {runs}, said {said}"
