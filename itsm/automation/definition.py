"""What a runbook says: read from YAML, checked place by place, the same for ever afterwards."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from itsm.automation.executors import BY_PEOPLE, executors
from itsm.automation.filling import names_in, unknown_in
from itsm.automation.parameters import TYPES, Parameter, values_for
from itsm.core.errors import Invalid
from itsm.core.fields import cleaned
from itsm.core.plain_yaml import read_yaml

FIELD = "text"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
SECRET = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
MOST_STEPS = 30
# What a runbook is told beside its own parameters, where the run knows it.
GIVEN = ("ticket", "incident_title", "run")
PRECONDITIONS = ("incident_open", "alert_firing")
KINDS = ("none", "alert", "prometheus")


@dataclass(frozen=True)
class Step:
    """One thing that is done, and by what."""

    name: str
    use: str
    settings: Mapping[str, Any]
    secrets: Sequence[str]
    timeout: timedelta
    retries: int

    @property
    def is_by_people(self) -> bool:
        return self.use in BY_PEOPLE


@dataclass(frozen=True)
class Verification:
    """How it is seen that a run has helped: so many healthy samples in a row, in time."""

    by: str = "none"
    source: str = ""
    query: str = ""
    at_least: float | None = None
    at_most: float | None = None
    samples: int = 3
    every: timedelta = timedelta(seconds=30)
    within: timedelta = timedelta(minutes=15)

    @property
    def needed(self) -> int:
        """How many healthy samples in a row are asked for."""
        return 0 if self.by == "none" else self.samples


@dataclass(frozen=True)
class Definition:
    """Everything a version of a runbook says."""

    target: str
    parameters: Sequence[Parameter]
    preconditions: Sequence[str]
    steps: Sequence[Step]
    rollback: Sequence[Step]
    verification: Verification
    at_once: int

    def steps_of(self, part: str) -> Sequence[Step]:
        """The steps that do it, or those that take it back."""
        return self.rollback if part == "rollback" else self.steps


def read_definition(text: str) -> tuple[dict[str, Any], Definition]:
    """What was written, and what it says; Invalid names the place that is wrong."""
    document = read_yaml(text, field=FIELD)
    if not isinstance(document, dict):
        raise _wrong(_("a runbook"), _("begin with names such as target: and steps:"))
    return document, parse_definition(document)


def parse_definition(document: Mapping[str, Any]) -> Definition:
    """What a document says."""
    place = _Place("", document)
    place.only(
        *("target", "parameters", "preconditions", "steps", "rollback", "verification"),
        *("at_once", "timeout", "retries"),
    )
    usual = (place.number("timeout", 300, most=7200), place.number("retries", 0, most=5))
    parameters = [_parameter(each) for each in place.places("parameters")]
    names = [each.name for each in parameters]
    if len(set(names)) < len(names):
        raise _wrong("parameters", _("each name once"))
    known = {*names, *GIVEN}
    steps = [_step(each, known, usual) for each in place.places("steps")]
    if not steps:
        raise _wrong("steps", _("say at least one"))
    target = place.text("target")
    if not target:
        raise _wrong("target", _('say what is worked on, such as "{host}"'))
    _check_names("target", target, known)
    preconditions = place.texts("preconditions", among=PRECONDITIONS)
    return Definition(
        target=target,
        parameters=parameters,
        preconditions=preconditions,
        steps=steps,
        rollback=[_step(each, known, usual) for each in place.places("rollback")],
        verification=_verification(place.place("verification"), known),
        at_once=place.number("at_once", 100, least=1, most=1000),
    )


def _parameter(place: "_Place") -> Parameter:
    place.only("name", "type", "label", "help", "required", "default", "choices", "least", "most")
    name = place.text("name")
    if not NAME.fullmatch(name) or name in GIVEN:
        raise _wrong(f"{place.path}.name", _("small letters, digits and underscores"))
    least = place.number("least", 0, least=-(2**31), most=2**31 - 1)
    parameter = Parameter(
        name=name,
        type=place.choice("type", tuple(TYPES), "text"),
        label=place.text("label"),
        help=place.text("help"),
        required=place.flag("required"),
        choices=place.texts("choices"),
        least=least,
        most=place.number("most", 1_000_000, least=least, most=2**31 - 1),
    )
    if parameter.type == "choice" and not parameter.choices:
        raise _wrong(f"{place.path}.choices", _("say what there is to choose from"))
    default = place.given.get("default")
    if default is None:
        return parameter
    if parameter.type == "service":
        raise _wrong(f"{place.path}.default", _("a service comes and goes; none can be usual"))
    try:
        value = values_for([parameter], {name: default})[name]
    except Invalid as refusal:
        raise _wrong(f"{place.path}.default", str(refusal)) from None
    return Parameter(**{**vars(parameter), "default": value})


def _step(place: "_Place", known: set[str], usual: tuple[int, int]) -> Step:
    place.only("name", "use", "with", "secrets", "timeout", "retries")
    use = place.choice("use", (*BY_PEOPLE, *executors), "")
    settings = place.mapping("with")
    secrets = place.texts("secrets")
    if wrong := [each for each in secrets if not SECRET.fullmatch(each)]:
        raise _wrong(
            f"{place.path}.secrets", _("%(name)s is no name of capitals") % {"name": wrong[0]}
        )
    name = place.text("name")
    if use in BY_PEOPLE:
        if settings or secrets or not name:
            raise _wrong(place.path, _("say in its name what is to be done, and nothing else"))
    else:
        settings = _settings(place.path, use, settings, known)
    return Step(
        name=name or use,
        use=use,
        settings=settings,
        secrets=secrets,
        timeout=timedelta(seconds=place.number("timeout", usual[0], least=1, most=7200)),
        retries=place.number("retries", usual[1], most=5),
    )


def _settings(
    path: str, use: str, settings: Mapping[str, Any], known: set[str]
) -> Mapping[str, Any]:
    executor = executors[use]
    try:
        clean = cleaned(executor.fields, settings)
    except Invalid as refusal:
        raise _wrong(f"{path}.with.{refusal.field}", str(refusal)) from None
    if (check := getattr(executor, "check", None)) is not None:
        try:
            check(clean)
        except Invalid as refusal:
            raise _wrong(f"{path}.with.{refusal.field}", str(refusal)) from None
    _check_names(f"{path}.with", clean, known)
    return {name: value for name, value in clean.items() if value not in (None, "", [], {})}


def _verification(place: "_Place", known: set[str]) -> Verification:
    place.only(
        *("by", "source", "query", "at_least", "at_most", "samples", "every", "within"),
    )
    by = place.choice("by", KINDS, "none")
    query, source = place.text("query"), place.text("source")
    found = Verification(
        by=by,
        source=source,
        query=query,
        at_least=place.decimal("at_least"),
        at_most=place.decimal("at_most"),
        samples=place.number("samples", 3, least=3, most=20),
        every=timedelta(seconds=place.number("every", 30, least=1, most=600)),
        within=timedelta(seconds=place.number("within", 900, least=1, most=86_400)),
    )
    if by == "prometheus":
        if not query or not source.startswith(("https://", "http://")):
            raise _wrong(place.path, _("give a query, and the address of Prometheus as source"))
        if names_in(query) & known or names_in(source) & known:
            raise _wrong(f"{place.path}.query", _("nothing a run is told may stand in it"))
        if found.at_least is None and found.at_most is None:
            raise _wrong(place.path, _("say at_least or at_most of the number when it is healthy"))
    elif query or source:
        raise _wrong(place.path, _("only Prometheus is asked a query"))
    if by != "none" and found.every * found.samples > found.within:
        raise _wrong(f"{place.path}.within", _("so many samples do not fit in"))
    return found


def _check_names(path: str, value: Any, known: set[str]) -> None:
    if strange := unknown_in(value, known):
        raise _wrong(path, _("{%(name)s} is no parameter") % {"name": strange[0]})


def _wrong(path: str, sentence: str) -> Invalid:
    told = {"place": path, "sentence": sentence.removesuffix(".")}
    return Invalid(_("%(place)s: %(sentence)s.") % told, field=FIELD)


@dataclass(frozen=True)
class _Place:
    """A part of a document, and where it stands."""

    path: str
    given: Mapping[str, Any]

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def only(self, *names: str) -> None:
        for each in self.given:
            if each not in names:
                told = {"known": ", ".join(names)}
                raise _wrong(self.at(str(each)[:60]), _("there are %(known)s here") % told)

    def text(self, name: str) -> str:
        found = self.given.get(name)
        if found is None:
            return ""
        if not isinstance(found, str | int) or isinstance(found, bool) or len(str(found)) > 2000:
            raise _wrong(self.at(name), _("give a text"))
        return str(found).strip()

    def texts(self, name: str, among: Sequence[str] = ()) -> list[str]:
        found = self.given.get(name) or []
        if not isinstance(found, list) or not all(isinstance(each, str | int) for each in found):
            raise _wrong(self.at(name), _("give a list of texts"))
        texts = [str(each) for each in found]
        if among and (strange := [each for each in texts if each not in among]):
            told = {"name": strange[0], "known": ", ".join(among)}
            raise _wrong(self.at(name), _("%(name)s is none of %(known)s") % told)
        return texts

    def choice(self, name: str, choices: Sequence[str], usual: str) -> str:
        found = self.text(name) or usual
        if found not in choices:
            raise _wrong(self.at(name), _("say one of %(known)s") % {"known": ", ".join(choices)})
        return found

    def flag(self, name: str) -> bool:
        found = self.given.get(name, False)
        if not isinstance(found, bool):
            raise _wrong(self.at(name), _("say true or false"))
        return found

    def number(self, name: str, usual: int, *, least: int = 0, most: int) -> int:
        found = self.given.get(name, usual)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            told = {"least": least, "most": most}
            raise _wrong(self.at(name), _("a whole number from %(least)d to %(most)d") % told)
        return found

    def decimal(self, name: str) -> float | None:
        found = self.given.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) > 1e12:
            raise _wrong(self.at(name), _("give a number"))
        return float(found)

    def mapping(self, name: str) -> Mapping[str, Any]:
        found = self.given.get(name) or {}
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found):
            raise _wrong(self.at(name), _("give names and values"))
        return found

    def place(self, name: str) -> "_Place":
        return _Place(self.at(name), self.mapping(name))

    def places(self, name: str) -> list["_Place"]:
        found = self.given.get(name) or []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise _wrong(self.at(name), _("give a list, each with its names and values"))
        if len(found) > MOST_STEPS:
            raise _wrong(self.at(name), _("at most %(most)d") % {"most": MOST_STEPS})
        return [_Place(f"{self.at(name)}[{place}]", each) for place, each in enumerate(found, 1)]
