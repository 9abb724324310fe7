"""Proposing a mapping for a payload nobody has described, by what its keys are called; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from itsm.monitoring.mapping import STATUS_WORDS
from itsm.monitoring.sources import FIRING

DEEPEST = 4
MOST_PATHS = 400
# For each field the names it goes by, the likeliest first; only letters and digits count.
NAMES: Mapping[str, Sequence[str]] = {
    "status": (
        *("status", "state", "alertstate", "alertstatus", "eventstatus", "transition"),
        *("eventtype", "action", "event", "condition"),
    ),
    "severity": ("severity", "level", "priority", "criticality", "urgency", "importance", "sev"),
    "service": (
        *("service", "servicename", "application", "app", "system", "product", "project"),
        *("job", "group", "check"),
    ),
    "component": (
        *("host", "hostname", "instance", "node", "server", "device", "pod", "resource"),
        *("component", "entity", "target", "machine", "ip"),
    ),
    "fingerprint": (
        *("fingerprint", "dedupkey", "incidentkey", "alertid", "alias", "uid", "uuid"),
        *("id", "key", "eventid", "problemid", "incidentid"),
    ),
    "link": ("link", "url", "href", "permalink", "alerturl", "dashboard", "dashboardurl", "uri"),
    "starts_at": (
        *("startsat", "startedat", "starttime", "start", "triggeredat", "firedat", "openedat"),
        *("timestamp", "time", "createdat", "date", "since"),
    ),
    "ends_at": ("endsat", "endedat", "endtime", "end", "resolvedat", "closedat", "recoveredat"),
    "title": (
        *("title", "summary", "alertname", "subject", "headline", "message", "name", "text"),
        *("msg", "reason", "problem", "rule", "output"),
    ),
    "description": (
        *("description", "details", "detail", "body", "longdescription", "longoutput"),
        *("message", "text", "comment", "info"),
    ),
}
LISTS = ("alerts", "events", "incidents", "problems", "items", "data", "results", "records")


def suggested(payload: Any) -> dict[str, Any]:
    """A mapping that probably fits; without a title when nothing looks like one."""
    path, item = _list_in(payload)
    if not isinstance(item, dict):
        return {}
    leaves = dict(_leaves(item))
    mapping: dict[str, Any] = {"list": path} if path else {}
    taken: set[str] = set()
    for field, names in NAMES.items():
        found = _likeliest(leaves, names, taken)
        if found:
            mapping[field] = found
            taken.add(found)
    return mapping | _words(leaves.get(mapping.get("status", "")))


def _list_in(payload: Any) -> tuple[str, Any]:
    """Where the alerts are, and the first of them; the payload itself when it holds no list."""
    if isinstance(payload, list):
        return "$", payload[0] if payload else None
    if not isinstance(payload, dict):
        return "", None
    lists = {
        key: value
        for key, value in payload.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    for key in sorted(lists, key=lambda each: (_rank(each, LISTS), each)):
        return _step("", key), lists[key][0]
    return "", payload


def _leaves(item: Mapping[str, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Each plain value with the path that leads to it, the shallow ones first."""
    for key, value in list(item.items())[:MOST_PATHS]:
        if isinstance(value, str | int | float) and value not in ("", None):
            yield _step(before, str(key)), value
    if depth < DEEPEST:
        for key, value in list(item.items())[:MOST_PATHS]:
            if isinstance(value, dict):
                yield from _leaves(value, _step(before, str(key)), depth + 1)


def _likeliest(leaves: Mapping[str, Any], names: Sequence[str], taken: set[str]) -> str:
    ranked = [
        (_rank(path, names), path.count("."), path)
        for path in leaves
        if path not in taken and _rank(path, names) < len(names)
    ]
    return min(ranked)[2] if ranked else ""


def _rank(path: str, names: Sequence[str]) -> int:
    """How likely a name the last key of the path is; as many as there are when it is none."""
    last = re.sub(r"[^a-z0-9]", "", re.split(r"\.|\['", path)[-1].lower())
    return names.index(last) if last in names else len(names)


def _step(before: str, key: str) -> str:
    if re.search(r"[.\[\]'\"\s]", key) or not key:
        return f"{before}['{key}']" if "'" not in key else f'{before}["{key}"]'
    return f"{before}.{key}" if before else key


def _words(status: Any) -> dict[str, Any]:
    """A status word nobody knows is taken to mean that it fires: it is an example of an alert."""
    word = str(status).strip() if status is not None else ""
    if not word or word.lower() in STATUS_WORDS:
        return {}
    return {"status_values": {word: FIRING}}
