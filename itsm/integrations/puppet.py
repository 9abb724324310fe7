"""Runs a step by ``puppet apply`` of a listed manifest, and reads its report."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.executors import Outcome, Plan, Say, Work, executors, failed, succeeded
from itsm.automation.filling import as_text
from itsm.automation.processes import Ended, environment_of, follow, identity
from itsm.core.errors import Invalid
from itsm.core.fields import Field, Flag, Line

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.pp")
FACT = re.compile(r"[a-z][a-z0-9_]*")
# Facts are variables as well, and these are Puppet's own.
TAKEN = {"name", "title", "facts", "trusted", "server_facts", "environment", "module_name"}
# What --detailed-exitcodes says: 0 nothing to do, 2 changed, 4 failures, 6 both.
GOOD = (0, 2)


class Puppet:
    """Applies a manifest of the operator's; what a run is told comes as facts, which are data."""

    fields: tuple[Field, ...] = (
        Line(name="manifest", label=_l("Manifest"), required=True, max_length=85),
        Flag(name="has_noop", label=_l("Show first what would be changed")),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """A manifest is named, and is no path."""
        if not NAME.fullmatch(given["manifest"]):
            raise Invalid(_("Name a manifest such as restart.pp, and no path."), field="manifest")

    def plan(self, work: Work) -> Plan | None:
        """What ``--noop`` says would be changed."""
        if not work.settings.get("has_noop"):
            return None
        lines: list[str] = []
        ended = _apply(work, lines.append, "--noop")
        if ended.code not in GOOD:
            raise RuntimeError(ended.why or "\n".join(lines[-10:]))
        return Plan("\n".join(lines))

    def run(self, work: Work, say: Say) -> Outcome:
        """Apply it; the exit code tells whether something was changed, and whether it failed."""
        try:
            ended = _apply(work, say)
        except (FileNotFoundError, RuntimeError) as error:
            return failed(str(error))
        if ended.code in GOOD:
            return succeeded(changed=ended.code == 2)
        return failed(ended.why, code=ended.code)


def _apply(work: Work, say: Say, *more: str) -> Ended:
    program = shutil.which("puppet") or shutil.which("puppet", path="/opt/puppetlabs/bin")
    if program is None:
        raise FileNotFoundError(_("Puppet is not installed on this worker."))
    manifest = _listed(work.settings["manifest"])
    if taken := sorted(TAKEN & set(work.parameters)):
        raise RuntimeError(
            _("Puppet has a “%(name)s” of its own: call the parameter otherwise.")
            % {"name": taken[0]}
        )
    # Facts come as environment, so that nothing a run is told is read as Puppet's language.
    told = {
        f"FACTER_{name}": as_text(value)
        for name, value in work.parameters.items()
        if FACT.fullmatch(name)
    }
    with tempfile.TemporaryDirectory(prefix="steady-puppet-") as place:
        if owner := identity():
            shutil.chown(place, owner["user"], owner["group"])
        command = [program, "apply", "--detailed-exitcodes", "--color=false", "--show_diff"]
        places = [f"--confdir={place}/conf", f"--vardir={place}/var", "--logdest=console"]
        return follow(
            [*command, *places, *more, str(manifest)],
            environment=environment_of(work) | told | {"HOME": place},
            within=work.timeout,
            is_stopped=work.is_stopped,
            say=say,
            directory=place,
        )


def _listed(name: str) -> Path:
    directory: Path = settings.RUNBOOK_DIR / "manifests"
    path = directory / name
    is_ours = NAME.fullmatch(name) and path.is_file()
    if not is_ours or path.resolve().parent != directory.resolve():
        raise FileNotFoundError(_("No manifest is named %(name)s here.") % {"name": name})
    return path.resolve()


executors.add("puppet")(Puppet())
