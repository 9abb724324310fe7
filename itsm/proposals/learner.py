"""Learning from decided records which value of a field goes with which words and fields; pure.

A record becomes a bag of words and fields, the rare ones weighing more. Each teaches only when the
model would have been wrong or unsure (passive-aggressive learning), and what all moments of the
learning say is averaged. The model is a table of weights, so every answer can say what spoke for
it. The threshold below which it stays silent is found on the last part of the history, which the
first model has not seen.
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

ROUNDS = 6
BOLD = 0.1  # the most that one record moves a weight
LEAST_SEEN = 2  # records that must have a word before it counts
MOST_WORDS = 300  # of one record
MOST_VALUES = 300
MOST_WEIGHTS = 80_000
HELD_BACK = 5  # every fifth part of the history, the newest, judges the rest
ENOUGH = 40  # records from which anything is learnt
FIELDS = 0.8  # what the fields of a record weigh against its words
WORD = re.compile(r"\w+")

Bag = dict[str, float]


@dataclass(frozen=True)
class Example:
    """A record as it came, and the value that was right in the end."""

    title: str
    body: str
    fields: Mapping[str, str]
    value: str = ""


@dataclass(frozen=True)
class Answer:
    """A value, how sure the model is of it (from 0 to 1), and what spoke for it."""

    value: str
    sureness: float
    reasons: Sequence[str]


@dataclass(frozen=True)
class Model:
    """What was learnt: rarities of the features, weights of each for each value, and its judge."""

    rarities: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]
    steps: Sequence[tuple[float, float]]  # from this lead on, so often right
    threshold: float
    accuracy: float
    records: int

    def ranked(self, example: Example, *, most: int = 3) -> list[Answer]:
        """The likeliest values, best first, whether it is sure of them or not."""
        bag = self._bag(example)
        scores: dict[str, float] = defaultdict(float)
        for name, size in bag.items():
            for value, weight in self.weights.get(name, {}).items():
                scores[value] += size * weight
        best = sorted(scores, key=lambda value: (-scores[value], value))[: most + 1]
        return [
            Answer(
                value,
                self._sureness(
                    scores[value] - (scores[best[place + 1]] if best[place + 1 :] else 0)
                ),
                self._reasons(bag, value, best[1 - min(place, 1)] if best[1:] else ""),
            )
            for place, value in enumerate(best[:most])
        ]

    def answer(self, example: Example) -> Answer | None:
        """The value it would propose; None when it had better be silent."""
        best = self.ranked(example, most=1)
        return best[0] if best and best[0].sureness >= self.threshold else None

    def _bag(self, example: Example) -> Bag:
        words, fields = features_of(example)
        return _whole(words, self.rarities, 1.0) | _whole(fields, self.rarities, FIELDS)

    def _sureness(self, lead: float) -> float:
        return next((right for least, right in reversed(self.steps) if lead >= least), 0.0)

    def _reasons(self, bag: Bag, value: str, other: str) -> list[str]:
        spoke = {
            name: size * (each.get(value, 0.0) - each.get(other, 0.0))
            for name, size in bag.items()
            if (each := self.weights.get(name)) is not None and "&" not in name and name
        }
        best = sorted(spoke.items(), key=lambda item: -item[1])[:4]
        plain = (name.removeprefix("title:") for name, weight in best if weight > 0)
        return list(dict.fromkeys(plain))


def features_of(example: Example) -> tuple[Counter[str], Counter[str]]:
    """What of a record may speak: its words, and its fields alone and in pairs."""
    title = WORD.findall(example.title.lower())[:MOST_WORDS]
    body = WORD.findall(example.body.lower())[:MOST_WORDS]
    words = Counter([*title, *body, *(f"title:{each}" for each in title)])
    alone = sorted(f"{name}={value}" for name, value in example.fields.items() if value)
    pairs = (f"{one}&{other}" for one, other in combinations(alone, 2))
    return words, Counter([*alone, *pairs])


def learn(examples: Sequence[Example], *, precision: float = 0.7) -> Model | None:
    """A model of the examples, oldest first; None when they are too few or all the same.

    ``precision`` says how often a proposal has to be right for it to be made at all.
    """
    usual = {value for value, _ in Counter(e.value for e in examples).most_common(MOST_VALUES)}
    known = [each for each in examples if each.value in usual]
    if len(known) < ENOUGH or len(usual) < 2:
        return None
    kept = len(known) - len(known) // HELD_BACK
    steps, threshold, accuracy = judged(_trained(known[:kept]), known[kept:], precision=precision)
    rarities, weights = _trained(known)
    return Model(rarities, weights, steps, threshold, accuracy, len(known))


def judged(
    trained: tuple[Mapping[str, float], Mapping[str, Mapping[str, float]]],
    unseen: Sequence[Example],
    *,
    precision: float,
) -> tuple[list[tuple[float, float]], float, float]:
    """How often a lead of one value before the next was right, and from when to propose it."""
    plain = Model(*trained, steps=(), threshold=0.0, accuracy=0.0, records=0)
    leads = []
    for each in unseen:
        bag = plain._bag(each)
        leads.append(_lead(plain.weights, bag, each.value))
    leads.sort()
    accuracy = sum(right for _, right in leads) / max(len(leads), 1)
    size = max(len(leads) // 10, 10)
    steps: list[tuple[float, float]] = []
    for first in range(0, len(leads), size):
        part = leads[first : first + size]
        if len(part) >= min(size, 10):
            right = sum(right for _, right in part) / len(part)
            # A greater lead is never less sure: the chance of few records must not say so.
            steps.append((part[0][0], round(max([right, *(each for _, each in steps)]), 3)))
    sure = [right for _, right in steps if right >= precision]
    return steps, min(sure, default=2.0), round(accuracy, 4)


def _lead(weights: Mapping[str, Mapping[str, float]], bag: Bag, true: str) -> tuple[float, bool]:
    scores: dict[str, float] = defaultdict(float)
    for name, size in bag.items():
        for value, weight in weights.get(name, {}).items():
            scores[value] += size * weight
    best = sorted(scores, key=lambda value: (-scores[value], value))[:2]
    lead = scores[best[0]] - (scores[best[1]] if best[1:] else 0.0) if best else 0.0
    return lead, bool(best) and best[0] == true


def _trained(
    examples: Sequence[Example],
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    parts = [features_of(each) for each in examples]
    seen: Counter[str] = Counter()
    for words, fields in parts:
        seen.update(words.keys())
        seen.update(fields.keys())
    of = len(examples)
    rarities = {
        name: round(math.log((1 + of) / (1 + records)) + 1, 3)
        for name, records in seen.items()
        if records >= LEAST_SEEN
    }
    bags = [
        _whole(words, rarities, 1.0) | _whole(fields, rarities, FIELDS) for words, fields in parts
    ]
    weights = _bounded(_averaged(bags, [each.value for each in examples]))
    return {name: rarities[name] for name in weights if name in rarities}, weights


def _whole(counted: Mapping[str, int], rarities: Mapping[str, float], weight: float) -> Bag:
    """Features with their sizes, of the same length altogether whatever their number."""
    sizes = {
        name: (1 + math.log(times)) * rarities[name]
        for name, times in counted.items()
        if name in rarities
    }
    length = math.sqrt(sum(size * size for size in sizes.values())) or 1.0
    return {name: weight * size / length for name, size in sizes.items()}


def _averaged(bags: Sequence[Bag], values: Sequence[str]) -> dict[str, dict[str, float]]:
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    sums: dict[str, dict[str, float]] = defaultdict(dict)
    order = list(range(len(bags)))
    dice = random.Random(1)  # noqa: S311 an order of learning, no secret
    step = 1
    for _round in range(ROUNDS):
        dice.shuffle(order)
        for place in order:
            _taught(weights, sums, bags[place], values[place], step)
            step += 1
    return {
        name: {value: weight - sums[name][value] / step for value, weight in each.items()}
        for name, each in weights.items()
    }


def _taught(weights: Any, sums: Any, bag: Bag, true: str, step: int) -> None:
    """Let one record move the weights, if the model is wrong or unsure about it."""
    scores: dict[str, float] = defaultdict(float)
    for name, size in bag.items():
        for value, weight in weights[name].items():
            scores[value] += size * weight
    others = [(score, value) for value, score in scores.items() if value != true]
    score, wrong = max(others, default=(0.0, ""))
    loss = 1 - scores[true] + score
    length = sum(size * size for size in bag.values())
    if loss <= 0 or not length:
        return
    move = min(BOLD, loss / (2 * length))
    for name, size in bag.items():
        for value, change in ((true, move * size), (wrong, -move * size)):
            if value:
                weights[name][value] = weights[name].get(value, 0.0) + change
                sums[name][value] = sums[name].get(value, 0.0) + step * change


def _bounded(weights: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The heaviest weights, in a size that is stored and read again quickly."""
    flat = [
        (abs(weight), name, value)
        for name, each in weights.items()
        for value, weight in each.items()
        if abs(weight) > 0.0005
    ]
    flat.sort(key=lambda each: (-each[0], each[1], each[2]))
    kept: dict[str, dict[str, float]] = defaultdict(dict)
    for _size, name, value in flat[:MOST_WEIGHTS]:
        kept[name][value] = round(weights[name][value], 4)
    return dict(kept)


def known_fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """The fields of a record that say something."""
    return {name: str(value) for name, value in pairs if value not in (None, "", "?")}
