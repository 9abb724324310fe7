"""Articles as files: Markdown below a few lines of YAML that say what it is. Pure.

    ---
    title: Connect to the VPN
    summary: How to reach the house from outside.
    kind: how_to
    audience: public
    team: platform
    ---
    ## Steps

``vpn.md`` and ``vpn.de.md`` are one article in two languages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.core.plain_yaml import read_yaml

FENCE = "---"
# As the file says it, and as an article has it.
NAMES = {
    "title": "title",
    "summary": "summary",
    "keywords": "keywords",
    "kind": "kind",
    "audience": "audience",
    "team": "owner_team",
    "service": "service",
    "valid_to": "valid_to",
    "language": "language",
}
# Which article of which installation it was taken out of.
OURS = ("number", "home")
LOCAL = re.compile(r"(!\[[^\]\n]*\]\()(?![a-z]+:|/|#)([^)\s]+)(\))", re.IGNORECASE)
KEPT = re.compile(r"(!\[[^\]\n]*\]\()/knowledge/images/([0-9a-f]{48})/(\))")


@dataclass(frozen=True)
class Leaf:
    """One file: what it says of itself, its text, and the article it belongs to."""

    path: str
    origin: str
    given: Mapping[str, Any]
    number: str = ""
    home: str = ""
    pictures: tuple[str, ...] = field(default=())


def read_leaf(path: str, text: str) -> Leaf:
    """What a file says; Invalid when its head cannot be understood."""
    head, body = _split(text.replace("\r\n", "\n").lstrip("\ufeff"))
    known = read_yaml(head, field="file") if head.strip() else {}
    if not isinstance(known, dict):
        raise Invalid(_("The head of the file is no list of names and values."), field="file")
    if unknown := sorted(map(str, set(known) - {*NAMES, *OURS})):
        raise Invalid(_("There is no %(name)s in a head.") % {"name": unknown[0]}, field="file")
    origin, language = _origin_of(path)
    given = {NAMES[name]: str(value) for name, value in known.items() if name in NAMES and value}
    given["language"] = given.get("language") or language
    given["body"] = body.strip()
    if "title" not in given:
        given["title"], given["body"] = _title_in(given["body"], origin)
    return Leaf(
        path,
        origin,
        given,
        number=str(known.get("number", "")),
        home=str(known.get("home", "")),
        pictures=tuple(dict.fromkeys(each[1] for each in LOCAL.findall(body))),
    )


def write_leaf(known: Mapping[str, Any], body: str) -> str:
    """The text of a file."""
    told = {name: value for name, value in known.items() if value}
    head = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100)
    return f"{FENCE}\n{head}{FENCE}\n\n{body.strip()}\n"


def with_pictures(body: str, places: Mapping[str, str]) -> str:
    """The text with pictures beside the file shown from where they are kept."""
    return LOCAL.sub(lambda each: f"{each[1]}{places.get(each[2], each[2])}{each[3]}", body)


def beside(body: str, names: Mapping[str, str]) -> str:
    """The text with the pictures we keep shown from beside the file."""
    return KEPT.sub(lambda each: f"{each[1]}{names.get(each[2], each[2])}{each[3]}", body)


def _split(text: str) -> tuple[str, str]:
    if not text.startswith(f"{FENCE}\n"):
        return "", text
    head, found, body = text[len(FENCE) + 1 :].partition(f"\n{FENCE}")
    if not found:
        raise Invalid(_("The head of the file has no end."), field="file")
    return head, body.partition("\n")[2]


def _origin_of(path: str) -> tuple[str, str]:
    """The article a file belongs to, and the language its name says."""
    stem = str(PurePosixPath(path).with_suffix(""))
    plain, _dot, code = stem.rpartition(".")
    if plain and code in dict(settings.LANGUAGES):
        return plain, code
    return stem, settings.LANGUAGE_CODE


def _title_in(body: str, origin: str) -> tuple[str, str]:
    """The first heading, which then is none of the text; else the name of the file."""
    match = re.match(r"\s*# +(.+)\n?", body)
    if match:
        return match[1].strip()[:250], body[match.end() :].strip()
    return PurePosixPath(origin).name.replace("-", " ").replace("_", " ").capitalize(), body
