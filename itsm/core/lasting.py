"""Lengths of time in words."""

from datetime import timedelta

from django.utils.translation import gettext as _


def lasting(length: timedelta | None) -> str:
    """How long something takes, in the two largest units; of round lengths in one."""
    if length is None:
        return "–"
    minutes = round(length.total_seconds() / 60)
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 48 and not minutes:
        return _("%(count)d h") % {"count": hours}
    if hours < 48:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if hours % 24 == 0:
        return _("%(count)d d") % {"count": hours // 24}
    return _("%(days)d d %(hours)d h") % {"days": hours // 24, "hours": hours % 24}
