"""Doing the steps of a rule or macro: verbs with values, whole or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.db import OperationalError

from itsm.automation.placeholders import FACTS, Values, filled, filled_within, has_any
from itsm.core.errors import Refused
from itsm.core.facts import Situation
from itsm.core.verbs import Reason, Verb, verbs
from itsm.people.models import User

logger = structlog.get_logger(__name__)

Step = Mapping[str, Any]
LONGEST_RESULT = 200


class Failed(Exception):  # noqa: N818 an outcome
    """A step could not be done, and so none was; which one, and why."""

    def __init__(self, verb: str, why: str) -> None:
        super().__init__(f"{verb}: {why}")
        self.verb = verb
        self.why = why


def perform(
    steps: Sequence[Step], situation: Situation, *, actor: User, reason: Reason
) -> list[dict[str, Any]]:
    """Do all the steps; what each came to.

    Raises Failed where one cannot be done: the transaction of whoever called ends with it, so that
    then none is.
    """
    told: list[dict[str, Any]] = []
    verb = ""
    try:
        for step in steps:
            verb = step["verb"]
            values = values_of(step, situation, rule=reason.words)
            result = verbs[verb].perform(situation.ticket, actor=actor, given=values, reason=reason)
            told.append({"verb": verb, "result": _short(result)})
    except OperationalError:
        raise  # the database is away or two got into each other's way: all is tried again
    except Refused as refusal:
        raise Failed(verb, str(refusal)) from refusal
    except Exception as error:  # a poisonous rule stops only itself
        logger.exception("step.failed", verb=verb, reason=reason.words)
        raise Failed(verb, repr(error)[:300]) from error
    return told


def values_of(step: Step, situation: Situation, *, rule: str) -> dict[str, Any]:
    """The values of a step with their placeholders filled in, texts no longer than fields take."""

    def word(name: str) -> str:
        if name == "rule":
            return rule
        if name == "number":
            return situation.ticket.number if situation.ticket else ""
        seen = situation.value(FACTS[name])
        return "" if seen is None else str(seen)

    lengths = _lengths(verbs[step["verb"]])
    return {
        name: _filled(value, word, most=lengths.get(name, LONGEST_RESULT))
        for name, value in (step.get("values") or {}).items()
    }


def _filled(value: Any, word: Values, *, most: int) -> Any:
    if isinstance(value, str):
        return filled(value, word)[:most] if has_any(value) else value
    # What is cut here unseen would be something else for whoever is told it.
    return filled_within(value, word)


def _lengths(verb: Verb) -> dict[str, int]:
    return {each.name: each.max_length for each in verb.fields}


def _short(result: Any) -> str:
    return "" if result is None else str(result)[:LONGEST_RESULT]
