"""What speaks for the cause of an incident, in the little world."""

import json
from typing import Any

from itsm.evidence.actions import LOG_SOURCES, make_pack, take_in

OF_EVIDENCE = {"POST api/v1/evidence-packs/": {"ticket": "{number}"}}


def looked_into(opened: Any, dana: Any) -> dict[str, str]:
    """A pack about an incident, with a line of a log in it."""
    source, _token = LOG_SOURCES.connect(kind="syslog-ng", name="Syslog", actor=dana)
    said = {"MESSAGE": "FATAL: too many clients", "PROGRAM": "postgres", "PRIORITY": "err"}
    at = opened.opened_at
    body = json.dumps({**said, "unixtime": str(at.timestamp() - 1)}).encode()
    take_in(source=source, body=body, now=at)
    pack = make_pack(ticket=opened, why="asked")
    assert pack is not None
    return {"pack_id": str(pack.pk)}
