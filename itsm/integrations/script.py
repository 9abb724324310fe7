"""Runs a step by a command on the worker: only those the operator has put there, and no shell."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.executors import Outcome, Plan, Say, Work, executors, failed, succeeded
from itsm.automation.filling import as_text, names_in
from itsm.automation.processes import Ended, environment_of, follow
from itsm.core.errors import Invalid
from itsm.core.fields import Field, Flag, Line, Lines

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


class Script:
    """Starts a listed command with fixed arguments.

    What the run is told comes as JSON on its standard input and as ``PARAM_…`` in its environment,
    its secrets as environment alone: neither is ever an argument or a program text.
    """

    fields: tuple[Field, ...] = (
        Line(name="command", label=_l("Command"), required=True, max_length=80),
        Lines(name="arguments", label=_l("Fixed arguments"), max_length=200),
        Flag(name="has_dry_run", label=_l("Shows with --dry-run what it would do")),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """Nothing a run is told stands on the command line."""
        if not NAME.fullmatch(given["command"]):
            raise Invalid(_("Name a command, and no path."), field="command")
        if names_in(given["arguments"]):
            raise Invalid(_("Arguments are fixed; read the input instead."), field="arguments")

    def plan(self, work: Work) -> Plan | None:
        """What the command says it would do, where it can tell."""
        if not work.settings.get("has_dry_run"):
            return None
        lines: list[str] = []
        ended = self._start(work, lines.append, "--dry-run")
        if ended.code != 0:
            raise RuntimeError(ended.why or "\n".join(lines[-5:]))
        return Plan("\n".join(lines))

    def run(self, work: Work, say: Say) -> Outcome:
        """Start it and follow it to its end."""
        try:
            ended = self._start(work, say)
        except FileNotFoundError as error:
            return failed(str(error))
        return succeeded() if ended.code == 0 else failed(ended.why, code=ended.code)

    def _start(self, work: Work, say: Say, *more: str) -> Ended:
        command = listed(work.settings["command"])
        told = {"run": work.run, "key": work.key, "parameters": dict(work.parameters)}
        return follow(
            [str(command), *work.settings.get("arguments", []), *more],
            environment=environment_of(work) | named(work.parameters),
            given=json.dumps(told).encode(),
            within=work.timeout,
            is_stopped=work.is_stopped,
            say=say,
        )


def listed(name: str) -> Path:
    """The command of this name in the operator's directory; FileNotFoundError if there is none."""
    path = settings.RUNBOOK_DIR / "commands" / name
    is_ours = NAME.fullmatch(name) and path.is_file() and os.access(path, os.X_OK)
    if not is_ours or path.resolve().parent != path.parent.resolve():
        raise FileNotFoundError(_("No command is named %(name)s here.") % {"name": name})
    return path


def named(parameters: Mapping[str, Any]) -> dict[str, str]:
    """What a run is told, as variables of an environment."""
    return {f"PARAM_{name.upper()}": as_text(each) for name, each in parameters.items()}


executors.add("script")(Script())
