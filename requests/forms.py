"""How questions are shown on a page, and how a browser's answers come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.selectors.runbooks import visible_runbooks
from itsm.people.models import User
from itsm.people.roles import Role
from itsm.people.selectors import visible_teams
from requests.answering import EXAMPLES
from requests.models import StepSort
from requests.questions import PATTERNS, PREFILLS, TYPES, Question
from requests.selectors import all_targets
from requests.stepping import METHODS, UNDOING

WIDGETS = {
    "text": "line",
    "long_text": "text",
    "number": "number",
    "date": "day",
    "choice": "choice",
    "several": "several",
    "yes_no": "flag",
    "person": "line",
    "service": "known",
    "component": "known",
    "email": "email",
}


@dataclass(frozen=True)
class Asked:
    """A question as a page shows it: with what was answered and what is wrong with that."""

    question: Question
    name: str
    value: Any = ""
    error: str = ""
    choices: Sequence[Any] = field(default_factory=list)

    @property
    def widget(self) -> str:
        return WIDGETS[self.question["type"]]

    @property
    def help(self) -> str:
        """What is said of it, or what it may look like."""
        said: str = self.question.get("help") or ""
        example = EXAMPLES.get(self.question.get("pattern", ""))
        if said or not example:
            return said
        return _("Such as %(example)s.") % {"example": example}

    @property
    def shown_when(self) -> str:
        """The name of the field it depends on, as the page has it."""
        condition = self.question.get("show_when")
        return f"{self.name.rpartition('.')[0]}.{condition['question']}" if condition else ""

    @property
    def shown_for(self) -> str:
        """What that field must say."""
        condition = self.question.get("show_when")
        value = condition["is"] if condition else ""
        if isinstance(value, bool):
            return "on" if value else ""
        return str(value)


def words_of_rows(user: User) -> dict[str, Any]:
    """What the rows of an item's form offer to choose from."""
    return {
        "types": [(each, SORTS[each]) for each in TYPES],
        "patterns": [(each, FORMS[each]) for each in PATTERNS],
        "prefills": [(each, SOURCES[each]) for each in PREFILLS],
        "teams": visible_teams(user),
        "runbooks": visible_runbooks(user).order_by("slug"),
        "targets": all_targets(),
        "roles": Role.choices,
        "step_types": StepSort.choices,
        "undo_types": [(name, StepSort(name).label) for name in UNDOING],
        "methods": METHODS,
        "whos": WHOS.items(),
        "quorums": QUORUMS.items(),
    }


# What a question may be, be held to, and be filled in with, in words.
SORTS = {
    "text": _l("A line of text"),
    "long_text": _l("A longer text"),
    "number": _l("A number"),
    "date": _l("A day"),
    "choice": _l("One of several choices"),
    "several": _l("Any of several choices"),
    "yes_no": _l("Yes or no"),
    "person": _l("A person"),
    "service": _l("A service"),
    "component": _l("A configuration item"),
    "email": _l("An e-mail address"),
}
FORMS = {
    "letters": _l("Letters only"),
    "digits": _l("Digits only"),
    "slug": _l("A short name, such as test-server-2"),
    "host_name": _l("The name of a computer"),
    "phone": _l("A telephone number"),
    "asset_tag": _l("An asset tag, such as LT-004711"),
}
SOURCES = {
    "person.name": _l("The name of who gets it"),
    "person.username": _l("The user name of who gets it"),
    "person.email": _l("The e-mail address of who gets it"),
    "today": _l("Today"),
}
WHOS = {
    "owner": _l("The team that owns it"),
    "manager": _l("The manager of who gets it"),
    "team": _l("A team"),
    "role": _l("A role"),
    "users": _l("People"),
}
QUORUMS = {
    "first": _l("The first word counts"),
    "all": _l("All of them"),
    "count": _l("So many of them"),
    "percent": _l("So many percent of them"),
}


def asked_of(
    questions: Sequence[Question],
    *,
    prefix: str,
    answers: Mapping[str, Any],
    wrong: Mapping[str, Sequence[str]] | None = None,
    offers: Mapping[str, Sequence[str]] | None = None,
) -> list[Asked]:
    """The questions of an item with their answers and faults, ready for a template.

    ``offers`` are the names to choose from, by type of question.
    """
    faults = wrong or {}
    found = []
    for each in questions:
        name = f"{prefix}.{each['name']}"
        sentences = faults.get(name) or faults.get(each["name"]) or [""]
        value = answers.get(each["name"], "")
        choices = each.get("choices") or (offers or {}).get(each["type"], ())
        found.append(Asked(each, name, value, sentences[0], choices))
    return found


def answers_in(form: QueryDict, questions: Sequence[Question], *, prefix: str) -> dict[str, Any]:
    """What a browser sent of these questions; several values where several may be chosen."""
    found: dict[str, Any] = {}
    for each in questions:
        name = f"{prefix}.{each['name']}"
        if each["type"] == "several":
            found[each["name"]] = form.getlist(name)
        elif name in form:
            found[each["name"]] = form[name]
    return found
