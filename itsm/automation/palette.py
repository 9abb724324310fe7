"""Runbooks and the kill switch, as the palette finds them."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.automation.selectors.runbooks import runbooks_like
from itsm.core.palette import Found, palette_source
from itsm.people.models import User


@palette_source("runbooks", title=_l("Runbooks"), order=40)
def runbooks(user: User, text: str, most: int) -> list[Found]:
    """Runbooks by a part of their name, and the switch that stops them."""
    like = runbooks_like(user, text).select_related(None).only("name", "slug", "policy")
    found = [
        Found(
            title=each.name,
            address=reverse("runbook", args=[each.slug]),
            icon="book-open-check",
            detail=str(each.get_policy_display()),
        )
        for each in like[:most]
    ]
    name = _("Kill switch: stop every run")
    if user.has_perm("runbooks.run") and text and text.lower() in name.lower():
        found.insert(0, Found(title=name, address=reverse("kill-switch"), icon="octagon-x"))
    return found[:most]
