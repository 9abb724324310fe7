"""What changed from one text to another, line by line and within a line, word by word. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

AROUND = 3  # unchanged lines that are shown beside a change
MOST_LINES = 4000
SAME, GONE, NEW, FOLD = "same", "gone", "new", "fold"


@dataclass(frozen=True)
class Line:
    """One line of the difference; ``parts`` are its pieces and whether each is what changed."""

    sort: str
    parts: list[tuple[str, bool]] = field(default_factory=list)
    before: int | None = None
    after: int | None = None
    count: int = 0


def difference(before: str, after: str) -> list[Line]:
    """The lines that went and came, with some around them; nothing when both are the same."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    if old == new:
        return []
    lines = list(_lines(old, new))
    return list(_folded(lines))


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    for word, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal":
            for place in range(b - a):
                yield Line(SAME, [(old[a + place], False)], a + place + 1, c + place + 1)
            continue
        pairs = min(b - a, d - c)
        marked = [_words(old[a + each], new[c + each]) for each in range(pairs)]
        for place in range(a, b):
            parts = marked[place - a][0] if place - a < pairs else [(old[place], True)]
            yield Line(GONE, parts, before=place + 1)
        for place in range(c, d):
            parts = marked[place - c][1] if place - c < pairs else [(new[place], True)]
            yield Line(NEW, parts, after=place + 1)


def _words(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two lines in pieces; when they have little in common each is one piece."""
    a, b = re.findall(r"\w+|\s+|[^\w\s]", old), re.findall(r"\w+|\s+|[^\w\s]", new)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < 0.4:
        return [(old, True)], [(new, True)]
    gone: list[tuple[str, bool]] = []
    come: list[tuple[str, bool]] = []
    for word, i, j, k, m in matcher.get_opcodes():
        is_changed = word != "equal"
        if j > i:
            gone.append(("".join(a[i:j]), is_changed))
        if m > k:
            come.append(("".join(b[k:m]), is_changed))
    return gone, come


def _folded(lines: list[Line]) -> Iterator[Line]:
    near = {
        place
        for at, line in enumerate(lines)
        if line.sort != SAME
        for place in range(at - AROUND, at + AROUND + 1)
    }
    hidden = 0
    for place, line in enumerate(lines):
        if place in near:
            if hidden:
                yield Line(FOLD, count=hidden)
            hidden = 0
            yield line
        else:
            hidden += 1
    if hidden:
        yield Line(FOLD, count=hidden)
