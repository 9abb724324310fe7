"""The rules of the house that no linter knows."""

import re
from pathlib import Path

import pytest

from itsm.monitoring.sources import sources

ROOT = Path(__file__).parent.parent
ROOMS = ("itsm", "incidents", "problems", "changes", "requests", "knowledge")
FILES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts
)
OUTER_FLOORS = {"views", "api", "consumers", "live", "panels"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "services", "manager", "signals"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def floors_of(path: Path) -> set[str]:
    return {path.stem, *path.parent.parts}


def lines_matching(pattern: str, path: Path) -> list[str]:
    return [
        f"{name_of(path)}:{number}: {line.strip()}"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_files_fit_in_one_head():
    assert [name_of(path) for path in FILES if len(path.read_text().splitlines()) > 400] == []


def test_settings_stay_short():
    assert len((ROOT / "itsm" / "settings.py").read_text().splitlines()) <= 250


def test_modules_are_named_after_what_they_know():
    assert [name_of(path) for path in FILES if path.stem in FORBIDDEN_NAMES] == []


def test_outer_floors_ask_selectors_and_call_actions():
    found = [
        line
        for path in FILES
        if floors_of(path) & OUTER_FLOORS
        for line in lines_matching(r"\.objects\b|\.save\(\s*(update_fields|\))", path)
    ]

    assert found == []


def test_only_the_workflow_sets_the_state_of_a_ticket():
    writers = [
        line
        for path in FILES
        if path != ROOT / "itsm" / "tickets" / "workflow.py"
        for line in lines_matching(r"\b(ticket|incident|problem|change)\.(state|phase) = ", path)
    ]

    assert writers == []


def test_event_names_are_past_tense_facts_about_a_noun():
    names = {
        name
        for path in FILES
        for name in re.findall(r'(?:\bpublish\(\s*|event=)"([^"]+\.[^"]*)"', path.read_text())
    }

    assert names
    assert [
        name
        for name in names
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+(ed|ied|held|put)(_in|_out)?", name)
    ] == []


@pytest.mark.parametrize("vendor", sorted(sources))
def test_every_adapter_is_tried_on_captured_payloads(vendor: str):
    assert list((ROOT / "tests" / "integrations" / vendor).glob("*.json"))


def test_no_signals_and_no_generic_foreign_keys():
    found = [
        line
        for path in FILES
        for line in lines_matching(r"GenericForeignKey|db\.models\.signals|django\.dispatch", path)
    ]

    assert found == []
