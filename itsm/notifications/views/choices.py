"""Choosing what reaches one, by which way, and when."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.core.fields import cleaned
from itsm.notifications import actions
from itsm.notifications.channels import personal_channels
from itsm.notifications.choices import choices_of, rhythm_of, topics_for
from itsm.notifications.forms import HOURS, RHYTHM, wanted_in
from itsm.notifications.models import Rhythm
from itsm.notifications.topics import INBOX, Topic
from itsm.people.access import frame_of, person_of, signed_in
from itsm.people.models import User


@dataclass(frozen=True)
class Box:
    """One box of the table."""

    channel: str
    title: Any
    is_ticked: bool
    is_fixed: bool


@dataclass(frozen=True)
class Row:
    """One sort of news and its boxes."""

    topic: Topic
    boxes: list[Box]


@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Show the choices, or keep them."""
    user = person_of(request)
    if request.method != "POST":
        return _page(request, user, given=_kept(user))
    given = {each.name: request.POST.get(each.name, "") for each in RHYTHM}
    critical = "lets_critical" in request.POST or not user.is_staffer
    try:
        values = cleaned(RHYTHM, given)
        values |= {"digest_hour": int(values["digest_hour"]), "lets_critical": critical}
        with transaction.atomic():
            actions.choose_topics(user=user, wanted=wanted_in(request.POST.getlist("want")))
            actions.choose_rhythm(user=user, values=values)
    except Invalid as refusal:
        errors = {name: sentences[0] for name, sentences in refusal.errors.items()}
        return _page(request, user, given={**given, "lets_critical": critical}, errors=errors)
    messages.success(request, _("Saved. From now on you are told like this."))
    return redirect("notification-choices")


def _kept(user: User) -> dict[str, Any]:
    rhythm = rhythm_of(user)
    return {
        "digest": rhythm.digest,
        "digest_hour": str(rhythm.digest_hour),
        "quiet_from": f"{rhythm.quiet_from:%H:%M}" if rhythm.quiet_from else "",
        "quiet_until": f"{rhythm.quiet_until:%H:%M}" if rhythm.quiet_until else "",
        "lets_critical": rhythm.lets_critical,
    }


def _page(
    request: HttpRequest, user: User, *, given: dict[str, Any], errors: dict[str, str] | None = None
) -> HttpResponse:
    ways = {INBOX: _("Inbox"), **{name: way.title for name, way in personal_channels().items()}}
    ticked = wanted_in(request.POST.getlist("want")) if request.method == "POST" else None
    shown = {
        "frame": frame_of(user),
        "tab": "notifications",
        "ways": ways.values(),
        "has_mail": len(ways) > 1,
        "rows": _rows(user, ways, ticked),
        "digests": Rhythm.Digest.choices,
        "hours": HOURS,
        "given": given,
        "errors": errors or {},
    }
    status = 422 if errors else 200
    return render(request, "notifications/choices.html", shown, status=status)


def _rows(user: User, ways: dict[str, Any], ticked: set[tuple[str, str]] | None) -> list[Row]:
    choices = choices_of([user])[user.pk]
    return [
        Row(
            topic,
            [
                Box(
                    channel,
                    title,
                    is_ticked=channel in topic.fixed
                    or (
                        choices.wants(topic.name, channel)
                        if ticked is None
                        else (topic.name, channel) in ticked
                    ),
                    is_fixed=channel in topic.fixed,
                )
                for channel, title in ways.items()
            ],
        )
        for topic in topics_for(user)
    ]
