"""What each kind of article begins with: the headings its readers look for."""

from typing import Any

from django.utils.translation import gettext as _

from knowledge.models import Kind


def beginning_of(kind: str) -> str:
    """The text a new article of this kind begins with, in the language of the reader."""
    headings = _headings().get(kind, [])
    return "\n".join(f"## {title}\n\n{hint}\n" for title, hint in headings)


def _headings() -> dict[str, list[tuple[Any, str]]]:
    steps = "1. \n2. "
    symptom, cause = _("Symptom"), _("Cause")
    return {
        Kind.HOW_TO: [
            (_("What you need"), "- "),
            (_("Steps"), steps),
            (_("How you know it worked"), ""),
        ],
        Kind.TROUBLESHOOTING: [
            (symptom, ""),
            (_("Environment"), ""),
            (cause, ""),
            (_("Fix"), steps),
            (_("How it was verified"), ""),
        ],
        Kind.KNOWN_ERROR: [
            (symptom, ""),
            (cause, ""),
            (_("Workaround"), steps),
            (_("When it will be fixed"), ""),
        ],
        Kind.RUNBOOK: [
            (_("When to run it"), ""),
            (_("Before you begin"), "- [ ] "),
            (_("Steps"), steps),
            (_("How to take it back"), steps),
            (_("Whom to call"), ""),
        ],
        Kind.FAQ: [(_("Question"), ""), (_("Answer"), "")],
        Kind.POLICY: [
            (_("What it is about"), ""),
            (_("What holds"), "- "),
            (_("Exceptions"), ""),
            (_("Whom to ask"), ""),
        ],
    }
