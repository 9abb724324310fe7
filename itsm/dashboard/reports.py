"""The measures of a time as a letter, with the same as a table for other programs."""

import csv
from io import StringIO
from urllib.parse import urlencode

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from itsm.core.measures import Measure, Pair, Scope, pairs_of, scope_of
from itsm.core.statistics import verdict
from itsm.dashboard.measured import between, change, in_order, shown
from itsm.dashboard.models import Report
from itsm.notifications.channels import Enclosure, Letter, Section
from itsm.people.middleware import zone_of
from itsm.people.models import User

HEAD = (
    "measure", "definition", "value", "low", "high", "mean", "rows", "before", "rows_before",
    "verdict", "start", "end", "team",
)  # fmt: skip


def letter_of(report: Report) -> Letter:
    """What a report says to whom it is for, counted as that person may see it."""
    schedule = report.schedule
    user, language = schedule.user, schedule.user.language or settings.LANGUAGE_CODE
    scope = scope_of(start=report.start, end=report.end, team=schedule.team_id)
    with translation.override(language), timezone.override(zone_of(user)):
        found = pairs_of(user, in_order(), scope)
        pairs = [(each, found[each.name]) for each in in_order()]
        return Letter(
            identity=f"report-{report.pk}",
            subject=_subject(report),
            sections=_sections(pairs, _link(report)),
            language=language,
            choices_link=f"{settings.BASE_URL}/measures/reports/",
            enclosures=(_table(pairs, scope, report),),
        )


def may_be_sent(user: User) -> bool:
    """Whether this person may still read measures, and has an address."""
    return user.is_active and user.has_perm("tickets.view_all") and bool(user.email)


def _subject(report: Report) -> str:
    told = {
        "start": formats.date_format(timezone.localtime(report.start), "SHORT_DATE_FORMAT"),
        "end": formats.date_format(timezone.localtime(report.end), "SHORT_DATE_FORMAT"),
    }
    words = _("Measures, %(start)s to %(end)s") % told
    return f"{words}: {report.schedule.team}" if report.schedule.team else words


def _link(report: Report) -> str:
    team = report.schedule.team.slug if report.schedule.team else ""
    asked = {"start": report.start.isoformat(), "end": report.end.isoformat(), "team": team}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{settings.BASE_URL}/measures/?{query}"


def _sections(pairs: list[tuple[Measure, Pair]], link: str) -> tuple[Section, ...]:
    facts: dict[str, list[tuple[str, str]]] = {}
    for measure, pair in pairs:
        if pair.now.count or pair.before.count:
            told = (str(measure.label), _words(measure, pair))
            facts.setdefault(str(measure.section), []).append(told)
    if not facts:
        nothing = _("Nothing happened that is counted.")
        return (Section(heading=_("Measures"), lead=nothing, link=link),)
    lead = _("Compared with the same length of time before.")
    return tuple(
        Section(heading=name, lead=lead, link=link, facts=tuple(rows))
        for name, rows in facts.items()
    )


def _words(measure: Measure, pair: Pair) -> str:
    told, sure = change(measure, pair), between(measure, pair.now)
    value = shown(measure, pair.now.middle)
    words = f"{value} ({sure})" if sure else value
    was = _("was %(before)s") % {"before": told["before"]}
    return f"{words} · {told['words']}" + (f", {was}" if told["is_known"] else "")


def _table(pairs: list[tuple[Measure, Pair]], scope: Scope, report: Report) -> Enclosure:
    text = StringIO()
    table = csv.writer(text)
    table.writerow(HEAD)
    span = [timezone.localtime(each).isoformat() for each in (scope.start, scope.end)]
    team = report.schedule.team.slug if report.schedule.team else ""
    for measure, pair in pairs:
        now, before = pair.now, pair.before
        said = verdict(now, before, is_less_better=measure.is_less_better)
        numbers = (now.middle, now.low, now.high, now.mean, now.count)
        older = (before.middle, before.count)
        table.writerow([measure.name, measure.version, *numbers, *older, said, *span, team])
    return Enclosure("measures.csv", text.getvalue(), "text/csv")
