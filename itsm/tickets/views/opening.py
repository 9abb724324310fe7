"""Opening a ticket of any kind in a form, and telling of refusals where the person was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of
from itsm.people.models import User
from itsm.tickets.desks import Desk
from itsm.tickets.fields import Field, cleaned
from itsm.tickets.forms import shown
from itsm.tickets.models import Ticket


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How tickets of one kind are opened by staff: what is asked, and what is done with it."""

    desk: Desk
    needs: str
    fields: Sequence[Field]
    usual: Mapping[str, str]
    page: str
    perform: Callable[[dict[str, Any], User], Ticket]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask for what is needed, and open the ticket with it."""
        user = person_of(request)
        if not user.has_perm(self.needs):
            raise NotAllowed(_("You may read only."))
        if request.method != "POST":
            return self._form(request, given=self.usual)
        given = {each.name: request.POST.get(each.name, "") for each in self.fields}
        try:
            ticket = self.perform(cleaned(self.fields, given), user)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self._form(request, given=given, refusal=refusal)
        address = self.desk.address_of(ticket.number)
        if request.headers.get("X-Dialog"):
            return HttpResponse(headers={"X-Go": address})
        return redirect(address)

    def _form(
        self, request: HttpRequest, *, given: Mapping[str, str], refusal: Refused | None = None
    ) -> HttpResponse:
        wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}
        content = {
            "desk": self.desk,
            "fields": shown(self.fields, user=person_of(request), given=given, wrong=wrong),
            "wrong": str(refusal) if refusal and not refusal.field else "",
        }
        return render(request, self.page, content, status=422 if refusal else 200)


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """Tell why something was refused on the page that comes next; who may not, may not."""
    try:
        yield
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
