"""What is kept as JSON is shown as names beside their values."""

import pytest

from itsm.core.reading import read

TOLD = '<dl class="told"><dt>%s</dt><dd>%s</dd></dl>'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({}, "-"),
        (None, "-"),
        (True, "yes"),
        (0, "0"),
        (["title", "service"], "title, service"),
        ({"instance": "mx-2"}, TOLD % ("instance", "mx-2")),
        ([["a"], "b"], '<ul class="told-list"><li>a</li><li>b</li></ul>'),
        (
            {"diff": {"state": ["", "on"]}},
            TOLD % ("diff", TOLD % ("state", "- → on")),
        ),
        ({"<b>": "<i>"}, TOLD % ("&lt;b&gt;", "&lt;i&gt;")),
        ("<i>", "<i>"),
    ],
)
def test_tables_and_lists_read_as_names_and_values_and_never_as_markup(
    value: object, shown: str
) -> None:
    assert read(value) == shown
