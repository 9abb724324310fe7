"""How fast the gate answers when there is much to look at: open changes, services, incidents."""

import itertools
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from bench.cases import Figure, measured
from bench.client import Answer, Client
from bench.server import Server
from changes.actions.opening import Plan, open_change
from changes.models import Change, Window, WindowSort
from incidents.actions import open_incident
from incidents.actions.opening import Report
from itsm.core.models import Delivery
from itsm.inventory.models import ConfigurationItem, Service, ServiceDependency
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.tickets.models import Ticket

SERVICES = 1_000
CHANGES = 10_000
ITEMS = 5_000
INCIDENTS = 200
GOAL = "p95 <= 30 ms"


def report(server: Server, *, size: int, rounds: int) -> list[Figure]:
    """The gate asked about one change after another, with so many tickets beside them."""
    agent = User.objects.get(username="agent-1")
    numbers = itertools.cycle(_company(agent))
    _token, plain = issue_token(user=agent, name="gate")
    client = Client(server.port, {"Authorization": f"Bearer {plain}"})

    def ask(asking: Client) -> Answer:
        return asking.call("POST", "/api/v1/gate/", {"change": next(numbers), "sha": "c0ffee"})

    what = f"gate, {CHANGES:,} open changes, {SERVICES:,} services"
    return [measured(server, what, client, ask, size=size, goal=GOAL, rounds=rounds)]


def _company(agent: User) -> list[str]:
    """So many services that need each other, changes of them, incidents; numbers to ask about."""
    services = Service.objects.bulk_create(
        Service(name=f"gated-{place}", tier=1 + place % 4) for place in range(SERVICES)
    )
    ServiceDependency.objects.bulk_create(
        ServiceDependency(service=each, needed=services[needed])
        for place, each in enumerate(services)
        for needed in {place // 3, place // 7} - {place}
    )
    ConfigurationItem.objects.bulk_create(
        ConfigurationItem(name=f"gated-host-{place}") for place in range(ITEMS)
    )
    for place in range(INCIDENTS):
        open_incident(report=Report(title="Slow", service=services[-1 - place]), actor=agent)
    now = timezone.now()
    for place in range(40):
        window = Window.objects.create(
            sort=WindowSort.FREEZE if place % 2 else WindowSort.MAINTENANCE,
            name=f"Window {place}",
            starts_at=now - timedelta(days=30),
            ends_at=now - timedelta(days=30, hours=-4),
            repeats="FREQ=WEEKLY",
        )
        window.services.set(services[place * 10 : place * 10 + 5])
    _changes(agent, services[0])
    # What came of all that is owed to others, and the web processes would see to it meanwhile.
    Delivery.objects.all().delete()
    asked = Change.objects.filter(state="scheduled").order_by("?")
    return list(asked.values_list("number", flat=True)[:2_000])


def _changes(agent: User, service: Service) -> None:
    """One change, and copies of it for other services, times and components."""
    start = timezone.now()
    plan = Plan(
        title="Deliver",
        service=service,
        planned_start=start,
        planned_end=start + timedelta(hours=2),
    )
    model = open_change(plan=plan, actor=agent)
    tickets = {
        "number": "'CHG-' || (2000000 + n)",
        "state": "CASE WHEN n %% 20 = 0 THEN 'implement' ELSE 'scheduled' END",
        "phase": "CASE WHEN n %% 20 = 0 THEN 'active' ELSE 'waiting' END",
        "service_id": "gated[1 + n %% cardinality(gated)]",
    }
    changes = {
        "ticket_ptr_id": "copied.id",
        "planned_start": "now() + (n - 5000) * interval '5 minutes'",
        "planned_end": "now() + (n - 5000) * interval '5 minutes' + interval '2 hours'",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH gated AS (SELECT array_agg(id ORDER BY id) AS gated FROM inventory_service
                           WHERE name LIKE 'gated-%%')
            INSERT INTO tickets_ticket ({_columns(Ticket)})
            SELECT {_columns(Ticket, tickets)}
            FROM tickets_ticket, gated, generate_series(1, {CHANGES}) AS n WHERE id = %s
            """,
            [model.pk],
        )
        cursor.execute(
            f"""
            INSERT INTO changes_change ({_columns(Change)})
            SELECT {_columns(Change, changes)}
            FROM changes_change, (SELECT id, substr(number, 5)::int - 2000000 AS n
                                  FROM tickets_ticket WHERE number > 'CHG-2000000') AS copied
            WHERE ticket_ptr_id = %s
            """,
            [model.pk],
        )
        cursor.execute(
            """
            INSERT INTO tickets_ticket_configuration_items (ticket_id, configurationitem_id)
            SELECT copied.id, items.ids[1 + (copied.id * step) % cardinality(items.ids)]
            FROM (SELECT id FROM tickets_ticket WHERE number > 'CHG-2000000') AS copied,
                 (SELECT array_agg(id) AS ids FROM inventory_configurationitem) AS items,
                 unnest(ARRAY[7, 11]) AS step
            ON CONFLICT DO NOTHING
            """
        )
        cursor.execute(
            "VACUUM ANALYZE tickets_ticket, changes_change, inventory_service,"
            " inventory_servicedependency, tickets_ticket_configuration_items"
        )


def _columns(model: type[models.Model], others: dict[str, Any] | None = None) -> str:
    """The columns of a table, some of them filled otherwise; those the database fills left out."""
    names = [
        str(each.column)
        for each in model._meta.local_concrete_fields
        if not each.generated and each.column != "id"
    ]
    return ", ".join((others or {}).get(each, each) for each in names)
