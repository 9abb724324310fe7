"""Runs a step as a job of AWX: starts a template, follows the job, and collects what it says."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation import remote_jobs
from itsm.automation.executors import (
    Outcome,
    Plan,
    Say,
    Work,
    executors,
    failed,
    succeeded,
)
from itsm.automation.filling import names_in
from itsm.automation.remote_jobs import Job, Refusal
from itsm.core import http
from itsm.core.errors import Invalid
from itsm.core.fields import Field, Line

MOST_READ = 5 * 1024 * 1024
TEMPLATES = ("{{", "{%", "{#")  # what Ansible would not take for data
OVER = {"successful": succeeded, "failed": failed, "error": failed, "canceled": failed}


class Awx:
    """Launches a job template with what the run is told as its extra variables."""

    fields: tuple[Field, ...] = (
        Line(name="server", label=_l("Address of AWX"), required=True),
        Line(name="template", label=_l("Number of the job template"), required=True, max_length=12),
        Line(name="token", label=_l("Secret with its token"), max_length=60),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """The house that is asked is fixed, and so is what it is asked for."""
        check_server(given["server"])
        if not given["template"].isdecimal():
            raise Invalid(_("Give the number of a job template."), field="template")

    def plan(self, _work: Work) -> Plan | None:
        """It cannot tell beforehand."""
        return None

    def run(self, work: Work, say: Say) -> Outcome:
        """Launch once and follow."""
        told = dict(work.parameters)
        if _is_template(told.get("incident_title")):
            # Nobody asked for it, and it must not keep what was asked for from being done.
            del told["incident_title"]
            say(_("AWX is not told the title: it could take it for a template."))
        if any(_is_template(each) for each in told.values()):
            return failed(_("AWX could take what it is told for a template."))

        def start() -> Job:
            body = {"extra_vars": told}
            path = f"/api/v2/job_templates/{work.settings['template']}/launch/"
            job = int(_ask(work, "POST", path, body)["job"])
            here = f"/api/v2/jobs/{job}/"
            heard = [0]

            def look(say: Say) -> Outcome | None:
                told = _ask(work, "GET", here)
                heard[0] = _hear(work, here, heard[0], say)
                status = str(told.get("status"))
                if status not in OVER:
                    return None
                why = str(told.get("job_explanation") or status)
                return OVER[status]("" if status == "successful" else why, job=job)

            return Job(f"AWX {job}", look, lambda: _cancel(work, here))

        return remote_jobs.do(start, work, say)


def check_server(address: str) -> None:
    """Nothing a run is told decides whom we call."""
    if names_in(address) or not address.startswith(("https://", "http://")):
        raise Invalid(_("Give a fixed address that begins with https://."), field="server")


def _is_template(value: Any) -> bool:
    return isinstance(value, str) and any(mark in value for mark in TEMPLATES)


def _hear(work: Work, here: str, heard: int, say: Say) -> int:
    """Pass on what it has said since; how many lines that makes."""
    answer = _call(work, "GET", f"{here}stdout/?format=txt")
    lines = answer.text.splitlines() if answer.is_success else []
    for line in lines[heard:]:
        say(line)
    return max(heard, len(lines))


def _cancel(work: Work, here: str) -> None:
    _ask(work, "POST", f"{here}cancel/", {})


def _ask(work: Work, method: str, path: str, body: Any = None) -> dict[str, Any]:
    answer = _call(work, method, path, body)
    if answer.status_code >= 400:
        raise Refusal(f"{answer.status_code}: {answer.text[:300]}")
    told = json.loads(answer.content) if answer.content else {}
    return told if isinstance(told, dict) else {}


def _call(work: Work, method: str, path: str, body: Any = None) -> Any:
    token = work.secrets.get(work.settings.get("token", ""), "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"{work.settings['server'].rstrip('/')}{path}"
    return http.call(method, address, json=body, headers=headers, max_bytes=MOST_READ)


executors.add("awx")(Awx())
