"""What knowledge is good for: what it spared, where it was used, and what of it grows old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

# Whoever was shown an article and files nothing within this time was helped, as far as we know.
HELPED_WITHIN = timedelta(hours=24)
MOST = 20

# One attempt: a person on a day, from the first article put before him on.
ATTEMPTS = """
WITH shown AS (
    SELECT user_id, {by} day, min(shown_at) AS since FROM knowledge_showing
    WHERE shown_at >= %(since)s AND shown_at < %(until)s GROUP BY user_id, {by} day
),
judged AS (
    SELECT shown.*, EXISTS (
        SELECT FROM tickets_ticket AS filed
        WHERE filed.caller_id = shown.user_id AND filed.kind = 'incident'
          AND filed.opened_at >= shown.since AND filed.opened_at < shown.since + %(within)s
    ) AS has_filed FROM shown
)
"""
DEFLECTED = "{attempts} SELECT count(*), count(*) FILTER (WHERE NOT has_filed) FROM judged"
DEFLECTED_BY = """{attempts}
SELECT article_id, count(*), count(*) FILTER (WHERE NOT has_filed) FROM judged
GROUP BY article_id ORDER BY count(*) DESC, article_id LIMIT %(most)s
"""
# Incidents resolved with an article against those of the same service and priority without one.
TIMES = """
WITH ended AS (
    SELECT service_id, priority, extract(epoch FROM resolved_at - opened_at) AS took,
        EXISTS (SELECT FROM knowledge_use AS used
                WHERE used.ticket_id = done.id AND used.sort = 'used') AS is_helped
    FROM tickets_ticket AS done
    WHERE kind = 'incident' AND resolved_at >= %(since)s AND resolved_at < %(until)s
      AND opened_at < resolved_at
),
strata AS (
    SELECT service_id, priority,
        count(*) FILTER (WHERE is_helped) AS helped,
        count(*) FILTER (WHERE NOT is_helped) AS others,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE is_helped) AS with_it,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE NOT is_helped) AS without_it
    FROM ended GROUP BY service_id, priority
)
SELECT coalesce(sum(helped), 0), coalesce(sum(others), 0),
    sum(helped * with_it) / nullif(sum(helped), 0),
    sum(helped * without_it) / nullif(sum(helped), 0)
FROM strata WHERE helped > 0 AND others > 0
"""
USED = """
SELECT article_id, count(*) FROM knowledge_use
WHERE sort = 'used' AND used_at >= %(since)s AND used_at < %(until)s
GROUP BY article_id ORDER BY count(*) DESC, article_id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Deflection:
    """How often somebody was shown an article, and how often that was the end of it."""

    shown: int
    deflected: int

    @property
    def percent(self) -> float | None:
        """The share of attempts after which nothing was filed; None when there were none."""
        return round(100 * self.deflected / self.shown, 1) if self.shown else None


@dataclass(frozen=True)
class Saving:
    """How long incidents took with an article and without: medians of alike ones."""

    helped: int
    others: int
    with_it: float | None
    without_it: float | None

    @property
    def saved(self) -> float | None:
        """The seconds an article saves; None when nothing can be compared."""
        if self.with_it is None or self.without_it is None:
            return None
        return self.without_it - self.with_it


def deflection(since: datetime, until: datetime | None = None) -> Deflection:
    """What articles spared us; attempts younger than a day are not judged yet."""
    ((shown, deflected),) = _rows(
        DEFLECTED.format(attempts=ATTEMPTS.format(by="")), since, until, ripe=True
    )
    return Deflection(shown, deflected)


def deflection_by_article(since: datetime, until: datetime | None = None) -> dict[int, Deflection]:
    """The same for each article, those shown most first."""
    rows = _rows(
        DEFLECTED_BY.format(attempts=ATTEMPTS.format(by="article_id,")), since, until, ripe=True
    )
    return {article: Deflection(shown, deflected) for article, shown, deflected in rows}


def saving(since: datetime, until: datetime | None = None) -> Saving:
    """What using articles saves; only incidents that have their like on the other side count."""
    ((helped, others, with_it, without_it),) = _rows(TIMES, since, until)
    return Saving(
        int(helped),
        int(others),
        float(with_it) if with_it is not None else None,
        float(without_it) if without_it is not None else None,
    )


def uses_by_article(since: datetime, until: datetime | None = None) -> dict[int, int]:
    """On how many records each article helped, the most used first."""
    return dict(_rows(USED, since, until))


def _rows(
    statement: str, since: datetime, until: datetime | None, *, ripe: bool = False
) -> list[tuple[Any, ...]]:
    now = timezone.now()
    end = min(until or now, now - HELPED_WITHIN) if ripe else (until or now)
    given: dict[str, Any] = {"since": since, "until": end, "within": HELPED_WITHIN, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
