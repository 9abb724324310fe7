"""Known errors: which fit an incident or what somebody types, and what callers may know of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.inventory.selectors import visible_services
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.models import OPEN_PHASES, Ticket
from itsm.tickets.selectors import visible_tickets
from problems.matching import LEAST, SURE, Fit, Known, Told, best_of, stems
from problems.models import KnownErrorMatch, Problem, ResolutionCode, Sufferer, WorkaroundUse
from problems.selectors import fingerprints_of

MOST_CANDIDATES = 40
MOST_OF_A_WORD = 400
MOST_OPEN = 200  # incidents a new known error is held against
MOST_SHOWN = 5
LONGEST_TOLD = 1_000  # characters of a description that are compared
MOST_TEXT = 2_000  # characters of a known error's description that are compared
SPOKEN = ("title", "symptoms", "caller_summary")
COMPARED = (
    *("pk", *SPOKEN, "description", "service_id", "fingerprints"),
    *("workaround_successes", "workaround_failures"),
)
HURTS = Q(phase__in=OPEN_PHASES) | Q(resolution_code=ResolutionCode.RISK_ACCEPTED)
# Of the known errors that still hurt, those that share most: a word counts by how few of them have
# it, the same alert before all.
CANDIDATES = """
WITH asked AS (SELECT DISTINCT unnest(%(stems)s::text[]) AS stem),
shared AS MATERIALIZED (
    SELECT asked.stem, found.problem_id FROM asked CROSS JOIN LATERAL (
        SELECT problem_id FROM problems_knownwords
        WHERE words @@ to_tsquery('simple', asked.stem || ':*') LIMIT %(most_of_a_word)s
    ) AS found
),
rarity AS (
    SELECT stem, ln(1 + (SELECT count(*) FROM problems_knownwords)::float8 / count(*)) AS points
    FROM shared GROUP BY stem
),
near AS (
    SELECT shared.problem_id, rarity.points FROM shared JOIN rarity USING (stem)
    UNION ALL
    (SELECT problem_id, 4 FROM problems_knownwords WHERE service_id = %(service)s
     ORDER BY problem_id DESC LIMIT %(most_of_a_word)s)
    UNION ALL
    SELECT problem.ticket_ptr_id, 1000 FROM problems_problem AS problem
    JOIN problems_knownwords AS known ON known.problem_id = problem.ticket_ptr_id
    WHERE problem.fingerprints && %(fingerprints)s::varchar[]
)
SELECT problem_id FROM near GROUP BY problem_id
ORDER BY sum(points) DESC, problem_id DESC LIMIT %(most)s
"""


def published() -> QuerySet[Problem]:
    """The known errors people must live with."""
    return Problem.objects.filter(HURTS, known_error_at__isnull=False)


def visible_known_errors(user: User) -> QuerySet[Any]:
    """The known errors this person may see whole, which only staff may."""
    if not user.has_perm("tickets.view_all"):
        return Problem.objects.none()
    seen = visible_tickets(user, Problem).filter(known_error_at__isnull=False)
    found: QuerySet[Any] = seen.filter(HURTS)
    return found


def fits(told: Told, *, among: QuerySet[Any] | None = None, least: int = LEAST) -> list[Fit]:
    """The known errors that fit what is told, best first; of all, or of those ``among``."""
    found = published() if among is None else among
    near = found.filter(pk__in=_candidates(told))
    return best_of(told, _known(near, with_items=bool(told.items)), least=least)


def told_by(incident: Ticket) -> Told:
    """What an incident and its alerts tell."""
    return Told(
        title=incident.title,
        more=incident.description[:LONGEST_TOLD],
        service_id=incident.service_id,
        items=frozenset(incident.configuration_items.values_list("pk", flat=True)),
        fingerprints=frozenset(fingerprints_of([incident.pk])),
    )


def _candidates(told: Told) -> list[int]:
    given = {
        "fingerprints": sorted(told.fingerprints),
        "service": told.service_id,
        "stems": stems(f"{told.title} {told.more}"),
        "most": MOST_CANDIDATES,
        "most_of_a_word": MOST_OF_A_WORD,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, given)
        return [row[0] for row in cursor.fetchall()]


def _known(problems: QuerySet[Any], *, with_items: bool) -> list[Known]:
    rows = list(problems.select_related(None).values(*COMPARED))
    items = _items_of([row["pk"] for row in rows]) if with_items else {}
    return [
        Known(
            pk=row["pk"],
            text=" ".join((*(row[each] for each in SPOKEN), row["description"][:MOST_TEXT])),
            service_id=row["service_id"],
            items=frozenset(items.get(row["pk"], ())),
            fingerprints=frozenset(row["fingerprints"]),
            successes=row["workaround_successes"],
            failures=row["workaround_failures"],
        )
        for row in rows
    ]


def _items_of(problems: Collection[int]) -> dict[int, list[int]]:
    through = Problem.configuration_items.through
    found: dict[int, list[int]] = {}
    pairs = through._default_manager.filter(ticket_id__in=problems)
    for problem, item in pairs.values_list("ticket_id", "configurationitem_id"):
        found.setdefault(problem, []).append(item)
    return found


def ranked_matches(incident: Ticket) -> QuerySet[Any]:
    """The known errors found for an incident: those that fit well and help often first."""
    return _ranked(incident.pk)


def _ranked(incident: int) -> QuerySet[Any]:
    helped, failed = F("problem__workaround_successes"), F("problem__workaround_failures")
    # The same as ``success_rate``.
    rate = (helped + 1.0) / (helped + failed + 2.0)
    found = KnownErrorMatch.objects.filter(incident=incident)
    ranked: QuerySet[Any] = found.annotate(rank=F("score") * (rate + 0.5))
    return ranked.order_by("-rank", "problem")


def visible_matches(user: User, incident: Ticket) -> QuerySet[Any]:
    """The known errors found for an incident that this person may see, best first."""
    seen = visible_known_errors(user).select_related(None)
    return ranked_matches(incident).filter(problem__in=seen.values("pk"))


def matches_of(user: User, incident: Ticket) -> list[KnownErrorMatch]:
    """The best of the known errors found for an incident, with what a panel shows."""
    found = visible_matches(user, incident)
    return list(found.select_related("problem", "problem__workaround_verified_by")[:MOST_SHOWN])


def words_on(incident: Ticket, problems: Collection[int]) -> dict[int, bool]:
    """What was last said of these workarounds for an incident: whether it worked."""
    uses = WorkaroundUse.objects.filter(incident=incident.pk, problem__in=problems)
    return dict(uses.order_by("used_at", "pk").values_list("problem", "worked"))


def open_incidents_like(problem: Problem) -> QuerySet[Any]:
    """Open incidents a new known error may be behind: of its service, with its alerts or words."""
    alerts = Q(pk__in=_with_alerts(problem.fingerprints))
    same = Q(service=problem.service_id) if problem.service_id else Q(pk__in=())
    words = stems(f"{problem.title} {problem.symptoms} {problem.caller_summary}")
    # Asked of each open ticket: the index over all tickets would give those of years.
    speaks = RawSQL(
        """"tickets_ticket"."search" @@ to_tsquery('simple', %s)""",
        [" | ".join(f"{each}:*" for each in words)],
        output_field=BooleanField(),
    )
    is_open = Ticket.objects.filter(kind="incident", phase__in=OPEN_PHASES)
    found = is_open.annotate(speaks=speaks).filter(alerts | same | Q(speaks=True))
    newest: QuerySet[Any] = found.order_by("-id")[:MOST_OPEN]
    return newest


def _with_alerts(fingerprints: Iterable[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT incident_id FROM monitoring_alert WHERE incident_id IS NOT NULL"
            " AND (source_id, fingerprint) IN (SELECT split_part(each, ':', 1)::bigint,"
            " substr(each, strpos(each, ':') + 1) FROM unnest(%s::text[]) AS each)",
            [list(fingerprints)],
        )
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True)
class Advice:
    """A known error as callers may know of it: in words made for everybody."""

    number: str
    summary: str
    advice: str
    service: str
    helped: int
    tried: int
    sufferers: int
    is_mine: bool
    is_over: bool


def advice_for(user: User, number: str) -> Advice:
    """One known error in words for callers; NotFound unless everybody may know of it."""
    found = _advice(_told_to_callers(user).filter(number=number.upper()))
    if not found:
        raise NotFound(_("There is no %(number)s.") % {"number": number})
    return found[0]


def known_error_for_callers(user: User, number: str) -> Problem:
    """The problem behind a known error that callers may know of."""
    problem: Problem | None = _told_to_callers(user).filter(number=number.upper()).first()
    if problem is None:
        raise NotFound(_("There is no %(number)s.") % {"number": number})
    return problem


def advice_on(user: User, incident: Ticket) -> Advice | None:
    """What may help the caller of an incident: its own problem's advice, or the best that fits."""
    own: list[Any] = _told_of(user.pk, incident.pk, sort=sort_of(user))
    if own:
        return _advice_of(own)[0]
    surest: list[KnownErrorMatch] = _surest(user.pk, incident.pk, sort=sort_of(user))
    found = [
        advice
        for each in surest
        for advice in _advice(_told_to_callers(user).filter(pk=each.problem_id))
    ]
    return found[0] if found else None


@kept_question
def _told_of(user: int, incident: int, *, sort: Sort) -> QuerySet[Any]:
    return _told_to_callers(one_of(sort, user)).filter(incidents_of_problem=incident)[:1]


@kept_question
def _surest(user: int, incident: int, *, sort: Sort) -> QuerySet[Any]:
    told = _told_to_callers(one_of(sort, user)).values("pk")
    return _ranked(incident).filter(score__gte=SURE, problem__in=told)[:1]


def advice_like(user: User, text: str, *, most: int = 3) -> list[Advice]:
    """What may help somebody who still types, best first."""
    among = _told_to_callers(user)
    ranked = [each.pk for each in fits(Told(title=text), among=among, least=SURE)][:most]
    found = {each.pk: each for each in among.filter(pk__in=ranked)}
    return _advice_of([found[pk] for pk in ranked if pk in found])


def said_by(user: User, incident: Ticket | None, number: str) -> bool | None:
    """What a person has said of what helps; None when nothing yet."""
    uses = WorkaroundUse.objects.filter(user=user, problem__number=number, incident=incident)
    return uses.values_list("worked", flat=True).first()


def _told_to_callers(user: User) -> QuerySet[Any]:
    services = visible_services(user).select_related(None).order_by()
    mine = Sufferer.objects.filter(problem=OuterRef("pk"), user=user)
    found = Problem.objects.filter(
        Q(service=None) | Q(service__in=services),
        HURTS | Q(Exists(mine), resolution_code=ResolutionCode.FIX_APPLIED),
        known_error_at__isnull=False,
        workaround_published_at__isnull=False,
        confidential=False,
    ).exclude(caller_advice="")
    told: QuerySet[Any] = found.select_related("service").annotate(is_mine=Exists(mine))
    return told


def _advice(problems: QuerySet[Any]) -> list[Advice]:
    return _advice_of(list(problems[:MOST_SHOWN]))


def _advice_of(problems: Iterable[Any]) -> list[Advice]:
    return [
        Advice(
            number=each.number,
            summary=each.caller_summary,
            advice=each.caller_advice,
            service=str(each.service or ""),
            helped=each.workaround_successes,
            tried=each.workaround_successes + each.workaround_failures,
            sufferers=each.sufferer_count,
            is_mine=each.is_mine,
            is_over=each.resolution_code == ResolutionCode.FIX_APPLIED,
        )
        for each in problems
    ]
