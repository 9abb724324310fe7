"""What the little world can order, and has ordered."""

from typing import Any

from itsm.tickets.actions import watch
from itsm.tickets.actions.tasks import Wanted as WantedTask
from itsm.tickets.actions.tasks import put_task
from requests.actions import Line, place_order, put_in_cart
from tests.factories import CatalogItemFactory, ServiceRequestFactory

OF_ORDERS: dict[str, Any] = {
    "POST api/v1/service-requests/": {"item": "{plain_item}"},
    "PATCH api/v1/service-requests/{ordered}/": {"title": "A laptop"},
    "POST api/v1/service-requests/{ordered}/comments/": {"body": "Any news?"},
    "POST api/v1/service-requests/{ordered}/links/": {"ticket": "{held}"},
    "POST api/v1/service-requests/{ordered}/priority/": {"priority": 1, "reason": "The fair."},
    "POST api/v1/service-requests/{ordered}/skip/": {"reason": "There is one."},
    "POST api/v1/service-requests/{ordered}/assign/": {"team": "platform"},
    "POST api/v1/service-requests/{at_work}/hold/": {"reason": "The vendor."},
    "POST api/v1/catalog-items/": {
        "slug": "phone",
        "name": "Phone",
        "category": "equipment",
        "summary": "To call with.",
    },
}


def ordered(charlie: Any, alice: Any) -> dict[str, str]:
    """What can be ordered, what charlie has ordered, and how far each of it is."""
    question = {"name": "model", "label": "Which?", "type": "choice", "choices": ["13", "14"]}
    laptop = CatalogItemFactory(
        slug="laptop",
        made={"questions": [{**question, "required": True}], "approval": {"stages": []}},
    )
    plain = CatalogItemFactory(slug="headset")
    line = Line(item=laptop, requested_for=charlie, answers={"model": "13"})
    order, _is_new = place_order(lines=[line], actor=charlie)
    (cart_line,) = put_in_cart(item=plain, answers={}, requested_for=charlie, actor=charlie)
    states = {"at_work": "fulfilling", "waiting": "pending", "unsent": "draft"}
    states |= {"broken": "failed", "ready": "fulfilled"}
    made = {
        name: ServiceRequestFactory(opened_by=charlie, item=plain, at_state=state)
        for name, state in states.items()
    }
    watched = order.requests.get()
    watch(ticket=watched, user=charlie, actor=charlie)
    task = put_task(ticket=made["at_work"], actor=alice, wanted=WantedTask(title="Pack it"))
    return {
        "to_order": laptop.slug,
        "plain_item": plain.slug,
        "order": order.number,
        "ordered": watched.number,
        "line_id": str(cart_line.pk),
        "by_hand": str(task.pk),
        **{name: each.number for name, each in made.items()},
    }
