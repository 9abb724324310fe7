"""Runs a step as a pipeline of GitLab: starts it, follows it, and says what its jobs came to."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _l

from itsm.automation import remote_jobs
from itsm.automation.executors import Outcome, Plan, Say, Work, executors, failed, succeeded
from itsm.automation.filling import as_text
from itsm.automation.remote_jobs import Job, Refusal
from itsm.core import http
from itsm.core.fields import Field, Line
from itsm.integrations.awx import check_server

OVER = ("success", "failed", "canceled", "skipped")


class GitlabPipeline:
    """Creates a pipeline with what the run is told as its variables."""

    fields: tuple[Field, ...] = (
        Line(name="server", label=_l("Address of GitLab"), required=True),
        Line(name="project", label=_l("Project"), required=True, max_length=200),
        Line(name="ref", label=_l("Branch"), required=True, max_length=200),
        Line(name="token", label=_l("Secret with its token"), max_length=60),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """The house that is asked is fixed."""
        check_server(given["server"])

    def plan(self, _work: Work) -> Plan | None:
        """It cannot tell beforehand."""
        return None

    def run(self, work: Work, say: Say) -> Outcome:
        """Create it once and follow."""
        project = f"/api/v4/projects/{quote(str(work.settings['project']), safe='')}"

        def start() -> Job:
            variables = [
                # As a file: in a value GitLab would expand what begins with a dollar.
                {"key": name.upper(), "value": as_text(value), "variable_type": "file"}
                for name, value in work.parameters.items()
            ]
            body = {"ref": work.settings["ref"], "variables": variables}
            pipeline = int(_ask(work, "POST", f"{project}/pipeline", body)["id"])
            here = f"{project}/pipelines/{pipeline}"
            said: list[str] = []

            def look(say: Say) -> Outcome | None:
                told = _ask(work, "GET", here)
                status = str(told.get("status"))
                if [status] != said[-1:]:
                    said.append(status)
                    say(f"{pipeline}: {status} {told.get('web_url', '')}".strip())
                if status not in OVER:
                    return None
                if status == "success":
                    return succeeded(pipeline=pipeline)
                return failed(status, pipeline=pipeline)

            return Job(f"GitLab {pipeline}", look, lambda: _cancel(work, here))

        return remote_jobs.do(start, work, say)


def _cancel(work: Work, here: str) -> None:
    _ask(work, "POST", f"{here}/cancel", {})


def _ask(work: Work, method: str, path: str, body: Any = None) -> dict[str, Any]:
    token = work.secrets.get(work.settings.get("token", ""), "")
    address = f"{work.settings['server'].rstrip('/')}{path}"
    answer = http.call(method, address, json=body, headers={"PRIVATE-TOKEN": token})
    if answer.status_code >= 400:
        raise Refusal(f"{answer.status_code}: {answer.text[:300]}")
    told = json.loads(answer.content)
    return told if isinstance(told, dict) else {}


executors.add("gitlab")(GitlabPipeline())
