"""Registering services and components that were heard of, as many as there are, in one statement.

By hand and not through the ORM, because it runs while alerts pour in and their rows are locked.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection, transaction

from itsm.core import events
from itsm.core.events import Subject
from itsm.people.models import User

# Labels are made by machines: a broken one must not fill the inventory with a name a second.
MOST_DISCOVERED_SERVICES = 500
MOST_DISCOVERED_COMPONENTS = 20_000

# How many components were discovered is read off their index, as of its last vacuum: counting them
# would make alerts dearer the more came before, and the limit need not be exact.
# A conflict is written over, and not ignored, because only then the id is told of what another
# post registered meanwhile.
REGISTER_SERVICES = """
WITH known AS (SELECT id, name FROM inventory_service WHERE name = ANY(%(names)s)),
room AS (
    SELECT greatest(%(most)s - count(*), 0) FROM inventory_service WHERE status = 'discovered'
),
fresh AS (
    INSERT INTO inventory_service
        (name, title, description, tier, status, auto_close_after, created_at)
    SELECT name, '', '', 2, 'discovered', 7, now() FROM unnest(%(names)s::text[]) AS told(name)
    WHERE name <> '' AND name NOT IN (SELECT name FROM known)
    ORDER BY name LIMIT (TABLE room)
    ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
    RETURNING id, name
)
SELECT id, name, false FROM known UNION ALL SELECT id, name, true FROM fresh
"""
REGISTER_COMPONENTS = """
WITH known AS (SELECT id, name FROM inventory_configurationitem WHERE name = ANY(%(names)s)),
room AS (
    SELECT greatest(%(most)s - coalesce(max(reltuples), 0), 0)::bigint FROM pg_class
    WHERE oid = to_regclass('component_discovered')
),
fresh AS (
    INSERT INTO inventory_configurationitem
        (name, kind, environment, service_id, status, attributes, created_at)
    SELECT name, 'component', '', service_id, 'discovered', '{}', now()
    FROM unnest(%(names)s::text[], %(services)s::bigint[]) AS told(name, service_id)
    WHERE name <> '' AND name NOT IN (SELECT name FROM known)
    ORDER BY name LIMIT (TABLE room)
    ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
    RETURNING id, name
)
SELECT id, name, false FROM known UNION ALL SELECT id, name, true FROM fresh
"""


@transaction.atomic(savepoint=False)
def discover_services(names: Collection[str], *, actor: User | None) -> dict[str, int]:
    """The ids of the services with these names, those unknown so far registered as discovered.

    Names beyond the most that may be discovered are left out of the answer.
    """
    given = {"names": sorted(set(names)), "most": MOST_DISCOVERED_SERVICES}
    found, fresh = _registered(REGISTER_SERVICES, given)
    events.publish("service.discovered", *(Subject("service", each) for each in fresh), actor=actor)
    return found


@transaction.atomic(savepoint=False)
def discover_components(services: Mapping[str, int | None]) -> dict[str, int]:
    """The ids of these components, unknown ones registered as discovered with their service's id.

    Pods come and go by the thousand, so this is no event; the row says when it was.
    """
    names = sorted(services)
    owners = [services[each] for each in names]
    given = {"names": names, "services": owners, "most": MOST_DISCOVERED_COMPONENTS}
    return _registered(REGISTER_COMPONENTS, given)[0]


def _registered(statement: str, given: dict[str, Any]) -> tuple[dict[str, int], list[int]]:
    """The ids of all of them by name, and the ids of those that were new."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows = cursor.fetchall()
    fresh = [known_id for known_id, _name, is_new in rows if is_new]
    return {name: known_id for known_id, name, _is_new in rows}, fresh
