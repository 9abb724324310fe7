"""How many posts a second pipelines may send: results, each on the change it speaks for."""

import itertools

from bench.cases import Figure
from bench.client import Answer, Client, at_once
from bench.server import Server
from changes.actions import connect_pipeline

SENDERS = 4
EACH = 150
GOAL = ">= 50/s"


def report(server: Server, *, size: int, rounds: int) -> list[Figure]:
    """As many pipelines as senders, each with results for a change of its own."""
    del rounds
    made = [
        connect_pipeline(kind="delivery", name=f"Bench {size} {place}", actor=None)
        for place in range(SENDERS)
    ]
    senders = [
        (Client(server.port, {"Authorization": f"Bearer {token}"}), f"/hooks/{pipeline.slug}/")
        for pipeline, token in made
    ]
    paths = {id(client): path for client, path in senders}
    for client, path in senders:
        client.call("POST", path, {"event": "change", "title": "Deliver", "run": "1"})
    ids = itertools.count()

    def show(client: Client, count: int) -> Answer:
        told = {
            "event": "evidence", "id": f"{count}-{next(ids)}", "run": "1", "kind": "tests",
            "name": f"suite {count % 5}", "outcome": "passed", "facts": {"passed": 512},
        }  # fmt: skip
        return client.call("POST", paths[id(client)], told)

    clients = [client for client, _path in senders]
    cpu = server.cpu()
    rate = at_once(clients, show, each=EACH)
    spent = (server.cpu() - cpu) / (SENDERS * EACH) * 1000
    what = f"posts of {SENDERS} pipelines with evidence"
    return [Figure(what, size, rate, "a second", GOAL, cpu=spent)]
