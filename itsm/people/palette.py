"""People, as the palette finds them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from itsm.core.palette import Found, palette_source
from itsm.people.models import User
from itsm.people.selectors import people_like


@palette_source("people", title=_l("People"), order=30)
def people(user: User, text: str, most: int) -> list[Found]:
    """People by a part of their name or user name."""
    return [
        Found(
            title=str(each),
            address=reverse("person", args=[each.username]),
            icon="user-round",
            detail=each.username,
        )
        for each in people_like(user, text).only("username", "name")[:most]
    ]
