"""The scripts of the pages: one file each, made of modules in the order they need one another."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from itsm.core.bundles import ENTRIES, bundled, path_of_bundle
from itsm.people.models import User
from tests.screens.conftest import Browser

MODULES = {
    "top": 'import "steady/middle";\nimport { twice as double } from "steady/low";\ndouble(2);\n',
    "middle": 'import { twice } from "steady/low";\nexport async function four() {}\n',
    "low": "export const twice = (one) => 2 * one;\n",
}


def test_what_is_imported_comes_first_and_once():
    made = bundled("top", MODULES)

    assert [line for line in made.splitlines() if line.startswith("//")] == [
        "// low",
        "// middle",
        "// top",
    ]
    assert 'const { twice: double } = steady["low"];' in made
    assert "return { four };" in made
    assert "import" not in made
    assert "export" not in made


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ({"top": 'import "steady/gone";\n'}, "which is not there"),
        ({"top": 'import "steady/low";\n', "low": 'import "steady/top";\n'}, "a circle"),
        ({"top": "export default 1;\n"}, "cannot be put together"),
        ({"top": 'import low from "steady/low";\n', "low": ""}, "cannot be put together"),
    ],
)
def test_what_cannot_be_put_together_is_refused(modules: dict[str, str], words: str):
    with pytest.raises(ValueError, match=words):
        bundled("top", modules)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_page_script_is_found(entry: str):
    found = finders.find(path_of_bundle(entry))

    assert found
    assert f"// {entry}\n" in Path(found).read_text()


def test_a_page_asks_for_one_script_of_ours(as_: Browser, alice: User):
    page = as_(alice).get("/").content.decode()

    assert page.count('src="/static/js/') == 1
    assert 'src="/static/js/bundles/app.js"' in page
