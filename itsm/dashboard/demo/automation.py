"""What the demo company has done by itself: rules, macros, runbooks, and what they did."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from django.conf import settings

from itsm.automation.actions import add_runbook, start_run
from itsm.automation.actions.applying import apply
from itsm.automation.actions.ending import finish
from itsm.automation.actions.logging import say_of
from itsm.automation.models import Run, RunbookVersion, RunState, RunStep
from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.people.selectors import system_user

Step = tuple[datetime, Callable[[], object]]
SHEET = Path(__file__).with_name("automation.yaml")
# What the runbooks start: it says what it would do, and alters nothing.
COMMANDS = {
    "demo-restart": """\
#!/bin/sh
if [ "$1" = --dry-run ]; then
    echo "Would take $PARAM_HOST out of the balancer, start it anew and put it back."
    exit 0
fi
for line in "Taking $PARAM_HOST out of the balancer" "12 requests are still under way" \\
    "Drained" "Starting anew" "Healthy after 4 s" "Back in the balancer"; do
    echo "$line"
    sleep 1
done
""",
    "demo-diagnostics": """\
#!/bin/sh
echo "$PARAM_HOST: 212 threads, 3 of them blocked"
echo "connections: 96 of 100 in use, the oldest for 41 s"
echo "last error: timeout while waiting for a connection from the pool"
""",
}
SAID = (
    "{host}: 188 threads, none blocked",
    "connections: 97 of 100 in use, the oldest for 63 s",
    "last error: timeout while waiting for a connection from the pool",
)
# Of which outages of the past something was collected: service, component, hours ago.
LOOKED_AT = (
    ("search", "search-index-1", 430),
    ("payments", "payments-db", 386),
    ("identity", "idp-1", 240),
    ("search", "search-index-2", 128),
    ("vpn", "vpn-gw-1", 70),
    ("search", "search-index-1", 11),
)


def automation(*, people: dict[str, User], now: datetime) -> list[Step]:
    """Write down what is done by itself; what it did in the last weeks."""
    sheet = yaml.safe_load(SHEET.read_text())
    dana = people["dana"]
    for each in sheet.pop("runbooks"):
        text, slug = each.pop("text"), each.pop("slug")
        add_runbook(slug=slug, facts=each, text=text, actor=dana)
    _install()
    looked_at = [
        (
            now - timedelta(hours=hours) + timedelta(minutes=1),
            _collected(host, f"demo-{service}-{hours * 10}"),
        )
        for service, host, hours in LOOKED_AT
    ]
    # Last, so that rules do not act on what is told of the past.
    return [*looked_at, (now, lambda: apply(text=yaml.safe_dump(sheet), actor=dana))]


def _install() -> None:
    """Put the commands where runbooks may start them; what an operator has put there stays."""
    directory = settings.RUNBOOK_DIR / "commands"
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in COMMANDS.items():
        path = directory / name
        if not path.exists():
            path.write_text(text)
            path.chmod(0o755)


def _collected(host: str, fingerprint: str) -> Callable[[], None]:
    """A run that looked at a component and altered nothing."""

    def step() -> None:
        alert = Alert.objects.select_related("incident").get(fingerprint=fingerprint)
        version = RunbookVersion.objects.select_related("runbook").get(
            runbook__slug="collect-diagnostics"
        )
        run = start_run(
            version=version,
            parameters={"host": host},
            key=f"demo:{fingerprint}",
            actor=system_user(),
            ticket=alert.incident,
            origin=Run.Origin.HEALING,
            reason="Collect what helps, as soon as something important breaks",
        )
        began = run.proposed_at
        RunStep.objects.create(
            run=run,
            position=0,
            name="Look at threads, connections and logs",
            use="script",
            state=RunStep.State.SUCCEEDED,
            begun_at=began,
            ended_at=began + timedelta(seconds=2),
        )
        say_of(run.pk, [each.format(host=host) for each in SAID])
        run.started_at, run.worked_at = began, began + timedelta(seconds=2)
        finish(run, RunState.VERIFIED, why="", actor=system_user())

    return step
