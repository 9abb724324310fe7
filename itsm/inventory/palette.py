"""Services, as the palette finds them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from itsm.core.palette import Found, palette_source
from itsm.inventory.selectors import services_like
from itsm.people.models import User


@palette_source("services", title=_l("Services"), order=20)
def services(user: User, text: str, most: int) -> list[Found]:
    """Services by a part of their name or title."""
    return [
        Found(
            title=str(each),
            address=reverse("service", args=[each.name]),
            icon="heart-pulse",
            detail=str(each.owner_team or ""),
        )
        for each in services_like(user, text).only("name", "title", "owner_team__name")[:most]
    ]
