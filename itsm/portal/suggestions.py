"""What the portal itself suggests: trouble we know of, and what one has reported before."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from incidents.outages import Outage, known_outages
from itsm.people.models import User
from itsm.portal.selectors import similar_items
from itsm.portal.templatetags.plainly import said
from itsm.portal.wording import words_of
from itsm.tickets.search import words_of as words_in
from itsm.tickets.suggestions import Suggestion, suggester
from problems.known_errors import advice_like
from requests.selectors import catalogue_for

MOST_OUTAGES = 3
MOST_ADVICE = 120  # characters of an advice beside its heading


@suggester("outages", title=_l("Trouble we know of"), order=10)
def outages(user: User, text: str) -> list[Suggestion]:
    """The outages of now, those whose service is named in the text first."""
    words = words_in(text)
    known = sorted(known_outages(user), key=lambda each: not _is_named(each, words))
    return [_of_outage(each) for each in known[:MOST_OUTAGES]]


def _is_named(outage: Outage, words: list[str]) -> bool:
    service = outage.service
    names = words_in(f"{service.name} {service.title} {service.description}")
    return any(name.startswith(word) for word in words if len(word) > 2 for name in names)


def _of_outage(outage: Outage) -> Suggestion:
    since = said(timezone.localtime(outage.since))
    return Suggestion(
        title=_("%(service)s has trouble") % {"service": outage.service},
        detail=_("We are working on it, since %(since)s.") % {"since": since},
        address=reverse("portal-outage", args=[outage.number]),
        icon="triangle-alert",
    )


@suggester("known errors", title=_l("This may help at once"), order=5)
def known_errors(user: User, text: str) -> list[Suggestion]:
    """What helps with trouble that is known already, what helps most often first."""
    return [
        Suggestion(
            title=each.summary,
            detail=each.advice[:MOST_ADVICE],
            address=reverse("portal-known-error", args=[each.number]),
            icon="lightbulb",
        )
        for each in advice_like(user, text)
    ]


@suggester("own", title=_l("You told us before"), order=20)
def own(user: User, text: str) -> list[Suggestion]:
    """The person's own items that sound alike."""
    return [
        Suggestion(
            title=each.title,
            detail=f"{words_of(each)} · {said(timezone.localtime(each.opened_at))}",
            address=reverse("portal-item", args=[each.number]),
            icon="message-square",
        )
        for each in similar_items(user, text)
    ]


@suggester("catalogue", title=_l("You can order"), order=15)
def catalogue(user: User, text: str) -> list[Suggestion]:
    """What can be ordered and has these words."""
    return [
        Suggestion(
            title=each.name,
            detail=each.summary,
            address=reverse("portal-catalogue-item", args=[each.slug]),
            icon=each.icon,
        )
        for each in catalogue_for(user, text=text)
    ]
