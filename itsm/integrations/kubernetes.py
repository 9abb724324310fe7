"""Runs a step on Kubernetes by its REST API, through our own door to the network.

Needs no client library and no kubectl: five verbs on workloads, the same requests kubectl sends.
"""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.executors import (
    Outcome,
    Plan,
    Say,
    Work,
    executors,
    failed,
    succeeded,
    unknown,
)
from itsm.automation.filling import names_in
from itsm.core import http
from itsm.core.errors import Invalid
from itsm.core.fields import Choice, Field, Flag, Line, Mapped

MOST_READ = 4 * 1024 * 1024
PAUSE = 2.0  # seconds between looks at a rollout
KINDS = {"deployment": "deployments", "statefulset": "statefulsets", "daemonset": "daemonsets"}
VERBS = {
    "restart": _l("Restart its pods one after the other"),
    "scale": _l("Give it another number of pods"),
    "patch": _l("Change what is declared"),
    "rollback": _l("Go back to the former revision"),
    "wait": _l("Wait until it has rolled out"),
}
STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
REVISION = "deployment.kubernetes.io/revision"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
# Set by the controller on its own; a rollback must not carry them back.
OF_CONTROLLER = "pod-template-hash"


class Refusal(Exception):  # noqa: N818 an answer of the cluster
    """The cluster says no, in its own words."""


class Kubernetes:
    """Restarts, scales, patches or rolls back a workload, and waits until that is done."""

    fields: tuple[Field, ...] = (
        Line(name="server", label=_l("Address of the API server"), required=True),
        Line(name="token", label=_l("Secret with its token"), max_length=60),
        Line(name="namespace", label=_l("Namespace"), required=True, max_length=120),
        Choice(name="kind", label=_l("Kind"), choices=[(each, each) for each in KINDS]),
        Line(name="name", label=_l("Name"), required=True, max_length=253),
        Choice(name="verb", label=_l("What is done"), required=True, choices=list(VERBS.items())),
        Line(name="replicas", label=_l("Number of pods"), max_length=40),
        Mapped(name="patch", label=_l("What is changed")),
        Flag(name="no_wait", label=_l("Do not wait until it has rolled out")),
    )

    def check(self, given: Mapping[str, Any]) -> None:
        """The cluster is fixed, and what a verb needs is there."""
        if names_in(given["server"]) or not given["server"].startswith(("https://", "http://")):
            raise Invalid(_("Give the fixed address of an API server."), field="server")
        if given["verb"] == "scale" and not given["replicas"]:
            raise Invalid(_("Say how many pods it shall have."), field="replicas")
        if given["verb"] == "patch" and not given["patch"]:
            raise Invalid(_("Say what is changed."), field="patch")
        if given["verb"] == "rollback" and given["kind"] not in ("", "deployment"):
            raise Invalid(_("Only deployments know a former revision here."), field="kind")

    def plan(self, work: Work) -> Plan | None:
        """The workload as it is, which the step then insists on; None where nothing is changed."""
        if work.settings["verb"] == "wait":
            return None
        cluster = Cluster(work)
        found = cluster.ask("GET", cluster.address)
        meta, spec = found.get("metadata", {}), found.get("spec", {})
        text = (
            f"{VERBS[work.settings['verb']]}: {cluster.address}\nreplicas: {spec.get('replicas')}"
        )
        return Plan(text, {"resource_version": str(meta.get("resourceVersion", ""))})

    def run(self, work: Work, say: Say) -> Outcome:
        """Send the one request that changes something, then look until it has taken effect."""
        cluster = Cluster(work)
        verb = work.settings["verb"]
        try:
            generation = 0
            if verb != "wait":
                changed = CHANGES[verb](cluster, work)
                generation = int(changed.get("metadata", {}).get("generation", 0))
                say(f"{verb}: {cluster.address}")
            if verb == "wait" or not work.settings.get("no_wait"):
                return cluster.wait(work, say, least=0 if verb == "scale" else generation)
        except Refusal as refusal:
            return failed(str(refusal))
        except http.Unreachable as error:
            return unknown(str(error)) if error.was_sent else failed(str(error))
        return succeeded()


class Cluster:
    """The API server, as one step talks to it."""

    def __init__(self, work: Work) -> None:
        settings = work.settings
        self._server = settings["server"].rstrip("/")
        self._token = work.secrets.get(settings.get("token", ""), "")
        kind = KINDS[settings.get("kind") or "deployment"]
        space = quote(str(settings["namespace"]), safe="")
        self.apps = f"/apis/apps/v1/namespaces/{space}"
        self.address = f"{self.apps}/{kind}/{quote(str(settings['name']), safe='')}"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        sort: str = "application/json",
        manager: str = "",
    ) -> dict[str, Any]:
        """What the server answers; Refusal when it says no."""
        query = f"?{urlencode({'fieldManager': manager})}" if manager else ""
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None
        if body is not None:
            content = json.dumps(body, separators=(",", ":")).encode()
            headers["Content-Type"] = sort
        answer = http.call(
            method,
            f"{self._server}{path}{query}",
            content=content,
            headers=headers,
            max_bytes=MOST_READ,
        )
        try:
            told = json.loads(answer.content)
        except ValueError:
            told = {}
        told = told if isinstance(told, dict) else {}
        if answer.status_code >= 400:
            why = str(told.get("message") or answer.text[:500])
            raise Refusal(f"{answer.status_code}: {why}")
        return told

    def wait(self, work: Work, say: Say, *, least: int) -> Outcome:
        """Look until every pod is of the newest sort and ready, as ``kubectl rollout status``."""
        deadline = time.monotonic() + work.timeout.total_seconds()
        said = ""
        while True:
            found = self.ask("GET", self.address)
            standing = _standing(found, least=least)
            if standing == "":
                say(str(_("It has rolled out.")))
                return succeeded()
            if standing != said:
                say(standing)
                said = standing
            if work.is_stopped():
                return failed(_("It was stopped."))
            if time.monotonic() > deadline:
                return failed(_("It took too long."))
            time.sleep(PAUSE)


def _restart(cluster: Cluster, _work: Work) -> dict[str, Any]:
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {"spec": {"template": {"metadata": {"annotations": {RESTARTED: now}}}}}
    return cluster.ask("PATCH", cluster.address, body, sort=STRATEGIC, manager="kubectl-rollout")


def _scale(cluster: Cluster, work: Work) -> dict[str, Any]:
    wanted = str(work.settings["replicas"])
    if not (wanted.isascii() and wanted.isdecimal() and int(wanted) <= 1000):
        raise Refusal(_("%(wanted)s is no number of pods.") % {"wanted": wanted[:40]})
    body = {"spec": {"replicas": int(wanted)}}
    return cluster.ask("PATCH", f"{cluster.address}/scale", body, sort=MERGE)


def _patch(cluster: Cluster, work: Work) -> dict[str, Any]:
    body = _insisting(dict(work.settings["patch"]), work)
    return cluster.ask("PATCH", cluster.address, body, sort=STRATEGIC, manager="kubectl-patch")


def _rollback(cluster: Cluster, work: Work) -> dict[str, Any]:
    """Declare again what the former replica set was made from."""
    now = cluster.ask("GET", cluster.address)
    uid = now["metadata"]["uid"]
    current = int(now["metadata"].get("annotations", {}).get(REVISION, 0))
    sets = cluster.ask("GET", f"{cluster.apps}/replicasets").get("items", [])
    former = [
        (int(each["metadata"].get("annotations", {}).get(REVISION, 0)), each)
        for each in sets
        if any(owner.get("uid") == uid for owner in each["metadata"].get("ownerReferences", []))
    ]
    former = [each for each in former if 0 < each[0] < current]
    if not former:
        raise Refusal(_("There is no former revision."))
    template = max(former, key=lambda each: each[0])[1]["spec"]["template"]
    template.get("metadata", {}).get("labels", {}).pop(OF_CONTROLLER, None)
    version = now["metadata"]["resourceVersion"]
    # All or nothing, and only if nobody changed it since it was read.
    body = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": version},
        {"op": "replace", "path": "/spec/template", "value": template},
    ]
    sort = "application/json-patch+json"
    return cluster.ask("PATCH", cluster.address, body, sort=sort, manager="kubectl-rollout")


CHANGES = {"restart": _restart, "scale": _scale, "patch": _patch, "rollback": _rollback}


def _insisting(body: dict[str, Any], work: Work) -> dict[str, Any]:
    """The body, refused by the server if the workload is no longer what was planned with."""
    version = work.planned.get("resource_version", "")
    if not version:
        return body
    return {**body, "metadata": {**body.get("metadata", {}), "resourceVersion": version}}


def _standing(found: Mapping[str, Any], *, least: int) -> str:
    """What is still missing from a rollout, in words; empty when nothing is."""
    meta, spec, status = (found.get(each, {}) for each in ("metadata", "spec", "status"))
    generation = max(int(meta.get("generation", 0)), least)
    if int(status.get("observedGeneration", 0)) < generation:
        return str(_("The cluster has not seen it yet."))
    for condition in status.get("conditions", []):
        if condition.get("reason") == "ProgressDeadlineExceeded":
            raise Refusal(str(condition.get("message") or condition["reason"]))
    wanted = int(status.get("desiredNumberScheduled", spec.get("replicas", 1)))
    updated = int(status.get("updatedNumberScheduled", status.get("updatedReplicas", 0)))
    ready = int(
        status.get(
            "numberAvailable", status.get("availableReplicas", status.get("readyReplicas", 0))
        )
    )
    every = int(status.get("replicas", updated))
    if updated < wanted or ready < wanted or every > max(updated, wanted):
        told = {"updated": updated, "ready": ready, "wanted": wanted}
        return str(_("%(updated)d of %(wanted)d renewed, %(ready)d ready.") % told)
    return ""


executors.add("kubernetes")(Kubernetes())
