"""A pack in words and pictures, as pages show it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from itsm.evidence.charts import drawing_of, plainly
from itsm.evidence.models import EvidencePack
from itsm.evidence.patterns import ERROR, WARNING
from itsm.evidence.ports import outcomes, takers
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import reference_to

STRONG, FAIR = 60, 35  # points from which a cause is called likely, possible
SORTS = {
    "change": _l("Change"),
    "deployment": _l("Deployment"),
    "tests": _l("Tests"),
    "notice": _l("Notice"),
}


def where_to_take(user: User, ticket: Ticket) -> str:
    """Where this person takes a likely cause over into the work on the record; empty if nowhere."""
    return takers[ticket.kind](user, ticket) if ticket.kind in takers else ""


def told(pack: EvidencePack, user: User) -> dict[str, Any]:
    """Everything a page says of a pack."""
    content = pack.content
    return {
        "pk": pack.pk,
        "made_at": pack.made_at,
        "why": pack.get_why_display(),
        "began_at": pack.began_at,
        "causes": [_cause(each) for each in content["causes"]],
        "charts": [_chart(each, pack) for each in content["charts"]],
        "patterns": [_pattern(each) for each in content["patterns"]],
        "changes": [_change(each, user) for each in content["changes"]],
        "missing": content["missing"],
        "read": _read(content["read"]),
    }


def _cause(cause: Mapping[str, Any]) -> dict[str, Any]:
    points = cause["points"]
    if points >= STRONG:
        look, word = "likely", _("Likely")
    elif points >= FAIR:
        look, word = "possible", _("Possible")
    else:
        look, word = "possible", _("Faint")
    reasons = [words for each in cause["reasons"] if (words := reason_in_words(each))]
    return {**cause, "look": look, "word": word, "reasons": reasons}


def reason_in_words(reason: Mapping[str, Any]) -> str:
    """A reason as a sentence; empty for one of a later release."""
    tell = REASONS.get(reason["name"])
    return tell(reason) if tell else ""


def _shifted(reason: Mapping[str, Any]) -> str:
    metric = " ".join(filter(None, (reason["metric"], reason["statistic"])))
    values = {
        "metric": metric,
        "level": plainly(reason["level"]),
        "became": plainly(reason["became"]),
        "at": _clock(datetime.fromtimestamp(reason["since"], timezone.get_current_timezone())),
    }
    if reason.get("by_day_before"):
        words = _("%(metric)s went to %(became)s at %(at)s; by the day before, %(level)s was due.")
        return words % values
    if reason["name"] == "rose":
        return _("%(metric)s rose from %(level)s to %(became)s at %(at)s.") % values
    return _("%(metric)s fell from %(level)s to %(became)s at %(at)s.") % values


def _own(reason: Mapping[str, Any]) -> str:
    share = _("Its own trouble would explain %(share)d %% of what was noticed.")
    return share % {"share": reason["share"]}


def _needs_well(reason: Mapping[str, Any]) -> str:
    words = ngettext(
        "What it needs is well (%(count)d component).",
        "What it needs is well (%(count)d components).",
        reason["count"],
    )
    return words % {"count": reason["count"]}


def _explained(reason: Mapping[str, Any]) -> str:
    return _("Much of it comes from what it needs: %(names)s.") % {"names": ", ".join(reason["by"])}


def _apart(_reason: Mapping[str, Any]) -> str:
    return _("The dependency map does not connect it with where this was noticed.")


def _line(reason: Mapping[str, Any]) -> str:
    values = {
        "line": reason["line"],
        "count": reason["count"],
        "before": reason["before"],
        "at": _clock_of(reason["at"]),
    }
    if reason["name"] == "new_line":
        words = _("New in its log at %(at)s (%(count)d×): “%(line)s”") % values
    else:
        words = _("More often in its log (%(count)d×, before %(before)d×): “%(line)s”") % values
    more = [_("It was the first error of all.")] if reason.get("is_first") else []
    if complained := reason.get("complains_of"):
        more.append(_("It complains of %(names)s.") % {"names": ", ".join(complained)})
    return f"{words}. {' '.join(more)}" if more else words


def _named(reason: Mapping[str, Any]) -> str:
    return _("%(by)s complains of it: “%(line)s”") % {"by": reason["by"], "line": reason["line"]}


def _changed(reason: Mapping[str, Any]) -> str:
    values = {
        "sort": SORTS.get(reason["sort"], reason["sort"]),
        "title": " ".join(filter(None, (reason["number"], reason["title"]))),
        "ago": _span(reason["seconds"]),
    }
    return _("%(sort)s %(ago)s before: %(title)s") % values


def _alerted(reason: Mapping[str, Any]) -> str:
    values = {"title": reason["title"], "at": _clock_of(reason["at"])}
    return _("It has an alert of its own since %(at)s: %(title)s") % values


REASONS = {
    "rose": _shifted,
    "fell": _shifted,
    "own": _own,
    "needs_well": _needs_well,
    "explained": _explained,
    "apart": _apart,
    "new_line": _line,
    "more_lines": _line,
    "named": _named,
    "changed": _changed,
    "alerted": _alerted,
}


def _span(seconds: int) -> str:
    if seconds < 120:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 7200:
        return _("%(count)d min") % {"count": seconds // 60}
    return _("%(count)d h") % {"count": seconds // 3600}


def _clock_of(text: str) -> str:
    return _clock(datetime.fromisoformat(text)) if text else ""


def _clock(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M:%S")


def _chart(chart: Mapping[str, Any], pack: EvidencePack) -> dict[str, Any]:
    since = datetime.fromisoformat(chart["since"])
    drawing = drawing_of(
        chart["points"],
        level=chart["level"],
        since=(since - pack.since).total_seconds(),
        began=(pack.began_at - pack.since).total_seconds(),
        span=(pack.until - pack.since).total_seconds(),
        # Packs of former releases have none.
        day_before=chart.get("day_before", ()),
    )
    values = {
        "metric": chart["metric"],
        "component": chart["component"],
        "level": plainly(chart["level"]),
        "became": plainly(chart["became"]),
        "at": _clock(since),
    }
    words = _("%(metric)s of %(component)s went from %(level)s to %(became)s at %(at)s") % values
    return {**chart, "drawing": drawing, "words": words}


def _pattern(pattern: Mapping[str, Any]) -> dict[str, Any]:
    level = pattern["level"]
    look = "is-p1" if level <= ERROR else "is-p3" if level <= WARNING else ""
    word = _("Error") if level <= ERROR else _("Warning") if level <= WARNING else _("Notice")
    news = _("New") if pattern["is_new"] else _("More often")
    return {
        **pattern,
        "look": look,
        "word": word,
        "news": news,
        "at": _clock_of(pattern["first_at"]),
    }


def _change(change: Mapping[str, Any], user: User) -> dict[str, Any]:
    number = change["number"]
    seen = reference_to(user, number) if number else None
    return {
        **change,
        "word": SORTS.get(change["sort"], change["sort"]),
        "at": datetime.fromisoformat(change["at"]),
        "address": desks[seen[0]].address_of(number) if seen and seen[0] in desks else "",
        "outcome": outcomes.get(change["outcome"], change["outcome"]),
        "is_bad": change["outcome"] in ("failed", "rolled_back", "unsuccessful"),
    }


def _read(read: Mapping[str, int]) -> str:
    series = ngettext("%(count)d series", "%(count)d series", read["series"])
    lines = ngettext("%(count)d log line", "%(count)d log lines", read["lines"])
    parts: Sequence[str] = (
        series % {"count": read["series"]},
        lines % {"count": read["lines"]},
    )
    return _("Read: %(parts)s.") % {"parts": ", ".join(parts)}
