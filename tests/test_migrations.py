"""Migrations say what the models say, in one line, and need none of our code."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parent.parent
OURS = [
    each for each in apps.get_app_configs() if Path(each.path).is_relative_to(ROOT / "itsm")
] + [
    each
    for each in apps.get_app_configs()
    if each.name in {"incidents", "problems", "changes", "requests", "knowledge"}
]
FILES = [
    path for each in OURS for path in sorted((Path(each.path) / "migrations").glob("[0-9]*.py"))
]


@pytest.mark.django_db
def test_no_model_has_changed_without_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_each_app_has_one_line_of_migrations():
    leaves = MigrationLoader(connection).graph.leaf_nodes()

    labels = [label for label, _ in leaves]
    assert sorted(labels) == sorted(set(labels))


# Where the columns are that Django has no class for; they keep what a migration says of them.
COLUMNS = {"itsm.core.crypto", "itsm.core.fields", "itsm.core.models"}
OUR_IMPORTS = r"^(?:from|import) ((?:itsm|incidents|problems|changes|requests|knowledge)[\w.]*)"


def test_migrations_run_without_todays_code():
    found = {
        f"{path.parts[-3]}/{path.name}": set(
            re.findall(OUR_IMPORTS, path.read_text(), re.MULTILINE)
        )
        for path in FILES
    }

    assert {name: used - COLUMNS for name, used in found.items() if used - COLUMNS} == {}
