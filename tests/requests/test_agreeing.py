"""What is agreed to is what is done, and nothing is done nobody agreed to."""

import re
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client

from itsm.approvals.actions import vote
from itsm.approvals.models import Approval, Rule, Vote
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.actions import name_delegate
from itsm.people.models import User
from itsm.tickets.models import Task
from requests import actions
from requests.models import ServiceRequest, Target
from tests.requests.conftest import Make, Order, Remote, go_on

pytestmark = pytest.mark.django_db

OWNER = {"stages": [{"who": "owner"}]}
CALL: dict[str, Any] = {"name": "call", "title": "Create it", "type": "http", "target": "cloud"}


def approve(service_request: ServiceRequest, by: User, word: str = "approved") -> None:
    approval = Approval.objects.filter(ticket=service_request.pk).latest("pk")
    vote(approval=approval, actor=by, word=word, comment="Too dear.", seen=approval.snapshot_hash)
    service_request.refresh_from_db()


def charlie_at(address: str, charlie: User, form: dict[str, str] | None = None) -> Any:
    """A page as charlie's browser gets it, or what came of sending its form."""
    client = Client()
    client.force_login(charlie)
    return client.get(address) if form is None else client.post(address, form)


def asked(service_request: ServiceRequest) -> list[str]:
    votes = Vote.objects.filter(stage__approval__ticket=service_request.pk, state="requested")
    return [each.seat for each in votes.order_by("pk")]


@pytest.mark.parametrize(
    ("price", "seats"), [(100, ["Platform"]), (900, ["Platform", "Process manager"])]
)
def test_who_is_asked_depends_on_the_price(
    make: Make, order: Order, price: int, seats: list[str]
) -> None:
    stages = {"stages": [{"who": "owner"}, {"who": "role", "role": "manager", "above": 500}]}

    ordered = order(make(approval=stages, price=price))

    assert ordered.state == "awaiting_approval"
    assert asked(ordered) == seats


def test_the_manager_of_who_gets_it_is_asked_and_whoever_is_next_above_if_he_cannot(
    make: Make, order: Order, charlie: User, erin: User, frank: User
) -> None:
    stages = {"stages": [{"who": "manager"}]}
    item = make(approval=stages)
    assert asked(order(item)) == ["Process manager"]

    def ask(by: User, **changes: Any) -> ServiceRequest:
        User.objects.filter(pk=frank.pk).update(**changes)
        return order(item, by=User.objects.get(pk=by.pk), for_=User.objects.get(pk=charlie.pk))

    User.objects.filter(pk=charlie.pk).update(manager=frank)
    ordered = ask(charlie, manager=erin)
    assert asked(ordered) == ["Frank"]
    assert asked(ask(frank, role="agent")) == ["Erin"]  # nobody agrees to what he ordered
    assert asked(ask(charlie, is_active=False)) == ["Erin"]
    assert asked(ask(erin)) == ["Process manager"]
    ask(charlie, is_active=True)
    approve(ordered, User.objects.get(pk=frank.pk))
    assert ordered.state == "approved"


@pytest.mark.parametrize(
    ("price", "currency", "count"), [(400, "EUR", 1), (600, "EUR", 2), (400, "USD", 2)]
)
def test_a_bound_counts_only_in_its_own_currency(
    make: Make, order: Order, price: int, currency: str, count: int
) -> None:
    stages = {"stages": [{"who": "owner"}, {"who": "role", "role": "manager", "above": 500}]}

    ordered = order(make(approval=stages, price=price, currency=currency))

    assert len(asked(ordered)) == count
    assert f"{price}.00\xa0{currency}" in Approval.objects.get().snapshot["cost"]


def test_where_nothing_fits_process_managers_are_asked(make: Make, order: Order) -> None:
    ordered = order(make(owner=None, approval=OWNER))

    assert (ordered.state, asked(ordered)) == ("awaiting_approval", ["Process manager"])


def test_a_rule_of_the_house_comes_first(make: Make, order: Order) -> None:
    Rule.objects.create(
        kind="service_request",
        purpose="order",
        name="Small change",
        conditions=[{"field": "price", "op": "at_most", "value": 50}],
        outcome="approve",
    )

    assert order(make(approval=OWNER, price=20)).state == "approved"
    assert order(make("desk", approval=OWNER, price=80)).state == "awaiting_approval"


def test_the_approver_sees_every_step_with_its_inputs_and_its_price(
    make: Make, order: Order, remote: Remote
) -> None:
    questions = [{"name": "size", "label": "Size", "type": "text"}]
    step = {**CALL, "inputs": {"size": "answer.size"}}

    ordered = order(make(questions=questions, steps=[step], approval=OWNER, price=12), size="Large")

    picture = Approval.objects.get(ticket=ordered.pk).snapshot
    assert picture["steps"] == ("1. Create it (http https://cloud.example.org/api): Size: Large")
    assert (picture["plan_hash"], picture["price"]) == (ordered.plan_hash, 12.0)


def test_neither_who_orders_nor_who_gets_it_agrees(
    make: Make, order: Order, alice: User, bob: User, charlie: User
) -> None:
    item = make(approval=OWNER)
    for person in (alice, charlie):
        ordered = order(item, by=alice, for_=person)
        with pytest.raises(NotAllowed):
            approve(ordered, alice)

    approve(ordered, bob)
    assert ordered.state == "approved"


def test_what_would_be_done_otherwise_than_agreed_is_asked_anew(
    make: Make, order: Order, remote: Remote, bob: User
) -> None:
    ordered = order(make(steps=[CALL], approval=OWNER))
    approve(ordered, bob)
    before = ordered.approved_hash
    Target.objects.update(address="https://elsewhere.example.org")

    go_on(ordered)

    assert (ordered.state, remote.calls) == ("awaiting_approval", [])
    with pytest.raises(Refused), transaction.atomic():
        actions.start(ordered, actor=bob)
    approve(ordered, bob)
    go_on(ordered)
    assert (ordered.state, len(remote.calls)) == ("fulfilled", 1)
    assert ordered.executed_hash == ordered.approved_hash != before


def test_the_database_itself_holds_the_work_to_what_was_agreed_to(make: Make, order: Order) -> None:
    ordered = order(make())

    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceRequest.objects.filter(pk=ordered.pk).update(executed_hash="f" * 64)


def test_what_was_rejected_is_changed_and_sent_again(
    make: Make, order: Order, bob: User, charlie: User
) -> None:
    questions = [{"name": "why", "label": "Why?", "type": "text", "required": True}]
    ordered = order(make(questions=questions, approval=OWNER), why="I like it.")
    approve(ordered, bob, "rejected")
    assert (ordered.state, ordered.reason) == ("rejected", "Too dear.")

    actions.order_again(service_request=ordered, answers={"why": "Mine broke."}, actor=charlie)

    ordered.refresh_from_db()
    assert (ordered.state, ordered.answers) == ("awaiting_approval", {"why": "Mine broke."})
    assert Approval.objects.filter(ticket=ordered.pk, state="requested").count() == 1


class TestOrdering:
    def test_frank_orders_for_charlie_only_when_charlie_lets_him(
        self, make: Make, order: Order, charlie: User, frank: User
    ) -> None:
        item = make()
        with pytest.raises(NotAllowed):
            order(item, by=frank, for_=charlie)

        name_delegate(person=charlie, delegate=frank, actor=charlie)

        assert order(item, by=frank, for_=charlie).caller == charlie

    def test_what_is_not_offered_to_somebody_cannot_be_ordered_for_him(
        self, make: Make, order: Order, alice: User, charlie: User
    ) -> None:
        item = make(audience={"teams": ["platform"]})

        with pytest.raises(Refused, match="not offered"):
            order(item, by=alice, for_=charlie)
        assert order(item, by=alice)

    def test_one_refusal_undoes_the_whole_order(
        self, make: Make, charlie: User, order: Order
    ) -> None:
        good, scarce = make(), make("phone", quota=1)
        order(scarce)
        lines = [
            actions.Line(item=each, requested_for=charlie, answers={}) for each in (good, scarce)
        ]

        with pytest.raises(Refused, match="may have 1"):
            actions.place_order(lines=lines, actor=charlie)
        assert ServiceRequest.objects.count() == 1

    def test_an_answer_names_only_people_one_may_know(
        self, make: Make, order: Order, frank: User
    ) -> None:
        item = make(questions=[{"name": "who", "label": "Who?", "type": "person"}])

        with pytest.raises(Invalid):
            order(item, who=frank.username)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @staticmethod
    def at_once(*works: Any) -> list[BaseException | None]:
        start, ended = Barrier(len(works)), dict[int, BaseException | None]()

        def run(place: int, work: Any) -> None:
            try:
                start.wait()
                work()
                ended[place] = None
            except BaseException as error:
                ended[place] = error
            finally:
                connection.close()

        threads = [Thread(target=run, args=each) for each in enumerate(works)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(timeout=30)
        faults = [each for each in ended.values() if each and not isinstance(each, Refused)]
        assert (faults, len(ended)) == ([], len(works))
        return [ended[place] for place in range(len(works))]

    def test_nobody_gets_beyond_the_share_by_ordering_twice_at_once(
        self, make: Make, order: Order
    ) -> None:
        item = make(quota=1)

        ended = self.at_once(*[lambda: order(item)] * 4)

        assert ended.count(None) == 1
        assert ServiceRequest.objects.count() == 1

    def test_agreeing_while_it_is_changed_never_agrees_to_the_change(
        self, make: Make, order: Order, bob: User, charlie: User
    ) -> None:
        questions = [{"name": "size", "label": "Size", "type": "text"}]
        ordered = order(make(questions=questions, approval=OWNER), size="S")
        seen = Approval.objects.get(ticket=ordered.pk)

        self.at_once(
            lambda: vote(approval=seen, actor=bob, word="approved", seen=seen.snapshot_hash),
            lambda: actions.order_again(
                service_request=ordered, answers={"size": "XL"}, actor=charlie
            ),
        )

        ordered.refresh_from_db()
        agreed = ordered.answers["size"] if ordered.approved_hash else None
        assert (ordered.state, agreed) in [("approved", "S"), ("awaiting_approval", None)]

    def test_the_same_form_sent_twice_at_once_orders_once(
        self, make: Make, charlie: User, alice: User
    ) -> None:
        make(approval=OWNER)
        page = charlie_at("/portal/catalogue/laptop/", charlie)
        form = {"once": re.findall(r'name="once" value="([^"]+)"', page.content.decode())[0]}

        def send(more: dict[str, str]) -> Any:
            return lambda: charlie_at("/portal/catalogue/laptop/", charlie, form | more)

        self.at_once(*[send({})] * 3)
        assert ServiceRequest.objects.count() == 1
        send({"requested_for": "charlie", "once": "another"})()
        assert ServiceRequest.objects.count() == 2

    @pytest.mark.parametrize("verb", ["vote", "begin"])
    def test_withdrawing_while_it_is_agreed_to_or_begun_never_does_both(
        self, make: Make, order: Order, bob: User, charlie: User, verb: str
    ) -> None:
        ordered = order(make(approval=OWNER if verb == "vote" else {}))
        seen = Approval.objects.filter(ticket=ordered.pk).first()

        def work() -> None:
            if seen is None:
                actions.begin(service_request=ordered)
            else:
                vote(approval=seen, actor=bob, word="approved", seen=seen.snapshot_hash)

        self.at_once(work, lambda: actions.cancel(ordered, actor=charlie))
        go_on(ordered)

        assert ordered.state == "canceled"
        assert not ordered.steps.filter(state__in=("running", "outside", "done")).exists()
        assert not Task.objects.filter(state="open").exists()
        assert not Approval.objects.filter(state="requested").exists()

    def test_withdrawing_while_it_is_fulfilled_ends_in_one_of_the_two(
        self, make: Make, order: Order, remote: Remote, charlie: User
    ) -> None:
        undo = {"type": "http", "target": "cloud", "method": "DELETE"}
        ordered = order(make(steps=[{**CALL, "undo": undo}]))
        actions.begin(service_request=ordered)

        self.at_once(
            lambda: actions.advance(pk=ordered.pk),
            lambda: actions.cancel(ordered, actor=charlie),
        )
        actions.advance(pk=ordered.pk)

        ordered.refresh_from_db()
        methods = [each[0] for each in remote.calls]
        assert (ordered.state, methods) in [
            ("fulfilled", ["POST"]),
            ("canceled", ["POST", "DELETE"]),
            ("canceled", []),
        ]
