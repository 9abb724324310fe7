"""The words people read, as code and templates have them, and the catalogues that translate them.

``python -m tests.words`` brings every catalogue up to date with the words in use and compiles it.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent
ROOMS = ("itsm", "incidents", "problems", "changes", "requests", "knowledge")
LOCALES = ROOT / "itsm" / "locale"
ONE = {"_", "_l", "gettext", "gettext_lazy", "gettext_noop"}
MANY = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
TEXT = r"""u?((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
IN_TEMPLATE = re.compile(
    rf"(?<!\w)(?:(ngettext)\({TEXT},\s*{TEXT}|(pgettext)\({TEXT},\s*{TEXT}|(?:gettext|_)\({TEXT})"
)


@dataclass
class Word:
    """One text to translate, with its plural and the files it stands in."""

    text: str
    plural: str = ""
    context: str = ""
    files: set[str] = field(default_factory=set)


@cache
def words() -> dict[tuple[str, str], Word]:
    """Every text marked for translation, by context and text."""
    found: dict[tuple[str, str], Word] = {}
    for path in _files():
        read = _of_code if path.suffix == ".py" else _of_template
        for word in read(path.read_text()):
            known = found.setdefault((word.context, word.text), word)
            known.plural = known.plural or word.plural
            known.files.add(str(path.relative_to(ROOT)))
    return found


def _files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (
            path for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts
        )
    yield from sorted(path for path in (ROOT / "templates").rglob("*.*"))


def _of_code(source: str) -> Iterator[Word]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
            told = [each for each in texts if isinstance(each, str)]
            if node.func.id in ONE and told:
                yield Word(told[0])
            elif node.func.id in MANY and len(told) > 1:
                yield Word(told[0], plural=told[1])
            elif node.func.id in IN_CONTEXT and len(told) > 1:
                yield Word(told[1], context=told[0])


def _of_template(source: str) -> Iterator[Word]:
    for match in IN_TEMPLATE.finditer(templatize(source)):
        many, one, other, _in_context, context, inside, plain = match.groups()
        if many:
            yield Word(ast.literal_eval(one), plural=ast.literal_eval(other))
        elif context:
            yield Word(ast.literal_eval(inside), context=ast.literal_eval(context))
        else:
            yield Word(ast.literal_eval(plain))


def catalogues() -> list[Path]:
    """The catalogue of each language but English, which needs none."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


def renew(path: Path) -> None:
    """Add what is new to a catalogue, drop what is said nowhere any more, and compile it."""
    catalogue = polib.pofile(str(path), wrapwidth=100)
    used = words()
    known = {(each.msgctxt or "", each.msgid): each for each in catalogue}
    catalogue.clear()
    for key, word in sorted(used.items(), key=lambda each: (sorted(each[1].files)[0], each[0])):
        entry = known.get(key) or polib.POEntry(msgid=word.text, msgctxt=word.context or None)
        entry.msgid_plural = word.plural
        if word.plural and not entry.msgstr_plural:
            entry.msgstr, entry.msgstr_plural = "", {0: "", 1: ""}
        entry.occurrences = [(each, "") for each in sorted(word.files)]
        is_formatted = "%(" in word.text or "%s" in word.text or "%d" in word.text
        entry.flags = ["python-format"] if is_formatted else []
        catalogue.append(entry)
    catalogue.save()
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    missing = len(catalogue.untranslated_entries())
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(catalogue)} texts, {missing} to translate\n")


if __name__ == "__main__":
    for each in catalogues():
        renew(each)
