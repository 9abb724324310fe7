"""What can be begun with problems, as the palette finds it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from itsm.core.palette import Found, palette_source
from itsm.people.models import User

# What each is called, where it is, its sign, and what one must be allowed to.
PAGES = (
    (_l("New problem"), "problem-new", "search-check", "problems.work"),
    (_l("Problem candidates"), "problem-candidates", "repeat", "tickets.view_all"),
)


@palette_source("pages of problems", title=_l("Pages"), order=41)
def pages(user: User, text: str, most: int) -> list[Found]:
    """Pages by a part of their name."""
    wanted = text.casefold().strip()
    return [
        Found(title=str(title), address=reverse(name), icon=icon)
        for title, name, icon, needs in PAGES
        if wanted and wanted in str(title).casefold() and user.has_perm(needs)
    ][:most]
