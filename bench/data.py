"""A company of any size: tickets, events and comments made by the database itself."""

import random
from datetime import UTC, datetime, timedelta

from django.db import connection

from changes.models import Change
from changes.workflow import workflow as change_workflow
from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.tickets.likeness import count_words
from itsm.tickets.search import learn_words

A_MONTH = 2000  # changes
PLANNED = ("new", "assess", "authorize", "scheduled")

WORDS = """
checkout printer mail login password server disk network slow error timeout payment invoice
database backup certificate queue memory export import report search page browser laptop screen
keyboard phone account access vpn storage cluster node deploy release version cache gateway
proxy session token upload download calendar meeting room badge door camera license update
restart crash freeze blank missing wrong duplicate delayed rejected denied expired
"""

FILL = """
WITH words AS (SELECT %(words)s::text[] AS list),
people AS (SELECT array_agg(id ORDER BY id) AS ids FROM people_user WHERE role = 'agent'),
callers AS (SELECT array_agg(id ORDER BY id) AS ids FROM people_user WHERE role = 'requester'),
services AS (SELECT array_agg(id ORDER BY id) AS ids FROM inventory_service),
teams AS (SELECT array_agg(id ORDER BY id) AS ids FROM people_team),
drawn AS (
    SELECT n, random() AS r1, random() AS r2, random() AS r3, random() AS r4
    FROM generate_series(%(start)s, %(end)s) AS n
),
made AS (
    INSERT INTO tickets_ticket (
        number, kind, state, phase, title, description, impact, urgency, priority, priority_reason,
        service_id, team_id, assignee_id, opened_by_id, caller_id, source, opened_at, resolved_at,
        closed_at, updated_at, version, tags, custom, confidential, correlation_key
    )
    SELECT
        'INC-' || (1000000 + n), 'incident',
        CASE WHEN n > %(end)s - 400 THEN 'new' WHEN r1 < 0.02 THEN 'in_progress'
             WHEN r1 < 0.05 THEN 'resolved' ELSE 'closed' END,
        CASE WHEN n > %(end)s - 400 THEN 'new' WHEN r1 < 0.02 THEN 'active'
             WHEN r1 < 0.05 THEN 'resolved' ELSE 'closed' END,
        initcap(list[1 + floor(r1 * r2 * cardinality(list))])
            || ' ' || list[1 + floor(r2 * cardinality(list))]
            || ' ' || list[1 + floor(r3 * r4 * cardinality(list))] || ' on host' || (n %% 5000),
        (SELECT string_agg(list[1 + floor(random() * (r4 + piece * 0) * cardinality(list))], ' ')
         FROM generate_series(1, 25) AS piece),
        1 + floor(r2 * 3), 1 + floor(r3 * 3), 1 + floor(r4 * 5), '',
        services.ids[1 + floor(r1 * cardinality(services.ids))],
        teams.ids[1 + floor(r2 * cardinality(teams.ids))],
        CASE WHEN r3 < 0.8 THEN people.ids[1 + floor(r3 * cardinality(people.ids))] END,
        callers.ids[1 + floor(r4 * cardinality(callers.ids))],
        callers.ids[1 + floor(r4 * cardinality(callers.ids))],
        'portal', now() - (%(end)s - n) * interval '40 seconds', NULL, NULL, now(), 1, '{}', '{}',
        false, ''
    FROM drawn, words, people, callers, services, teams
    RETURNING id, opened_by_id, opened_at
),
detailed AS (
    INSERT INTO incidents_incident (
        ticket_ptr_id, category, subcategory, on_hold_reason, vendor_reference, detection,
        resolution_code, resolution_notes, cancel_reason, reopen_count, reassignment_count,
        caused_by_provenance, workaround_used, major
    )
    SELECT id, '', '', '', '', 'user', '', '', '', 0, 0, 'none', false, false FROM made
)
INSERT INTO core_event (name, subject_type, subject_id, actor_id, public, data, happened_at)
SELECT word, 'incident', id, opened_by_id, true, '{}', opened_at
FROM made, unnest(ARRAY['incident.opened', 'incident.assigned', 'incident.started']) AS word
"""


PEOPLE = (
    """
    INSERT INTO people_user (password, username, email, name, role, is_bot, is_active, is_vip,
                             time_zone, language, date_joined)
    SELECT '!', role || '-' || n, '', initcap(role) || ' ' || n, role, false, true, false, 'UTC',
           '', now()
    FROM generate_series(1, 60) AS n, unnest(ARRAY['agent', 'requester']) AS role
    """,
    """
    INSERT INTO people_team (slug, name, email, assignment)
    SELECT 'team-' || n, 'Team ' || n, '', 'nobody' FROM generate_series(1, 8) AS n
    """,
    """
    INSERT INTO inventory_service (name, title, description, owner_team_id, tier, status,
                                   auto_close_after, created_at)
    SELECT 'service-' || n, '', '', (SELECT id FROM people_team ORDER BY id LIMIT 1), 1 + n % 4,
           'production', 7, now()
    FROM generate_series(1, 40) AS n
    """,
    """
    CREATE TABLE IF NOT EXISTS bench_row (
        id bigserial PRIMARY KEY, title varchar(200) NOT NULL, priority smallint NOT NULL
    )
    """,
)


def make_people() -> None:
    """The agents, callers, teams and services that tickets refer to."""
    with connection.cursor() as cursor:
        for statement in PEOPLE:
            cursor.execute(statement)


def grow_to(size: int) -> None:
    """Add tickets until there are so many, then let the database look at them once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tickets_ticket WHERE number > 'INC-1000000'")
        start = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE tickets_ticket SET state = 'closed', phase = 'closed' WHERE state = 'new'"
        )
        for begin in range(start + 1, size + 1, 50_000):
            end = min(begin + 49_999, size)
            cursor.execute(FILL, {"words": WORDS.split(), "start": begin, "end": end})
        cursor.execute("VACUUM ANALYZE tickets_ticket, incidents_incident, core_event")
    # A house learns the words of its tickets as they come, and no page is to pay for all at once.
    while learn_words():
        pass
    while count_words():
        pass


def plan_a_month(count: int = A_MONTH) -> Change:
    """A month full of changes, so many and each once; one of them, to be moved about."""
    first = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    services, agents = list(Service.objects.all()), list(User.objects.filter(role="agent"))
    numbers = [f"CHG-{1_000_001 + place}" for place in range(count)]
    made = set(Change.objects.filter(number__in=numbers).values_list("number", flat=True))
    drawn = random.Random(7)
    for place, number in enumerate(numbers):
        if number in made:
            continue
        start = first + timedelta(minutes=15 * drawn.randrange(28 * 96))
        state = PLANNED[place % len(PLANNED)]
        Change.objects.create(
            number=number,
            kind="change",
            priority=4,
            state=state,
            phase=change_workflow.states[state].phase,
            title=" ".join(drawn.choices(WORDS.split(), k=5)),
            service=drawn.choice(services),
            assignee=drawn.choice(agents),
            opened_by=drawn.choice(agents),
            planned_start=start,
            planned_end=start + timedelta(minutes=15 * drawn.randrange(1, 17)),
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE tickets_ticket, changes_change")
    return Change.objects.get(number=numbers[0])
