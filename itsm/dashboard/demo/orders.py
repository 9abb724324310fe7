"""The orders of the demo company: a catalogue people use, with orders in every state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.people.models import User
from itsm.tickets.models import Task
from requests import actions
from requests.models import CatalogItem, ServiceRequest

Step = tuple[datetime, Callable[[], object]]
SHEET = Path(__file__).with_name("catalogue.yaml")
ORDERS = (
    # who, item, answers, hours ago, who agrees and what is said, who does how many of its steps
    ("luis", "vpn-access", {"reason": "Stock-taking from home"}, 240, (), ("ines", 1)),
    ("oskar", "reset-access", {"what": "Phone with the codes", "call": "+47 555 0144"}, 30, (),
     ("omar", 2)),
    ("priya", "environment", {"name": "price-model", "size": "Medium"}, 26, ("alice", "approved"),
     ("tomas", 1)),
    ("frank", "licence", {"product": "Photoshop", "why": "Pictures for the newsletter"}, 120,
     ("nora", "approved"), ("yuki", 1)),
    ("zoe", "licence", {"product": "Tableau", "why": "One chart"}, 76, ("samuel", "rejected"), ()),
    ("henrik", "laptop", {"model": "13 inch, light"}, 190, ("nora", "approved"), ("yuki", 2)),
    ("chloe", "laptop", {"model": "16 inch, strong", "why": "Video"}, 50, ("nora", "approved"),
     ("samuel", 1)),
    ("ben", "vpn-access", {"reason": "Travelling in December"}, 3, (), ()),
    ("charlie", "laptop", {"model": "16 inch, strong", "why": "Till simulations",
                           "extras": ["Headset", "Docking station"]}, 5, (), ()),
    ("charlie", "environment", {"name": "till-tests", "size": "Small"}, 2, (), ()),
    ("charlie", "vpn-access", {"reason": "Two days a week at home"}, 400, (), ("lena", 1)),
)  # fmt: skip
BEGINS = {
    "mailbox": {"full_name": "Mira Andersson"},
    "laptop": {"model": "13 inch, light"},
    "vpn-access": {"reason": "Field service"},
}
WHY_NOT = "Reporting has a chart for this already; ask Hana to share it."


def orders(*, people: dict[str, User], now: datetime) -> list[Step]:
    """What was ordered in the last weeks, and what became of it."""
    actions.take_in(text=SHEET.read_text(), actor=people["dana"])
    steps: list[Step] = []
    for row in ORDERS:
        steps += _Ordered(row, people=people, now=now).steps()
    return [*steps, (now - timedelta(hours=20), lambda: _somebody_begins(people, now))]


class _Ordered:
    """One order on its way through the actions."""

    def __init__(self, row: tuple[Any, ...], *, people: dict[str, User], now: datetime) -> None:
        self.who, self.slug, self.answers, hours, self.leave, self.work = row
        self.people, self.at = people, now - timedelta(hours=hours)
        self.pk = 0

    def steps(self) -> list[Step]:
        told: list[Step] = [(self.at, self._order)]
        if self.leave:
            told.append((self.at + timedelta(minutes=95), self._agree))
        count = self.work[1] if self.work else 0
        moments = (self.at + timedelta(hours=4 + 5 * place) for place in range(count))
        told += [(each, self._do) for each in moments]
        if self.work and self.slug in ("licence", "vpn-access"):
            told.append((self.at + timedelta(hours=30), self._confirm))
        return told

    def _order(self) -> None:
        person = self.people[self.who]
        line = actions.Line(
            item=CatalogItem.objects.get(slug=self.slug), requested_for=person, answers=self.answers
        )
        self.pk = actions.place_order(lines=[line], actor=person)[0].requests.get().pk
        self._go_on()

    def _go_on(self) -> None:
        actions.begin(service_request=ServiceRequest.objects.get(pk=self.pk))
        actions.advance(pk=self.pk)

    def _agree(self) -> None:
        who, word = self.leave
        approval = Approval.objects.get(ticket=self.pk, state="requested")
        comment = WHY_NOT if word == "rejected" else ""
        vote(approval=approval, actor=self.people[who], word=word, comment=comment)
        self._go_on()

    def _do(self) -> None:
        task = Task.objects.filter(ticket=self.pk, state="open").first()
        if task is not None:
            actions.finish_task(task=task, actor=self.people[self.work[0]], result="Done.")
        self._go_on()

    def _confirm(self) -> None:
        found = ServiceRequest.objects.get(pk=self.pk)
        if found.state == "fulfilled":
            actions.confirm(found, actor=self.people[self.who])


def _somebody_begins(people: dict[str, User], now: datetime) -> None:
    first_day = (now + timedelta(days=10)).date().isoformat()
    answers = BEGINS | {"mailbox": BEGINS["mailbox"] | {"first_day": first_day}}
    bundle = CatalogItem.objects.get(slug="onboarding")
    lines = [
        actions.Line(item=each.item, requested_for=people["klara"], answers=answers[each.item.slug])
        for each in bundle.parts.select_related("item__current")
    ]
    order, _is_new = actions.place_order(lines=lines, actor=people["erin"])
    for each in order.requests.all():
        actions.begin(service_request=each)
        actions.advance(pk=each.pk)
