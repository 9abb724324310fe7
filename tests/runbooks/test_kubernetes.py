"""What Kubernetes is asked, held against what kubectl asked when it was listened to."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from itsm.automation.definition import read_definition
from itsm.automation.executors import Outcome, Work, executors
from itsm.core.errors import Invalid
from itsm.integrations import kubernetes
from tests.runbooks.peers import Answer, Asked, Peer, peer

CAPTURED = Path(__file__).parent / "kubectl"
HERE = "/apis/apps/v1/namespaces/shop/deployments/checkout"


class Cluster:
    """A deployment, and a controller that needs a few looks to roll it out."""

    def __init__(self) -> None:
        self.generation, self.version, self.looks = 3, 100, 0
        self.refusal: Answer | None = None
        self.image = "checkout:2"
        self.is_stuck = False

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != "Bearer planted-4711":
            return 401, {"message": "Unauthorized"}
        if asked.method == "PATCH":
            return self.patched(asked)
        if asked.path.endswith("/replicasets"):
            return 200, {"items": [self.set_of(1, "checkout:1"), self.set_of(2, self.image)]}
        self.looks += 1
        return 200, self.deployment()

    def patched(self, asked: Asked) -> Answer:
        body = asked.json
        insisted = body[0]["value"] if isinstance(body, list) else body.get("metadata", {})
        wanted = insisted if isinstance(insisted, str) else insisted.get("resourceVersion")
        if wanted and wanted != str(self.version):
            return 409, {"message": "the object has been modified"}
        if self.refusal:
            return self.refusal
        self.generation, self.version, self.looks = self.generation + 1, self.version + 1, 0
        return 200, {"metadata": {"generation": self.generation}}

    def deployment(self) -> dict[str, Any]:
        is_done = self.looks > 2 and not self.is_stuck
        stuck = [{"reason": "ProgressDeadlineExceeded", "message": "timed out progressing"}]
        return {
            "metadata": {
                "uid": "u1",
                "generation": self.generation,
                "resourceVersion": str(self.version),
                "annotations": {"deployment.kubernetes.io/revision": "2"},
            },
            "spec": {"replicas": 2},
            "status": {
                "observedGeneration": self.generation if self.looks > 1 else self.generation - 1,
                "replicas": 2 if is_done else 3,
                "updatedReplicas": 2 if is_done else 1,
                "availableReplicas": 2,
                "conditions": stuck if self.is_stuck else [],
            },
        }

    def set_of(self, revision: int, image: str) -> dict[str, Any]:
        labels = {"app": "checkout", "pod-template-hash": f"h{revision}"}
        containers = [{"name": "checkout", "image": image}]
        return {
            "metadata": {
                "ownerReferences": [{"uid": "u1"}],
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            },
            "spec": {
                "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}
            },
        }


@pytest.fixture(scope="module")
def server() -> Iterator[Peer]:
    """The API server."""
    with peer() as found:
        yield found


@pytest.fixture
def cluster(server: Peer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """What stands behind the API server, fresh for each test."""
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    monkeypatch.setattr(kubernetes, "PAUSE", 0.01)
    found = Cluster()
    server.asked.clear()
    server.answer = found.answer
    return found


def run(server: Peer, verb: str, *, planned: Any = None, **settings: Any) -> Outcome:
    usual = {"server": server.address, "token": "TOKEN", "namespace": "shop", "name": "checkout"}
    work = Work(
        run=1,
        key="k",
        settings={**usual, "verb": verb, **settings},
        secrets={"TOKEN": "planted-4711"},
        timeout=timedelta(seconds=5),
        planned=planned or {},
    )
    return executors["kubernetes"].run(work, lambda _line: None)


def captured(name: str) -> tuple[dict[str, Any], Any]:
    meta = json.loads((CAPTURED / f"{name}.meta.json").read_text())
    return meta, json.loads((CAPTURED / f"{name}.json").read_text())


@pytest.mark.parametrize(
    ("name", "verb", "given"),
    [
        ("01-rollout-restart", "restart", {}),
        ("02-scale", "scale", {"replicas": 5}),
        ("03-set-image", "patch", {"patch": captured("03-set-image")[1]}),
    ],
)
def test_the_cluster_is_asked_what_kubectl_asks(
    server: Peer, cluster: Cluster, name: str, verb: str, given: dict[str, Any]
) -> None:
    meta, body = captured(name)

    assert run(server, verb, **given).word == "succeeded"

    asked = next(each for each in server.asked if each.method == meta["method"])
    assert asked.path == meta["path"]
    assert asked.headers["Content-Type"] == meta["headers"]["Content-Type"]
    assert _without_times(asked.json) == _without_times(body)
    if verb == "restart":
        assert asked.query == meta["query"]


def test_it_waits_until_the_new_pods_stand(server: Peer, cluster: Cluster) -> None:
    assert run(server, "restart").word == "succeeded"
    assert cluster.looks == 3

    cluster.is_stuck = True
    outcome = run(server, "restart")
    assert (outcome.word, outcome.why) == ("failed", "timed out progressing")


def test_a_rollback_declares_the_former_revision_if_nobody_changed_it(
    server: Peer, cluster: Cluster
) -> None:
    assert run(server, "rollback").word == "succeeded"

    asked = next(each for each in server.asked if each.method == "PATCH")
    meta, _body = captured("04-json-patch")
    assert asked.headers["Content-Type"] == meta["headers"]["Content-Type"]
    assert asked.json[0] == {"op": "test", "path": "/metadata/resourceVersion", "value": "100"}
    assert asked.json[1]["value"]["spec"]["containers"][0]["image"] == "checkout:1"
    assert asked.json[1]["value"]["metadata"]["labels"] == {"app": "checkout"}


def test_what_was_planned_is_insisted_on(server: Peer, cluster: Cluster) -> None:
    patch = {"spec": {"paused": False}}

    assert run(server, "patch", patch=patch, planned={"resource_version": "99"}).word == "failed"
    assert (
        run(server, "patch", patch=patch, planned={"resource_version": "100"}).word == "succeeded"
    )
    assert server.asked[1].json["metadata"] == {"resourceVersion": "100"}


@pytest.mark.parametrize(
    ("refusal", "word"), [((403, {"message": "forbidden"}), "failed"), ((0, {}), "unknown")]
)
def test_a_lost_answer_is_no_refusal(
    server: Peer, cluster: Cluster, refusal: Answer, word: str
) -> None:
    cluster.refusal = refusal

    assert run(server, "restart").word == word


@pytest.mark.parametrize("name", ["../../../secrets/x", "a/b", "x?force=true", "{{ 1 }}", "$(id)"])
def test_hostile_names_stay_one_part_of_the_address(
    server: Peer, cluster: Cluster, name: str
) -> None:
    run(server, "restart", name=name, no_wait=True)

    assert server.asked[0].path.startswith("/apis/apps/v1/namespaces/shop/deployments/")
    assert server.asked[0].path.count("/") == HERE.count("/")


def test_what_a_run_is_told_does_not_choose_the_cluster() -> None:
    text = "target: x\nparameters: [{name: host}]\nsteps:\n  - use: kubernetes\n    with: {%s}\n"
    given = 'server: "https://{host}", namespace: shop, name: x, verb: restart'

    with pytest.raises(Invalid, match=r"with\.server"):
        read_definition(text % given)


def _without_times(body: Any) -> Any:
    text = json.dumps(body)
    annotations = (
        body.get("spec", {}).get("template", {}).get("metadata", {}).get("annotations", {})
    )
    for value in annotations.values():
        assert value.endswith("Z")
        text = text.replace(value, "now")
    return json.loads(text)
