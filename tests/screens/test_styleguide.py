"""The page that shows every part of the screens."""

import pytest
from django.conf import settings

from itsm.dashboard.specimens import PARTS
from itsm.people.models import User
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db

FRAME = {"_alone", "_field_facts", "_help", "_mark", "_person"}


def test_staff_see_every_part_on_both_sides(as_: Browser, alice: User):
    page = as_(alice).get("/styleguide/").content.decode()

    assert page.count('class="side"') == 2 * len(PARTS)


def test_the_guide_asks_the_database_for_the_frame_alone(
    as_: Browser, alice: User, django_assert_max_num_queries
):
    browser = as_(alice)

    with django_assert_max_num_queries(6):
        browser.get("/styleguide/")


def test_every_partial_is_in_the_guide():
    named = " ".join(source for _name, _title, source in PARTS)
    partials = {path.stem for path in (settings.BASE_DIR / "templates" / "parts").glob("*.html")}

    missing = {each for each in partials if f"parts/{each}.html" not in named}

    assert missing == FRAME
