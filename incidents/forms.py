"""What staff are asked when they open an incident."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import NotFound
from itsm.people.selectors import user_called
from itsm.tickets.fields import Field, Line, Person
from itsm.tickets.forms import Level3, ServiceName, Tags


@dataclass(frozen=True, kw_only=True)
class Anybody(Line):
    """Any person who may sign in, by user name."""

    sort: str = field(default="anybody", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        name = super().parse(raw)
        try:
            user = user_called(name)
        except NotFound:
            user = None
        if user is None or not user.is_active:
            raise self.wrong(_("Nobody has the user name %(name)s.") % {"name": name})
        return user


REPORT: tuple[Field, ...] = (
    Line(name="title", label=_l("What is wrong"), required=True),
    Field(name="description", label=_l("What is known")),
    ServiceName(name="service", label=_l("Service")),
    Anybody(name="caller", label=_l("Who called")),
    Level3(name="impact", label=_l("Impact"), required=True),
    Level3(name="urgency", label=_l("Urgency"), required=True),
    Person(name="assignee", label=_l("Assignee")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
)
