"""How soon after an alert its runbook runs, and whether the logs of many runs are read whole."""

import asyncio
import json
import re
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from bench.cases import Figure, alert
from bench.client import Client
from bench.server import Server, Worker, cookie_of
from itsm.automation.actions import add_runbook
from itsm.automation.actions.keeping import save_rule
from itsm.automation.actions.logging import Voice
from itsm.automation.masking import Mask
from itsm.automation.models import Rule, Run, Runbook, RunBudget, RunState
from itsm.automation.selectors.runbooks import newest_version_of
from itsm.monitoring.actions import create_source
from itsm.people.models import User

ALERTS = 20
LOGS = 200
WRITERS = 8  # threads that speak for all the runs
SECONDS = 15
EACH = 0.5  # seconds between two lines of one run
PAUSE = 0.25  # as the page waits before it asks
LINE = re.compile(r'data-line="(\d+)".*?<code>(\d+) ([\d.]+)</code>', re.DOTALL)
HEAL = """
target: "{ticket}"
steps:
  - {use: script, with: {command: heal}}
"""


def report(server: Server, *, size: int, rounds: int) -> list[Figure]:
    """From the alert to the run, with a worker; then the logs of two hundred runs, each read."""
    admin, _ = User.objects.get_or_create(username="bench-admin", defaults={"role": "admin"})
    runbook = _prepared(admin)
    with tempfile.TemporaryDirectory() as name:
        command = Path(name, "commands", "heal")
        command.parent.mkdir()
        command.write_text("#!/bin/sh\necho healed\n")
        command.chmod(0o755)
        with Worker(Path(name)):
            figures = [_until_it_runs(server, admin, size)]
    return figures + _logs(server, admin, runbook, size)


def _prepared(admin: User) -> Runbook:
    for tier in (1, 2, 3, 4):
        RunBudget.objects.update_or_create(tier=tier, defaults={"runs_an_hour": 10_000})
    runbook = Runbook.objects.filter(slug="bench-heal").first()
    if runbook is None:
        facts = {"name": "Heal", "policy": "auto"}
        runbook = add_runbook(slug="bench-heal", facts=facts, text=HEAL, actor=admin)
        steps = [{"verb": "run_runbook", "values": {"runbook": "bench-heal"}}]
        given = {"slug": "heal", "name": "Heal", "events": ["incident.opened"], "steps": steps}
        save_rule(actor=admin, given={**given, "most_an_hour": 1_000_000})
    return runbook


def _until_it_runs(server: Server, admin: User, size: int) -> Figure:
    source, secret = create_source(kind="alertmanager", name=f"Healing {time.time()}", actor=admin)
    client = Client(server.port, {"Authorization": f"Bearer {secret}"})
    rule = Rule.objects.get(slug="heal")
    save_rule(actor=admin, rule=rule, given={"mode": "on"})
    took = [_one_alert(client, f"/hooks/{source.slug}/") for _ in range(ALERTS + 3)][3:]
    save_rule(actor=admin, rule=rule, given={"mode": "off"})
    slowest = sorted(took)[int(len(took) * 0.95)]
    median, what = statistics.median(took), "alert to its runbook started, with one worker"
    return Figure(what, size, median, "ms", "<= 2,000 ms", slowest=slowest)


def _one_alert(client: Client, path: str) -> float:
    name = f"heal-{time.time_ns()}"
    body = {"version": "4", "alerts": [alert(name, service=name)]}
    began = timezone.now()
    number = client.call("POST", path, body).json()["number"]
    for _ in range(3000):
        run = Run.objects.filter(ticket__number=number, started_at__isnull=False).first()
        if run is not None and run.started_at is not None:
            return (run.started_at - began).total_seconds() * 1000
        time.sleep(0.01)
    raise SystemExit(f"No run of {number} has begun within half a minute.")


@dataclass
class Log:
    """A run's log as its page shows it."""

    run: int
    last: int = 0
    shown: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    bell: asyncio.Event = field(default_factory=asyncio.Event)


def _logs(server: Server, admin: User, runbook: Runbook, size: int) -> list[Figure]:
    version = newest_version_of(runbook)
    stamp = time.time_ns()
    logs = []
    for place in range(LOGS):
        run = Run.objects.create(
            runbook=runbook,
            version=version,
            key=f"log:{stamp}:{place}",
            target=f"log-{stamp}-{place}",
            requested_by=admin,
            state=RunState.RUNNING,
            started_at=timezone.now(),
        )
        logs.append(Log(run.pk))
    said = asyncio.run(_all_read(server, cookie_of(admin.username), logs))
    Run.objects.filter(key__startswith=f"log:{stamp}:").update(
        state=RunState.ABORTED, ended_at=timezone.now()
    )
    expected = list(range(said))
    lost = sum(len(set(expected) - set(each.shown)) for each in logs)
    astray = sum(each.shown != expected for each in logs)
    late = sorted(each for log in logs for each in log.late)
    words = f"lines of {LOGS} logs at once"
    return [
        Figure(f"{words}: lost", size, lost, f"of {LOGS * said}", "0"),
        Figure(f"{words}: logs that are not read in order", size, astray, "", "0"),
        Figure(
            f"{words}: said to shown", size, statistics.median(late) * 1000, "ms", "",
            slowest=late[int(len(late) * 0.95)] * 1000,
        ),
    ]  # fmt: skip


async def _all_read(server: Server, cookie: str, logs: list[Log]) -> int:
    """Have every log written and read at once; how many lines each was given."""
    with ThreadPoolExecutor(max_workers=16) as readers:
        over = asyncio.Event()
        watching = [
            asyncio.create_task(_watch(server, cookie, each, readers, over)) for each in logs
        ]
        await asyncio.sleep(2)
        said = await asyncio.to_thread(_speak, logs)
        await asyncio.sleep(10)  # longer than a page waits that hears no bell
        over.set()
        await asyncio.gather(*watching)
    return said


def _speak(logs: list[Log]) -> int:
    """Every run says a line now and again, as a worker lets it; how many each says."""
    shares = [logs[first::WRITERS] for first in range(WRITERS)]
    threads = [threading.Thread(target=_speak_for, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return int(SECONDS / EACH)


def _speak_for(logs: list[Log]) -> None:
    voices = [Voice(each.run, Mask([])) for each in logs]
    began = time.monotonic()
    for count in range(int(SECONDS / EACH)):
        for voice in voices:
            voice(f"{count} {time.time():.3f}")
        time.sleep(0.21)
        for voice in voices:
            voice.flush_in_time()
        time.sleep(max(0.0, began + (count + 1) * EACH - time.monotonic()))
    for voice in voices:
        voice.flush()
    connection.close()


async def _watch(
    server: Server, cookie: str, log: Log, readers: ThreadPoolExecutor, over: asyncio.Event
) -> None:
    """One open page: rung by its line, it asks for what came after its last line."""
    client = Client(server.port, {"Cookie": cookie})
    loop = asyncio.get_running_loop()
    async with connect(
        f"ws://127.0.0.1:{server.port}/ws/live/",
        additional_headers={"Cookie": cookie},
        origin=Origin(f"http://127.0.0.1:{server.port}"),
        ping_interval=None,
    ) as socket:
        hello = json.loads(await socket.recv())
        told = {"type": "resume", "cursor": hello["cursor"], "watches": f"run-{log.run}"}
        await socket.send(json.dumps(told))
        hearing = asyncio.create_task(_hear(socket, log))
        while not over.is_set():
            try:
                async with asyncio.timeout(5):  # as the page asks without a bell
                    await log.bell.wait()
            except TimeoutError:
                pass
            log.bell.clear()
            await asyncio.sleep(PAUSE)
            if await loop.run_in_executor(readers, _read, client, log):
                log.bell.set()
        hearing.cancel()


async def _hear(socket: ClientConnection, log: Log) -> None:
    async for raw in socket:
        message = json.loads(raw)
        if message.get("number") == f"run-{log.run}" or message["type"] == "resync":
            log.bell.set()


def _read(client: Client, log: Log) -> bool:
    answer = client.call("GET", f"/runs/{log.run}/lines/?after={log.last}")
    now = time.time()
    found = LINE.findall(answer.body.decode())
    for line, count, said_at in found:
        log.last = int(line)
        log.shown.append(int(count))
        log.late.append(now - float(said_at))
    return bool(found)
