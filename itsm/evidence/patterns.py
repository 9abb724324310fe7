"""Log lines grouped into patterns: what is the same in them, and how often each was said. Pure.

The grouping is that of Drain, a maintained library. What surely varies (numbers, addresses, ids) is
masked first, alike for every system.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

DEPTH = 4
ALIKE = 0.5  # of the words, for two lines to be of one pattern
MOST_PATTERNS = 2000
MOST_CHILDREN = 100
MOST_EXAMPLES = 3
LONGEST_LINE = 1000
MASK = "<*>"
ENOUGH = 3.0  # times as often as before: more
SURE = 3.0  # standard deviations of chance
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
ERROR, WARNING, NOTICE, INFO = 3, 4, 5, 6
MASKS = tuple(
    re.compile(each)
    for each in (
        r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",
        r"\b[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}\b",
        r"(?<![\w.])/?\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b",
        r"\b0x[0-9a-fA-F]+\b",
        r"(?<![\w<])(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b",
        r"(?<=[_\-#])-?\d{4,}\b",
        r"(?<!\w)-?\d+(?:\.\d+)*(?!\w)",
    )
)
# What a line says of itself, for lines that come with no level or a wrong one.
SPOKEN = (
    (2, re.compile(r"\b(?:FATAL|PANIC|EMERG|CRITICAL|OOM|out of memory|segfault)\b", re.I)),
    (ERROR, re.compile(r"\b(?:ERROR|exception|refused|timed? ?out|denied|no space)\b", re.I)),
    (WARNING, re.compile(r"\b(?:WARN|WARNING)\b", re.I)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log: who said it, how bad it is (0 emergency to 7 debug), and what."""

    at: datetime
    text: str
    level: int = INFO
    component: str = ""


@dataclass(slots=True)
class Pattern:
    """What is the same in some lines, with how often it was said before and during."""

    words: str
    level: int
    before: int = 0
    during: int = 0
    first_at: datetime | None = None
    components: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether it was never said before."""
        return self.before == 0

    @property
    def component(self) -> str:
        """Who said it most; at a draw, first."""
        return max(self.components, key=lambda each: self.components[each], default="")


class Grouping:
    """Tells of each line to which group it belongs, learning as it goes."""

    def __init__(self) -> None:
        self._drain = _library().Drain(
            depth=DEPTH,
            sim_th=ALIKE,
            max_children=MOST_CHILDREN,
            max_clusters=MOST_PATTERNS,
            param_str=MASK,
        )

    def group_of(self, text: str) -> int:
        """The number of the group a text belongs to."""
        cluster, _what_changed = self._drain.add_log_message(masked(text))
        return int(cluster.cluster_id)

    def words_of(self, group: int) -> str:
        """What is the same in the lines of a group; empty when it was forgotten."""
        cluster = self._drain.id_to_cluster.get(group)
        return cluster.get_template() if cluster else ""


@cache
def _library() -> Any:
    # Only where lines are read: it would take a tenth of a second from every web process's start.
    return import_module("drain3.drain")


def masked(text: str) -> str:
    """The text with what surely varies left out."""
    text = text[:LONGEST_LINE]
    for mask in MASKS:
        text = mask.sub(MASK, text)
    return text


def level_of(text: str, *, told: int = INFO) -> int:
    """How bad a line is: as it was told, or worse where its words say so."""
    for level, spoken in SPOKEN:
        if level < told and spoken.search(text[:LONGEST_LINE]):
            return level
    return told


def level_named(word: Any, *, otherwise: int = INFO) -> int:
    """The level a tool calls by this word or number."""
    text = str(word).strip().lower()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) == 1 and int(text) < len(LEVELS) else otherwise
    known = next((n for n, each in enumerate(LEVELS) if text.startswith(each[:4])), None)
    return OTHER_WORDS.get(text, otherwise) if known is None else known


OTHER_WORDS = {"fatal": 2, "panic": 0, "severe": 3, "error": 3, "trace": 7, "err": 3, "e": 3}


def patterns_of(lines: Iterable[Line], *, since: datetime) -> list[Pattern]:
    """The patterns of some lines; those of ``since`` and later were said during the trouble."""
    grouping, found = Grouping(), dict[int, Pattern]()
    for line in sorted(lines, key=lambda each: each.at):
        if not line.text.strip():
            continue
        group = grouping.group_of(line.text)
        level = level_of(line.text, told=line.level)
        pattern = found.setdefault(group, Pattern("", level))
        _count(pattern, line, level, is_during=line.at >= since)
    for group, pattern in found.items():
        pattern.words = grouping.words_of(group) or masked(pattern.examples[0])
    return list(found.values())


def _count(pattern: Pattern, line: Line, level: int, *, is_during: bool) -> None:
    if not is_during:
        pattern.before += 1
        pattern.examples[:] = pattern.examples or [line.text[:LONGEST_LINE]]
        return
    if pattern.first_at is None:
        pattern.first_at, pattern.examples = line.at, []
    pattern.during += 1
    pattern.level = min(pattern.level, level)
    pattern.components[line.component] = pattern.components.get(line.component, 0) + 1
    if len(pattern.examples) < MOST_EXAMPLES and line.text not in pattern.examples:
        pattern.examples.append(line.text[:LONGEST_LINE])


def telling(patterns: Sequence[Pattern], *, before: float, during: float) -> list[Pattern]:
    """Those that are new or said more often than before; ``before`` and ``during`` in seconds."""
    found = [each for each in patterns if each.during and _is_telling(each, before, during)]
    return sorted(found, key=lambda each: (each.level, each.first_at, -each.during))


def _is_telling(pattern: Pattern, before: float, during: float) -> bool:
    if pattern.is_new:
        return True
    usual = (pattern.before + 0.5) * during / max(before, 1.0)
    by_chance = usual + SURE * (usual + 1) ** 0.5
    return pattern.during > by_chance and pattern.during >= ENOUGH * usual
