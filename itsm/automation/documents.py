"""Rules and macros as plain documents: for YAML, for the API, and to tell them apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from itsm.automation.fields import MACRO, RULE
from itsm.automation.models import Macro, Rule
from itsm.core.errors import Invalid
from itsm.core.fields import cleaned
from itsm.core.plain_yaml import read_yaml

Document = dict[str, Any]
LONGEST = 1_000_000  # characters of a file
MOST = 1000


@dataclass(frozen=True)
class Difference:
    """What a file would change of one rule or macro: [now, then] by name."""

    sort: str
    slug: str
    verb: str  # "add", "change" or "remove"
    changes: Mapping[str, tuple[Any, Any]]


def document_of(record: Rule | Macro) -> Document:
    """What one says of a rule or macro, every name of it."""
    names = [each.name for each in (RULE if isinstance(record, Rule) else MACRO)]
    document: Document = {name: getattr(record, name) for name in names}
    if isinstance(record, Rule):
        document["actor"] = record.actor.username if record.actor else None
    else:
        document["team"] = record.team.slug if record.team else None
    return document


def short(document: Document, usual: Document) -> Document:
    """The document without what is as usual."""
    kept = ("slug", "name")
    return {name: value for name, value in document.items() if name in kept or value != usual[name]}


def as_yaml(rules: Sequence[Rule], macros: Sequence[Macro]) -> str:
    """All of them as one file, what is usual left out."""
    usual_rule, usual_macro = document_of(Rule()), document_of(Macro())
    file = {
        "rules": [short(document_of(each), usual_rule) for each in rules],
        "macros": [short(document_of(each), usual_macro) for each in macros],
    }
    text: str = yaml.safe_dump(file, sort_keys=False, allow_unicode=True, width=100)
    return text


def read(text: str) -> dict[str, list[Document]]:
    """The documents of a file, whole; Invalid when it is no such file."""
    file = read_yaml(text, field="file", longest=LONGEST)
    if not isinstance(file, dict) or set(file) - {"rules", "macros"}:
        raise Invalid(_("A file has rules and macros, and nothing else."), field="file")
    return {
        "rules": _whole(file.get("rules"), "rules", document_of(Rule())),
        "macros": _whole(file.get("macros"), "macros", document_of(Macro())),
    }


def _whole(listed: Any, name: str, usual: Document) -> list[Document]:
    listed = [] if listed is None else listed
    if not isinstance(listed, list) or len(listed) > MOST:
        raise Invalid(_("Give a list of %(name)s.") % {"name": name}, field=name)
    found: list[Document] = []
    for place, each in enumerate(listed):
        if not isinstance(each, dict) or not isinstance(each.get("slug"), str):
            raise Invalid(_("Give each a slug."), field=f"{name}[{place}]")
        if unknown := set(map(str, each)) - set(usual):
            word = sorted(unknown)[0][:60]
            raise Invalid(
                _("There is no field %(name)s here.") % {"name": word},
                field=f"{name}[{place}].{word}",
            )
        found.append(_settled({**usual, **_clean(each, f"{name}[{place}]", name)}))
    slugs = [each["slug"] for each in found]
    if len(set(slugs)) < len(slugs):
        raise Invalid(_("Give each slug once."), field=name)
    return found


def _clean(given: Document, path: str, name: str) -> Document:
    """What the file says, as it is kept."""
    fields = RULE if name == "rules" else MACRO
    try:
        values = cleaned(fields, given, partly=True)
    except Invalid as refusal:
        where = f"{path}.{refusal.field or ''}".rstrip(".")
        raise Invalid(f"{where}: {refusal}", field=where) from None
    named = {"actor": "username", "team": "slug"}
    return {
        each: getattr(value, named[each], None) if each in named else value
        for each, value in values.items()
        if value is not None or each in given
    }


def _settled(document: Document) -> Document:
    """The document without what does not count beside the rest of it."""
    if document.get("trigger") == Rule.Trigger.TIME:
        document["events"] = []
    elif "trigger" in document:
        document["kind"] = ""
    if "once" in document and document["once"] != Rule.Once.KEY:
        document["once_key"] = ""
    return document


def differences(
    now: Mapping[str, Document], then: Sequence[Document], sort: str
) -> list[Difference]:
    """What has to be done so that those now become those of a file, by their short names."""
    found: list[Difference] = []
    for document in then:
        known = now.get(document["slug"])
        changes = {
            name: (known.get(name) if known else None, value)
            for name, value in document.items()
            if known is None or known.get(name) != value
        }
        if known is None:
            found.append(Difference(sort, document["slug"], "add", changes))
        elif changes:
            found.append(Difference(sort, document["slug"], "change", changes))
    kept = {each["slug"] for each in then}
    found += [Difference(sort, slug, "remove", {}) for slug in sorted(now) if slug not in kept]
    return found
