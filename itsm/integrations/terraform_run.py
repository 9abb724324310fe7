"""Runs a step by Terraform: plans, has the plan judged, and applies exactly that plan.

The operator's configurations lie in ``RUNBOOK_DIR/terraform``, each in a directory of its own, and
each run has a workspace by the name of what it is for, so that one run's state is not another's.
"""

import hashlib
import json
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
from itsm.automation.filling import as_text, names_in
from itsm.automation.processes import Ended, environment_of, follow
from itsm.core.errors import Invalid
from itsm.core.fields import Choice, Field, Line

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
OF_WORKSPACE = re.compile(r"[^a-z0-9-]+")
VERBS = {"apply": _l("Make it so"), "destroy": _l("Take it away")}


class Terraform:
    """Applies what was planned: if the plan has become another meanwhile, nothing is done."""

    fields: tuple[Field, ...] = (
        Line(name="configuration", label=_l("Configuration"), required=True, max_length=60),
        Line(name="workspace", label=_l("Workspace"), max_length=200),
        Choice(name="verb", label=_l("What is done"), choices=list(VERBS.items())),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """A configuration is named, and is no path."""
        if not NAME.fullmatch(given["configuration"]) or names_in(given["configuration"]):
            raise Invalid(_("Name a configuration, and no path."), field="configuration")

    def plan(self, work: Work) -> Plan | None:
        """What Terraform would do, and the hash that the step then insists on."""
        with tempfile.TemporaryDirectory(prefix="steady-terraform-") as place:
            lines: list[str] = []
            shown = _plan(work, Path(place), lines.append)
        return Plan("\n".join(lines), {"hash": shown})

    def run(self, work: Work, say: Say) -> Outcome:
        """Plan once more, compare, and apply the very file that was compared."""
        try:
            with tempfile.TemporaryDirectory(prefix="steady-terraform-") as name:
                place = Path(name)
                shown = _plan(work, place, say)
                if work.planned.get("hash") not in (None, shown):
                    return failed(_("What would be done is no longer what was planned."))
                ended = _call(
                    work, place, say, "apply", "-input=false", "-no-color", str(place / "plan")
                )
                if ended.code != 0:
                    return failed(ended.why)
                return succeeded(**_outputs(work, place))
        except (FileNotFoundError, RuntimeError) as error:
            return failed(str(error))


def _plan(work: Work, place: Path, say: Say) -> str:
    """Write the plan into the place, and give the hash of what it would do."""
    told = place / "told.tfvars.json"
    told.write_text(json.dumps(dict(work.parameters)))
    told.chmod(0o600)
    _must(_call(work, place, say, "init", "-input=false", "-no-color"))
    workspace = _workspace(work)
    _must(_call(work, place, say, "workspace", "select", "-or-create", "-no-color", workspace))
    more = ["-destroy"] if work.settings.get("verb") == "destroy" else []
    file = place / "plan"
    _must(
        _call(
            work,
            place,
            say,
            *("plan", "-input=false", "-no-color", "-lock-timeout=60s", *more),
            *(f"-var-file={told}", f"-out={file}"),
        )
    )
    lines: list[str] = []
    _must(_call(work, place, lines.append, "show", "-json", str(file)))
    shown = json.loads("".join(lines))
    # Everything that would be done, and nothing of when it was looked at.
    kept = {name: shown.get(name) for name in ("resource_changes", "output_changes", "variables")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _outputs(work: Work, place: Path) -> dict[str, Any]:
    """What the configuration gives away; what is secret in it is left out."""
    lines: list[str] = []
    if _call(work, place, lines.append, "output", "-json", "-no-color").code != 0:
        return {}
    told = json.loads("".join(lines))
    return {name: each.get("value") for name, each in told.items() if not each.get("sensitive")}


def _call(work: Work, place: Path, say: Say, *arguments: str) -> Ended:
    program = shutil.which("terraform")
    if program is None:
        raise FileNotFoundError(_("Terraform is not installed on this worker."))
    directory = _listed(work.settings["configuration"])
    environment = environment_of(work) | {
        "HOME": str(place),
        "TF_IN_AUTOMATION": "1",
        # Which workspace is chosen is kept there: a run beside this one must not change it.
        "TF_DATA_DIR": str(place / "data"),
        "CHECKPOINT_DISABLE": "1",
    }
    return follow(
        [program, *arguments],
        environment=environment,
        within=work.timeout,
        is_stopped=work.is_stopped,
        say=say,
        directory=str(directory),
    )


def _must(ended: Ended) -> None:
    if ended.code != 0:
        raise RuntimeError(ended.why)


def _workspace(work: Work) -> str:
    named = as_text(work.settings.get("workspace") or "default").lower()
    return OF_WORKSPACE.sub("-", named).strip("-")[:80] or "default"


def _listed(name: str) -> Path:
    directory: Path = settings.RUNBOOK_DIR / "terraform"
    path = directory / name
    is_ours = NAME.fullmatch(name) and path.is_dir()
    if not is_ours or path.resolve().parent != directory.resolve():
        raise FileNotFoundError(_("No configuration is named %(name)s here.") % {"name": name})
    return path.resolve()


executors.add("terraform")(Terraform())
