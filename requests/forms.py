"""How questions are shown on a page, and how a browser's answers come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from requests.questions import Question

WIDGETS = {
    "text": "line",
    "long_text": "text",
    "number": "number",
    "date": "day",
    "choice": "choice",
    "several": "several",
    "yes_no": "flag",
    "person": "line",
    "service": "service",
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


def asked_of(
    questions: Sequence[Question],
    *,
    prefix: str,
    answers: Mapping[str, Any],
    wrong: Mapping[str, Sequence[str]] | None = None,
) -> list[Asked]:
    """The questions of an item with their answers and faults, ready for a template."""
    faults = wrong or {}
    found = []
    for each in questions:
        name = f"{prefix}.{each['name']}"
        sentences = faults.get(name) or faults.get(each["name"]) or [""]
        value = answers.get(each["name"], "")
        choices = each.get("choices", ())
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
