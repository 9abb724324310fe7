"""What people are asked about themselves."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import Choice, Email, Field, Flag, Line
from itsm.people.fields import Zone
from itsm.people.models import User

PROFILE: tuple[Field, ...] = (
    Line(name="name", label=_l("Name"), max_length=120),
    Email(name="email", label=_l("E-mail")),
)
PREFERENCES: tuple[Field, ...] = (
    Zone(name="time_zone", label=_l("Time zone"), required=True),
    Choice(name="language", label=_l("Language"), choices=settings.LANGUAGES),
    Choice(name="theme", label=_l("Colours"), required=True, choices=User.Theme.choices),
    Flag(name="single_keys", label=_l("Single keys are shortcuts")),
)
