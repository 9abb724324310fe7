"""What can be begun with improvements, as the palette finds it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.palette import Found, palette_source
from itsm.people.models import User


@palette_source("pages of improvements", title=_l("Pages"), order=42)
def pages(user: User, text: str, most: int) -> list[Found]:
    """The page for a new idea by a part of its name."""
    title, wanted = _("New improvement"), text.casefold().strip()
    if not wanted or wanted not in title.casefold() or not user.has_perm("problems.work"):
        return []
    return [Found(title=title, address=reverse("improvement-new"), icon="trending-up")][:most]
