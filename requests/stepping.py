"""What is done for an item, as data: its steps, which waits for which, and what undoes each. Pure.

A step may wait only for those before it, so that no step can wait for itself. Where its inputs come
from is one of a few words, and they reach whoever does the step as values, never as text to run.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.people.roles import Role
from requests.questions import Question, checked_condition, worded
from requests.values import WrongRow

StepPlan = dict[str, Any]

TYPES = ("human", "http", "runbook", "approval", "wait")
UNDOING = ("human", "http", "runbook")
METHODS = ("POST", "PUT", "PATCH", "DELETE")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
SOURCE = re.compile(
    r"answer\.(?P<answer>[a-z][a-z0-9_]{0,39})"
    r"|request\.(?P<request>number|item|for|by|price|currency|cost_centre)"
    r"|step\.(?P<step>[a-z][a-z0-9_]{0,39})\.(?P<output>[A-Za-z][A-Za-z0-9_]{0,39})"
    r"|text:(?P<text>.{0,200})",
    re.DOTALL,
)
PATH = re.compile(r"/[A-Za-z0-9._~/-]{0,199}")
MOST_STEPS = 30
MOST_INPUTS = 30
# How long a step may take, in hours, where it does not say.
PATIENCE = {"human": 336, "http": 1, "runbook": 24, "approval": 168, "wait": 0}
NUMBERS = {"timeout_hours": (1, 2000), "retries": (0, 10), "backoff_minutes": (1, 1440)}
SHARED = {"type", "title", "inputs", "timeout_hours", "retries", "backoff_minutes"}
OF_TYPE: Mapping[str, set[str]] = {
    "human": {"team", "notes"},
    "http": {"target", "method", "path", "outputs"},
    "runbook": {"runbook"},
    "approval": {"team", "role", "users"},
    "wait": {"hours", "until"},
}
OF_STEPS = {"name", "after", "when", "undo", "if_failed"}


def checked_steps(given: Any, questions: Sequence[Question]) -> list[StepPlan]:
    """The steps in their one form; Invalid says which of them is wrong, and why."""
    if not isinstance(given, list) or len(given) > MOST_STEPS:
        raise _wrong(_("Give a list of at most %(most)d steps.") % {"most": MOST_STEPS})
    known: dict[str, StepPlan] = {}
    by_name = {each["name"]: each for each in questions}
    for place, each in enumerate(given, 1):
        try:
            step = _checked(each, known, by_name)
        except Invalid as refusal:
            raise WrongRow(_("Step %(place)d: %(why)s"), refusal, "steps", place) from None
        known[step["name"]] = step
    return list(known.values())


def names_in(steps: Sequence[StepPlan], what: str) -> set[str]:
    """Which teams, targets or runbooks the steps name, those that undo them too."""
    parts = [each for step in steps for each in (step, step.get("undo") or {})]
    return {each[what] for each in parts if each.get(what)}


def filled(
    inputs: Mapping[str, str],
    *,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    outputs: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The inputs with their values, as their sources say."""
    found: dict[str, Any] = {}
    for name, source in inputs.items():
        match = SOURCE.fullmatch(source)
        parts: Mapping[str, Any] = match.groupdict() if match else {}
        if parts.get("answer"):
            found[name] = answers.get(parts["answer"])
        elif parts.get("request"):
            found[name] = facts[parts["request"]]
        elif parts.get("step"):
            found[name] = (outputs or {}).get(parts["step"], {}).get(parts["output"])
        else:
            found[name] = parts.get("text") or ""
    return found


def is_later(source: str) -> bool:
    """Whether only an earlier step will say what an input is."""
    return source.startswith("step.")


def told(inputs: Mapping[str, Any]) -> str:
    """Inputs as lines for somebody to read."""
    return "\n".join(f"{name}: {worded(value)}" for name, value in inputs.items() if value != "")


def _checked(
    given: Any, known: Mapping[str, StepPlan], questions: Mapping[str, Question]
) -> StepPlan:
    if not isinstance(given, dict):
        raise _wrong(_("Give a name, a title and a type."))
    step = _part(given, allowed=TYPES, also=OF_STEPS, known=known, questions=questions)
    name = given.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _wrong(_("Its name has small letters, digits and underscores."))
    if name in known:
        raise _wrong(_("There are two steps named “%(name)s”.") % {"name": name})
    after = list(known)[-1:] if given.get("after") is None else given["after"]
    if not isinstance(after, list) or not all(
        isinstance(each, str) and each in known for each in after
    ):
        raise _wrong(_("It may wait only for steps that come before it."))
    step |= {"name": name, "after": list(after)}
    if given.get("when"):
        step["when"] = checked_condition(given["when"], questions)
    if given.get("undo"):
        step["undo"] = _undo(given["undo"], step, {**known, name: step}, questions)
    if given.get("if_failed", "ask") not in ("ask", "undo"):
        raise _wrong(_("If it fails, ask or undo."))
    return step | {"if_failed": given.get("if_failed", "ask")}


def _undo(
    given: Any,
    step: StepPlan,
    known: Mapping[str, StepPlan],
    questions: Mapping[str, Question],
) -> StepPlan:
    if not isinstance(given, dict):
        raise _wrong(_("What undoes a step has a type."))
    undo = {"title": _("Take back: %(what)s") % {"what": step["title"]}, **given}
    return _part(undo, allowed=UNDOING, also=set(), known=known, questions=questions)


def _part(
    given: Any,
    *,
    allowed: Collection[str],
    also: set[str],
    known: Mapping[str, StepPlan],
    questions: Mapping[str, Question],
) -> StepPlan:
    """What a step and what undoes it have in common."""
    sort, title = given.get("type", "human"), given.get("title")
    if sort not in allowed:
        raise _wrong(_("Its type is one of %(known)s.") % {"known": ", ".join(allowed)})
    if unknown := set(map(str, given)) - SHARED - OF_TYPE[sort] - also:
        what = {"sort": sort, "names": ", ".join(sorted(unknown))}
        raise _wrong(_("A step of type %(sort)s has no %(names)s.") % what)
    if not isinstance(title, str) or not 0 < len(title.strip()) <= 200 or "\x00" in title:
        raise _wrong(_("Say what is done."))
    part: StepPlan = {"type": sort, "title": title.strip()}
    part |= _numbers(given)
    if PATIENCE[sort]:
        part.setdefault("timeout_hours", PATIENCE[sort])
    part["inputs"] = _inputs(given.get("inputs") or {}, known, questions)
    return part | _OF_TYPE[sort](given, questions)


def _numbers(given: Mapping[str, Any]) -> StepPlan:
    found: StepPlan = {}
    for name, (least, most) in NUMBERS.items():
        value = given.get(name)
        if value in (None, "") or (value == 0 and name == "timeout_hours"):
            continue
        if type(value) is not int or not least <= value <= most:
            bounds = {"name": name, "least": least, "most": most}
            raise _wrong(_("Of %(name)s give %(least)d to %(most)d.") % bounds)
        found[name] = value
    return found


def _inputs(
    given: Any, known: Mapping[str, StepPlan], questions: Mapping[str, Question]
) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > MOST_INPUTS:
        raise _wrong(_("Inputs are names and where each comes from."))
    for name, source in given.items():
        match = SOURCE.fullmatch(source) if isinstance(source, str) else None
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name):
            raise _wrong(_("An input's name has letters, digits and underscores."))
        if match is None or "\x00" in source:
            raise _wrong(
                _("“%(name)s” comes from answer.…, request.…, step.…, or text:…") % {"name": name}
            )
        parts = match.groupdict()
        if parts["answer"] and parts["answer"] not in questions:
            raise _wrong(_("There is no question “%(name)s”.") % {"name": parts["answer"]})
        if parts["step"] and parts["output"] not in known.get(parts["step"], {}).get("outputs", ()):
            raise _wrong(_("No earlier step gives “%(name)s”.") % {"name": source})
    return dict(given)


def _human(given: Mapping[str, Any], _questions: Mapping[str, Question]) -> StepPlan:
    return _slug_in(given, "team") | _text_in(given, "notes", most=2000)


def _http(given: Mapping[str, Any], _questions: Mapping[str, Question]) -> StepPlan:
    method, path = given.get("method", "POST"), given.get("path") or ""
    outputs = given.get("outputs") or []
    if method not in METHODS:
        raise _wrong(_("The method is one of %(known)s.") % {"known": ", ".join(METHODS)})
    if path and (not isinstance(path, str) or not PATH.fullmatch(path) or ".." in path):
        raise _wrong(_("The path begins with a slash and holds no placeholders."))
    if not isinstance(outputs, list) or not all(
        isinstance(each, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", each)
        for each in outputs
    ):
        raise _wrong(_("The outputs are names of the answer."))
    found = _slug_in(given, "target", required=True)
    return found | {"method": method, "path": path, "outputs": outputs}


def _runbook(given: Mapping[str, Any], _questions: Mapping[str, Question]) -> StepPlan:
    return _slug_in(given, "runbook", required=True)


def _approval(given: Mapping[str, Any], _questions: Mapping[str, Question]) -> StepPlan:
    users = given.get("users") or []
    if not isinstance(users, list) or not all(isinstance(each, str) for each in users):
        raise _wrong(_("The users are a list of user names."))
    role = given.get("role") or ""
    if role and role not in Role.values:
        raise _wrong(_("There is no role %(name)s.") % {"name": role})
    found = _slug_in(given, "team") | ({"role": role} if role else {})
    found |= {"users": users} if users else {}
    if not found:
        raise _wrong(_("Say who agrees: a team, a role or people."))
    return found


def _wait(given: Mapping[str, Any], questions: Mapping[str, Question]) -> StepPlan:
    hours, until = given.get("hours"), given.get("until") or ""
    if until:
        question = questions.get(until) if isinstance(until, str) else None
        if question is None or question["type"] != "date":
            raise _wrong(_("It waits until a day that is asked for."))
        return {"until": until}
    if type(hours) is not int or not 1 <= hours <= 8760:
        raise _wrong(_("Say how many hours it waits."))
    return {"hours": hours}


_OF_TYPE = {
    "human": _human,
    "http": _http,
    "runbook": _runbook,
    "approval": _approval,
    "wait": _wait,
}


def _slug_in(given: Mapping[str, Any], name: str, *, required: bool = False) -> StepPlan:
    value = given.get(name) or ""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9_-]{0,60}", value):
        raise _wrong(_("Of %(name)s give the short name.") % {"name": name})
    if required and not value:
        raise _wrong(_("Of %(name)s give the short name.") % {"name": name})
    return {name: value} if value else {}


def _text_in(given: Mapping[str, Any], name: str, *, most: int) -> StepPlan:
    value = given.get(name) or ""
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise _wrong(_("Use at most %(most)d characters.") % {"most": most})
    return {name: value.strip()} if value.strip() else {}


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, field="steps")
