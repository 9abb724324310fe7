"""What it costs to find the known errors that fit an incident, among very many records."""

import random
import time
from collections.abc import Callable
from functools import partial

from django.db import connection

from bench.cases import Figure
from itsm.inventory.models import Service
from problems.known_errors import fits
from problems.matching import Told

KNOWN = 2_000  # open known errors, more than any house keeps
VOCABULARY = 20_000
QUESTIONS = 200
GOAL = "p95 <= 15 ms"
FILL = """
WITH services AS (SELECT array_agg(id ORDER BY id) AS ids FROM inventory_service),
people AS (SELECT min(id) AS id FROM people_user),
made AS (
    INSERT INTO tickets_ticket (
        number, kind, state, phase, title, description, impact, urgency, priority, priority_reason,
        service_id, opened_by_id, source, opened_at, updated_at, version, tags, custom,
        confidential, correlation_key
    )
    SELECT 'PRB-9' || (1000000 + n), 'problem', 'rca', 'active', title, body, 2, 2, 3, '',
        services.ids[(1 + n %% cardinality(services.ids))::int], people.id, 'portal', now(), now(),
        1, '{}', '{}', false, ''
    FROM services, people,
        unnest(%(titles)s::text[], %(texts)s::text[]) WITH ORDINALITY AS given(title, body, n)
    RETURNING id
)
INSERT INTO problems_problem (
    ticket_ptr_id, origin, major, symptoms, cause, resolution_code, fix_notes, no_change_reason,
    cancel_reason, recurrences, risk_reason, open_incidents, sufferer_count, minutes_lost,
    fingerprints, workaround, caller_summary, caller_advice, known_error_at,
    workaround_published_at, workaround_successes, workaround_failures
)
SELECT id, 'reactive', false, '', '', '', '', '', '', 0, '', 0, 0, 0,
    ARRAY['1:' || id], 'Restart it.', '', '', now(), now(), 3, 1
FROM made
"""


def report(*, size: int) -> list[Figure]:
    """Ask for what fits two hundred incidents, half of them with a description."""
    _fill()
    services = list(Service.objects.values_list("pk", flat=True))
    dice = random.Random(99)
    asked = [
        Told(
            title=_text(dice, 7),
            more=_text(dice, 30) if place % 2 else "",
            service_id=dice.choice(services),
            fingerprints=frozenset({f"1:{place}"}),
        )
        for place in range(QUESTIONS)
    ]
    for each in asked[:10]:
        fits(each)
    spent = sorted(_milliseconds(partial(fits, each)) for each in asked)
    what = f"known errors that fit, of {KNOWN:,}"
    slowest = spent[int(len(spent) * 0.95)]
    return [Figure(what, size, spent[len(spent) // 2], "ms", GOAL, slowest=slowest)]


def _fill() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tickets_ticket WHERE number LIKE 'PRB-91%'")
        if cursor.fetchone()[0]:
            return
        dice = random.Random(1)
        titles = [_text(dice, 7) for _each in range(KNOWN)]
        texts = [_text(dice, 60) for _each in range(KNOWN)]
        cursor.execute(FILL, {"titles": titles, "texts": texts})
        cursor.execute("VACUUM ANALYZE tickets_ticket, problems_problem")


def _text(dice: random.Random, words: int) -> str:
    """Words as common and as rare as those of a language."""
    return " ".join(_word(int(VOCABULARY ** dice.random())) for _each in range(words))


def _word(place: int) -> str:
    """A word of letters alone, no two of which begin alike."""
    letters = ""
    for _each in range(5):
        place, letter = divmod(place, 26)
        letters += chr(97 + letter)
    return letters


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
