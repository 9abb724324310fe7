"""The pages about changes that belong to no record, as the palette finds them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from itsm.core.palette import Found, palette_source
from itsm.people.models import User

# What each is called, where it is, its sign, and what one must be allowed to.
PAGES = (
    (_l("Change calendar"), "change-calendar", "calendar", "tickets.view_all"),
    (_l("Boards"), "change-boards", "users", "tickets.view_all"),
    (_l("Change templates"), "change-templates", "copy-check", "tickets.view_all"),
    (_l("Gate simulator"), "gate-replay", "scale", "changes.manage"),
)


@palette_source("pages of changes", title=_l("Pages"), order=40)
def pages(user: User, text: str, most: int) -> list[Found]:
    """Pages by a part of their name."""
    wanted = text.casefold().strip()
    return [
        Found(title=str(title), address=reverse(name), icon=icon)
        for title, name, icon, needs in PAGES
        if wanted and wanted in str(title).casefold() and user.has_perm(needs)
    ][:most]
