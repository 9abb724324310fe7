"""Reading any tool's payload by a mapping that an administrator wrote; pure.

A mapping is a table of paths: ``list`` leads to the alerts, the others start at one of them, or at
the whole payload with a leading ``$``. ``status_values`` and ``severity_values`` translate words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from itsm.monitoring.paths import PathError, find, find_one, joined, steps_of
from itsm.monitoring.payload import Part, fingerprint_of, title_of
from itsm.monitoring.severities import SEVERITIES
from itsm.monitoring.sources import (
    ACKNOWLEDGED,
    FIRING,
    RESOLVED,
    Malformed,
    Reading,
    Signal,
)

PATHS = (
    "list", "fingerprint", "status", "severity", "title", "description", "service", "component",
    "starts_at", "ends_at", "link",
)  # fmt: skip
TABLES = {
    "status_values": (FIRING, RESOLVED, ACKNOWLEDGED),
    "severity_values": SEVERITIES,
}
STATUS_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("firing", "fired", "triggered", "trigger", "problem", "alerting"), FIRING),
    **dict.fromkeys(("active", "open", "opened", "down", "critical", "warning"), FIRING),
    **dict.fromkeys(("error", "failed", "alarm", "true", "1", "new"), FIRING),
    **dict.fromkeys(("resolved", "resolve", "ok", "recovery", "recovered", "closed"), RESOLVED),
    **dict.fromkeys(("close", "normal", "up", "inactive", "cleared", "false", "0"), RESOLVED),
    **dict.fromkeys(("acknowledged", "acknowledge", "acked", "ack"), ACKNOWLEDGED),
}
MOST_LABELS = 60
SAID = ("title", "severity", "service", "component")


@dataclass(frozen=True)
class Trial:
    """What a mapping makes of an example: signals, or what is wrong with which field."""

    signals: list[Signal] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)


def try_mapping(mapping: Any, *, example: Any, reading: Reading) -> Trial:
    """Read an example by a mapping, and say of each field what is wrong with it."""
    if errors := faults_of(mapping):
        return Trial(errors=errors)
    try:
        signals = signals_of(example, mapping=mapping, reading=reading)
    except Malformed as error:
        return Trial(errors={error.path: [error.message]})
    if not signals:
        return Trial(errors={"list": ["This path leads to no alert in the example."]})
    lost = _lost_in(example, mapping=mapping)
    return Trial(signals=[] if lost else signals, errors=lost)


def _lost_in(example: Any, *, mapping: Mapping[str, Any]) -> dict[str, list[str]]:
    """What an alert should say and none of the example does: most likely a path is misspelt."""
    root = Part(example)
    items = [_Reader(root, item, mapping) for item in _items(root, mapping.get("list") or "")]
    return {
        name: ["This path finds nothing in the example."]
        for name in SAID
        if mapping.get(name) and not any(item.text(name) for item in items)
    }


def faults_of(mapping: Any) -> dict[str, list[str]]:
    """What is wrong with a mapping, whatever the payload."""
    if not isinstance(mapping, dict):
        return {"mapping": ['A mapping is a table of paths, such as {"title": "message"}.']}
    errors: dict[str, list[str]] = {}
    for name, value in mapping.items():
        if fault := _fault_of(name, value):
            errors[str(name)] = [fault]
    if not mapping.get("title"):
        errors.setdefault("title", ["Say where the title stands."])
    return errors


def signals_of(payload: Any, *, mapping: Mapping[str, Any], reading: Reading) -> list[Signal]:
    """The signals in a payload."""
    if errors := faults_of(mapping):
        name, (fault, *_others) = next(iter(errors.items()))
        raise Malformed(f"The source's mapping is not ready: {fault}", path=name)
    root = Part(payload)
    items = _items(root, mapping.get("list") or "")
    return [_signal(_Reader(root, item, mapping), reading) for item in items]


def _items(root: Part, path: str) -> list[Part]:
    """The alerts at the end of a path: one, or those of every list there."""
    path = path.strip().removesuffix("[*]")
    found = find(root, path=path)
    if not found:
        raise Malformed("There is no list of alerts here.", path=joined("$", path))
    lists = [list(each.each()) if isinstance(each.value, list) else [each] for each in found]
    return [item for each in lists for item in each]


class _Reader:
    """One alert of a payload, read by a mapping."""

    def __init__(self, root: Part, item: Part, mapping: Mapping[str, Any]) -> None:
        self.root = root
        self.item = item
        self.mapping = mapping

    def part(self, name: str) -> Part:
        return self.at(self.mapping.get(name) or "")

    def at(self, path: str) -> Part:
        if not path:
            return Part(None, path=self.item.path)
        start = self.root if path.startswith("$") else self.item
        return find_one(start, path=path)

    def text(self, name: str) -> str:
        return self.part(name).text()


def _signal(reader: _Reader, reading: Reading) -> Signal:
    if not isinstance(reader.item.value, dict):
        raise Malformed("Expected an object.", path=reader.item.path)
    status = _status(reader)
    starts_at, ends_at = reader.part("starts_at").instant(), reader.part("ends_at").instant()
    title, service, component = (reader.text(each) for each in ("title", "service", "component"))
    words = {str(key).lower(): value for key, value in _table(reader, "severity_values").items()}
    severity = reader.text("severity")
    said_at = None
    if starts_at is not None:
        said_at = starts_at if status != RESOLVED else ends_at
    link = reader.text("link")
    return Signal(
        fingerprint=_fingerprint(reader, title, service, component),
        status=status,
        severity=words.get(severity.strip().lower()) or reading.severity(severity),
        title=title_of(title),
        description=reader.text("description"),
        service=service,
        component=component,
        labels=_labels(reader.item),
        links={"source": link} if link.startswith(("http://", "https://")) else {},
        starts_at=starts_at,
        ends_at=ends_at if status == RESOLVED else None,
        said_at=said_at,
    )


def _status(reader: _Reader) -> str:
    if not reader.mapping.get("status"):
        return FIRING
    part = reader.part("status")
    word = part.text().strip()
    table = _table(reader, "status_values")
    found = table.get(word) or table.get(word.lower()) or STATUS_WORDS.get(word.lower())
    if not found and not word:
        raise Malformed("The status is read here, and there is nothing.", path=part.path)
    if not found:
        raise Malformed(
            f"The source's mapping does not say what the status {word[:40]!r} means.",
            path=part.path,
        )
    return str(found)


def _fingerprint(reader: _Reader, *otherwise: str) -> str:
    paths = reader.mapping.get("fingerprint")
    if not paths:
        return fingerprint_of(*otherwise)
    parts = [reader.at(path) for path in (paths if isinstance(paths, list) else [paths])]
    texts = [part.text() for part in parts]
    if not any(texts):
        raise Malformed("The fingerprint is missing.", path=parts[0].path)
    return texts[0] if len(texts) == 1 else fingerprint_of(*texts)


def _labels(item: Part) -> dict[str, str]:
    parts = {key: item[key] for key in item.value}
    plain = [key for key, part in parts.items() if isinstance(part.value, str | int | float)]
    return {key: parts[key].text() for key in plain[:MOST_LABELS]}


def _table(reader: _Reader, name: str) -> dict[str, str]:
    table: dict[str, str] = reader.mapping.get(name) or {}
    return table


def _fault_of(name: Any, value: Any) -> str:
    if name in TABLES:
        allowed = TABLES[name]
        is_table = isinstance(value, dict) and all(each in allowed for each in value.values())
        return "" if is_table else f"Translate each word to one of: {', '.join(allowed)}."
    if name not in PATHS:
        return f"There is no such field; known are {', '.join((*PATHS, *TABLES))}."
    paths = value if name == "fingerprint" and isinstance(value, list) and value else [value]
    return next((fault for fault in map(_path_fault, paths) if fault), "")


def _path_fault(path: Any) -> str:
    if not isinstance(path, str) or len(path) > 300:
        return "Give a path, such as labels.service."
    try:
        steps_of(path)
    except PathError as error:
        return str(error)
    return ""
