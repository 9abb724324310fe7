"""Runs a step as a build of Jenkins: queues it, follows it, and passes its log on."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation import remote_jobs
from itsm.automation.executors import Outcome, Plan, Say, Work, executors, failed, succeeded
from itsm.automation.filling import as_text
from itsm.automation.remote_jobs import Job, Refusal
from itsm.core import http
from itsm.core.errors import Invalid
from itsm.core.fields import Field, Line
from itsm.integrations.awx import check_server

QUEUED = re.compile(r"/queue/item/(\d+)/?$")
NAME = re.compile(r"[\w .()-]+(/[\w .()-]+)*")


class JenkinsBuild:
    """Builds a job with what the run is told as its parameters."""

    fields: tuple[Field, ...] = (
        Line(name="server", label=_l("Address of Jenkins"), required=True),
        Line(name="job", label=_l("Job, with its folders"), required=True, max_length=200),
        Line(name="user", label=_l("User name"), max_length=100),
        Line(name="token", label=_l("Secret with its token"), max_length=60),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """The house that is asked is fixed, and so is the job."""
        check_server(given["server"])
        if not NAME.fullmatch(given["job"]):
            raise Invalid(_("Give the name of a job, folders with slashes between."), field="job")

    def plan(self, _work: Work) -> Plan | None:
        """It cannot tell beforehand."""
        return None

    def run(self, work: Work, say: Say) -> Outcome:
        """Queue it once and follow."""
        parts = str(work.settings["job"]).split("/")
        job = "".join(f"/job/{quote(each, safe='')}" for each in parts)

        def start() -> Job:
            told = {name.upper(): as_text(value) for name, value in work.parameters.items()}
            path = f"{job}/buildWithParameters" if told else f"{job}/build"
            answer = _call(work, "POST", path, urlencode(told).encode())
            queued = QUEUED.search(answer.headers.get("Location", ""))
            if queued is None:
                raise Refusal(_("It does not say where the build waits."))
            build = _Build(work, job, int(queued[1]))
            return Job(f"Jenkins {work.settings['job']}", build.look, build.cancel)

        return remote_jobs.do(start, work, say)


class _Build:
    """A build, from its place in the queue on."""

    def __init__(self, work: Work, job: str, queued: int) -> None:
        self._work, self._job, self._queued = work, job, queued
        self._number = 0
        self._heard = 0

    def look(self, say: Say) -> Outcome | None:
        """What it came to; None while it waits or is built."""
        if not self._number:
            told = _read(self._work, f"/queue/item/{self._queued}/api/json")
            if told.get("cancelled"):
                return failed(_("It was taken from the queue."))
            self._number = int((told.get("executable") or {}).get("number") or 0)
            return None
        here = f"{self._job}/{self._number}"
        told = _read(self._work, f"{here}/api/json")
        log = _call(self._work, "GET", f"{here}/logText/progressiveText?start={self._heard}")
        for line in log.text.splitlines():
            say(line)
        size = log.headers.get("X-Text-Size", "")
        self._heard = int(size) if size.isdecimal() else self._heard + len(log.content)
        if told.get("building"):
            return None
        result = str(told.get("result"))
        if result == "SUCCESS":
            return succeeded(build=self._number)
        return failed(result.lower(), build=self._number)

    def cancel(self) -> None:
        """Take it from the queue, or end it."""
        if self._number:
            _call(self._work, "POST", f"{self._job}/{self._number}/stop", b"")
        else:
            _call(self._work, "POST", f"/queue/cancelItem?id={self._queued}", b"")


def _read(work: Work, path: str) -> dict[str, Any]:
    told = json.loads(_call(work, "GET", path).content)
    return told if isinstance(told, dict) else {}


def _call(work: Work, method: str, path: str, content: bytes | None = None) -> Any:
    token = work.secrets.get(work.settings.get("token", ""), "")
    pair = f"{work.settings.get('user', '')}:{token}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"} if token else {}
    if content:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    address = f"{work.settings['server'].rstrip('/')}{path}"
    answer = http.call(method, address, content=content, headers=headers)
    if answer.status_code >= 400:
        raise Refusal(f"{answer.status_code}: {answer.text[:300]}")
    return answer


executors.add("jenkins")(JenkinsBuild())
