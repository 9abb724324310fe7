"""Components that a tool says there are: proposed, then taken in or left out by somebody."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Refused
from itsm.inventory.actions.keeping import add_component, change_component, check_may_edit
from itsm.inventory.models import ComponentCandidate, ConfigurationItem, Service, Standing
from itsm.people.models import User

MOST_CANDIDATES = 20_000  # of one source
State = ComponentCandidate.State


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that is said to be there, by its address in the tool."""

    address: str
    name: str
    kind: str = "component"
    attributes: Mapping[str, str] = field(default_factory=dict)


# What is there under this name is known; what was decided is not asked about again.
PROPOSE = """
INSERT INTO inventory_componentcandidate
    (source, address, name, kind, environment, service_id, attributes, state, seen_at)
SELECT %(source)s::text, address, name, kind, %(environment)s::text, %(service)s::bigint,
       attributes, 'proposed', %(now)s
FROM unnest(%(addresses)s::text[], %(names)s::text[], %(kinds)s::text[], %(attributes)s::jsonb[])
    AS told(address, name, kind, attributes)
WHERE NOT EXISTS (SELECT FROM inventory_configurationitem AS known WHERE known.name = told.name)
ORDER BY address
LIMIT greatest(0, %(most)s - (
    SELECT count(*) FROM inventory_componentcandidate WHERE source = %(source)s::text
))
ON CONFLICT (source, address) DO NOTHING
"""
RENEW = """
UPDATE inventory_componentcandidate AS known
SET name = told.name, kind = told.kind, attributes = told.attributes, seen_at = %(now)s,
    environment = %(environment)s::text, service_id = %(service)s::bigint
FROM unnest(%(addresses)s::text[], %(names)s::text[], %(kinds)s::text[], %(attributes)s::jsonb[])
    AS told(address, name, kind, attributes)
WHERE known.source = %(source)s::text AND known.address = told.address AND known.state = 'proposed'
"""


# What is seen again was not taken away for good, whatever was said or decided of it.
BACK = """
UPDATE inventory_componentcandidate
SET state = CASE state WHEN 'gone' THEN 'accepted' ELSE 'proposed' END
WHERE source = %(source)s::text AND address = ANY(%(addresses)s::text[])
  AND state IN ('gone', 'retired')
"""


@transaction.atomic(savepoint=False)
def propose_components(
    found: Sequence[Found], *, source: str, environment: str, service: Service | None
) -> None:
    """Propose what is not known yet, and renew what was proposed.

    As with alerts that name components this is no event: the rows say when they were seen.
    """
    given = {
        "source": source,
        "environment": environment,
        "service": service.pk if service else None,
        "addresses": [each.address for each in found],
        "names": [each.name for each in found],
        "kinds": [each.kind for each in found],
        "attributes": [json.dumps(dict(each.attributes)) for each in found],
        "now": timezone.now(),
        "most": MOST_CANDIDATES,
    }
    with connection.cursor() as cursor:
        cursor.execute(BACK, given)
        cursor.execute(RENEW, given)
        cursor.execute(PROPOSE, given)


@transaction.atomic(savepoint=False)
def propose_retirements(addresses: Sequence[str], *, source: str) -> None:
    """Propose to retire what a tool has taken away; what nobody took in is no longer proposed."""
    told = ComponentCandidate.objects.filter(source=source, address__in=addresses)
    told.filter(state=State.PROPOSED).delete()
    known = told.filter(state=State.ACCEPTED, item__isnull=False)
    known.exclude(item__status=Standing.RETIRED).update(state=State.GONE, seen_at=timezone.now())


@transaction.atomic
def accept_candidate(
    *, candidate: ComponentCandidate, actor: User, name: str = "", service: Service | None = None
) -> ConfigurationItem:
    """Take a candidate into the inventory, under another name or service where these are given."""
    held = _held(candidate, actor, State.PROPOSED)
    values = {
        "kind": held.kind,
        "environment": held.environment,
        "service": service or held.service,
        "status": Standing.PRODUCTION,
        "attributes": {"source": held.source, **held.attributes},
    }
    if held.item is not None:  # it was retired, and is made anew
        item = change_component(item=held.item, actor=actor, values=values)
    else:
        item = add_component(actor=actor, values={"name": name or held.name, **values})
    held.item = item
    _decide(held, State.ACCEPTED, actor)
    return item


@transaction.atomic
def retire_candidate(*, candidate: ComponentCandidate, actor: User) -> ConfigurationItem:
    """Retire the component of a candidate that is said to be gone."""
    held = _held(candidate, actor, State.GONE)
    if held.item is None:
        raise Refused(_("%(name)s is no longer in the inventory.") % {"name": held.name})
    item = change_component(item=held.item, actor=actor, values={"status": Standing.RETIRED})
    _decide(held, State.RETIRED, actor)
    return item


@transaction.atomic
def reject_candidate(*, candidate: ComponentCandidate, actor: User) -> None:
    """Leave a candidate out for good, or in the inventory where it is said to be gone."""
    held = _held(candidate, actor, State.PROPOSED, State.GONE)
    is_kept = held.state == State.GONE
    _decide(held, State.ACCEPTED if is_kept else State.REJECTED, actor, "kept" if is_kept else "")


def _held(candidate: ComponentCandidate, actor: User, *states: State) -> ComponentCandidate:
    check_may_edit(actor)
    # Without the lock two people could take it in twice.
    held = ComponentCandidate.objects.select_for_update().get(pk=candidate.pk)
    if held.state not in states:
        raise Refused(_("Somebody has decided on %(name)s already.") % {"name": held.name})
    return held


def _decide(candidate: ComponentCandidate, state: State, actor: User, word: str = "") -> None:
    candidate.state, candidate.decided_at, candidate.decided_by = state, timezone.now(), actor
    candidate.save(update_fields=["state", "decided_at", "decided_by", "item"])
    data = {"name": candidate.name, "source": candidate.source, "address": candidate.address}
    events.publish(f"component_candidate.{word or state.value}", candidate, actor=actor, data=data)
