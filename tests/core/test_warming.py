"""What a web process does before anybody asks for a page."""

from typing import Any

from django.template import Engine

from itsm.core.warming import COMMON, warm_up


def test_the_parts_of_most_pages_are_read_before_anybody_asks() -> None:
    cached: Any = Engine.get_default().template_loaders[0]
    cached.reset()

    warm_up()

    read = {name for name in cached.get_template_cache if not name.startswith("admin/")}
    assert {"base.html", "dashboard/home.html", "tickets/page.html", "portal/items.html"} <= read
    assert all(any(each.startswith(part.split("*")[0]) for each in read) for part in COMMON)
