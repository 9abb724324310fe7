"""The colours of the product: read from the style sheet, measured, and held against the table."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR, "static", "css")
SHEETS = sorted(CSS.glob("*.css"))
TABLE = Path(settings.BASE_DIR, "docs", "screens.md")
SCHEMES = ("light", "dark")
# What says nothing by itself: edges between surfaces that differ, and the shadow below them.
DECORATION = {"line", "line-strong", "note-line"}

Pair = tuple[str, str, float, float, float]


def tokens() -> dict[str, dict[str, str]]:
    """Every colour as it is in the light and in the dark."""
    pattern = r"^    --([\w-]+): light-dark\((#\w{6}), (#\w{6})\);"
    found = re.findall(pattern, (CSS / "tokens.css").read_text(), re.MULTILINE)
    return {name: {"light": light, "dark": dark} for name, light, dark in found}


def pairs() -> list[Pair]:
    """The rows of the table in docs/screens.md."""
    pattern = r"^\| `([\w-]+)` \| `([\w-]+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$"
    rows = re.findall(pattern, TABLE.read_text(), re.MULTILINE)
    return [(ink, paper, float(need), float(a), float(b)) for ink, paper, need, a, b in rows]


def contrast(ink: str, paper: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    bright, dim = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return sum(share * each for share, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair[0]} on {pair[1]}")
def test_a_pair_of_colours_is_as_far_apart_as_the_table_says(pair: Pair):
    ink, paper, need, *told = pair
    colours = tokens()

    measured = [contrast(colours[ink][scheme], colours[paper][scheme]) for scheme in SCHEMES]

    assert min(measured) >= need
    assert [round(each, 1) for each in measured] == told


def test_every_colour_stands_in_the_table():
    shown = {name for ink, paper, *_ in pairs() for name in (ink, paper)}

    assert set(tokens()) - shown == DECORATION


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_knows_left_from_right(sheet: Path):
    sides = r"(?<![\w-])(?:(?:margin|padding|border|inset)-(?:left|right)|left|right)(?:-\w+)?\s*:"
    words = r"(?:text-align|float|clear)\s*:\s*(?:left|right)"
    four = r"(?<![\w-])(?:margin|padding|inset)\s*:\s*([^\s;]+) ([^\s;]+) ([^\s;]+) ([^\s;]+);"
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    text = re.sub(r"\[dir=\"rtl\"\][^}]*}", "", text)

    found = [match[0] for match in re.finditer(f"{sides}|{words}", text)]
    found += [match[0] for match in re.finditer(four, text) if match[2] != match[4]]

    assert found == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_colours_come_from_the_tokens_alone(sheet: Path):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    # On paper everything is black on white, and a dialog darkens whatever lies behind it.
    text = re.sub(r"@media print \{(?:[^{}]|\{[^{}]*\})*\}|::backdrop[^}]*\}", "", text)

    found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgb\(", text)

    assert sheet.name == "tokens.css" or found == []
