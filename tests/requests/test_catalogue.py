"""The catalogue's pages: what is offered to whom, the cart, bundles, and keeping it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Task
from requests import actions
from requests.actions import Line
from requests.models import BundlePart, CatalogItem, ItemVersion, Order, ServiceRequest
from requests.selectors import lead_times
from requests.sheets import write
from tests.factories import CatalogItemFactory, CategoryFactory
from tests.requests.conftest import Make, go_on
from tests.requests.conftest import Order as Ordering

pytestmark = pytest.mark.django_db

SIZE = {"name": "size", "label": "Size", "type": "choice", "choices": ["S", "L"], "required": True}
As = Callable[[User], Client]


@pytest.fixture
def as_() -> As:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def test_everybody_finds_what_is_offered_and_nothing_else(
    as_: As, make: Make, charlie: User, alice: User
) -> None:
    make("laptop", questions=[])
    make("server-room-key", audience={"teams": ["platform"]})

    found = as_(charlie).get("/portal/catalogue/?q=lap").content.decode()
    shown = as_(charlie).get("/portal/catalogue/").content.decode()

    assert "/portal/catalogue/laptop/" in found
    assert "Server room key" not in shown
    assert as_(charlie).get("/portal/catalogue/server-room-key/").status_code == 404
    assert "Server room key" in as_(alice).get("/portal/catalogue/").content.decode()


def test_the_catalogue_costs_the_same_however_much_there_is(
    as_: As, charlie: User, django_assert_max_num_queries: Any
) -> None:
    for count in range(30):
        CatalogItemFactory(category=CategoryFactory(slug=f"shelf-{count}"))
    browser = as_(charlie)

    with django_assert_max_num_queries(8):
        assert browser.get("/portal/catalogue/").status_code == 200


def test_several_things_and_a_bundle_become_one_order(as_: As, make: Make, charlie: User) -> None:
    phone, laptop = make("phone"), make("laptop", questions=[SIZE])
    bundle = make("start")
    for item in (phone, laptop):
        BundlePart.objects.create(bundle=bundle, item=item)
    browser = as_(charlie)
    wrong = browser.post("/portal/catalogue/start/", {"laptop.size": "XL", "do": "cart"})
    assert (wrong.status_code, charlie.cart.count()) == (422, 0)

    browser.post("/portal/catalogue/start/", {"laptop.size": "L", "do": "cart"})
    browser.post("/portal/catalogue/phone/", {"do": "cart"})
    answer = browser.post("/portal/cart/")

    order = Order.objects.get()
    assert answer["Location"] == f"/portal/orders/{order.number}/"
    assert sorted(each.item.slug for each in order.requests.all()) == ["laptop", "phone", "phone"]
    assert charlie.cart.count() == 0
    page = browser.get(answer["Location"]).content.decode()
    assert all(each.number in page for each in order.requests.all())


def test_an_order_says_what_it_costs_together_without_what_was_refused(
    as_: As, make: Make, alice: User, charlie: User
) -> None:
    items = [make(name, price=price) for name, price in (("phone", 400), ("dock", 99), ("bag", 7))]
    lines = [Line(item=each, requested_for=charlie, answers={}) for each in items]
    order, _is_new = actions.place_order(lines=lines, actor=charlie)
    order.requests.filter(item=items[2]).update(state="rejected")
    first = order.requests.get(item=items[0])

    told = as_(charlie).get(f"/portal/orders/{order.number}/").content.decode()
    worked_on = as_(alice).get(f"/requests/{first.number}/").content.decode()

    assert "Together 499.00\N{NO-BREAK SPACE}EUR" in told
    assert "<dt>Whole order</dt><dd>499.00\N{NO-BREAK SPACE}EUR</dd>" in worked_on


def test_beyond_the_share_the_page_says_why_and_keeps_the_answers(
    as_: As, make: Make, charlie: User
) -> None:
    make("laptop", questions=[SIZE], quota=1)
    browser = as_(charlie)
    browser.post("/portal/catalogue/laptop/", {"laptop.size": "S"})

    answer = browser.post("/portal/catalogue/laptop/", {"laptop.size": "L"})

    assert answer.status_code == 422
    assert "may have 1" in answer.content.decode()
    assert "<option selected>L</option>" in answer.content.decode()


def test_who_ordered_sees_stages_and_never_what_is_inside(
    as_: As, make: Make, order: Ordering, charlie: User, alice: User
) -> None:
    hidden = "Ring the secret supplier"
    step = {"name": "a", "title": hidden, "type": "human", "team": "platform"}
    ordered = go_on(order(make(steps=[step, {**step, "name": "b"}])))
    actions.finish_task(task=Task.objects.get(), actor=alice, result="Paid in gold.")
    go_on(ordered)

    page = as_(charlie).get(f"/portal/items/{ordered.number}/").content.decode()
    api = as_(charlie).get(f"/api/v1/service-requests/{ordered.number}/").json()
    staff = as_(alice).get(f"/requests/{ordered.number}/").content.decode()

    assert "We are on it" in page
    for secret in (hidden, "Paid in gold", "RITM:a"):
        assert secret not in page
    assert not {"plan", "plan_hash", "undoing", "pending_reason"} & set(api)
    assert hidden in staff
    assert "Paid in gold" in staff


def test_tasks_wait_where_their_people_look(
    as_: As, make: Make, order: Ordering, alice: User, erin: User
) -> None:
    go_on(order(make()))
    task = Task.objects.get()
    assert task.title in as_(alice).get("/tasks/?whose=team").content.decode()
    assert task.title not in as_(erin).get("/tasks/?whose=team").content.decode()

    as_(alice).post(f"/tasks/{task.pk}/", {"state": "incomplete"})
    task.refresh_from_db()
    assert task.is_open()  # it must be said why
    as_(alice).post(f"/tasks/{task.pk}/", {"state": "done", "result": "Here."})

    task.refresh_from_db()
    assert (task.state, task.assignee, task.closed_by) == ("done", alice, alice)


class TestKeeping:
    FORM: dict[str, Any] = {
        "slug": "laptop", "name": "Laptop", "category": "equipment", "summary": "To work on.",
        "price": "1200", "is_available": "on", "q-label": ["Size", "", "Why?"],
        "q-type": ["choice", "text", "text"], "q-choices": ["S\nL", "", ""],
        "q-when_question": ["", "", "size"], "q-when_is": ["", "", "L"],
        "made": "approval: {stages: [{who: role, role: manager}]}",
    }  # fmt: skip

    def test_the_editor_needs_no_script(self, as_: As, mona: User) -> None:
        CategoryFactory()

        answer = as_(mona).post("/requests/catalogue/new/", self.FORM)

        item = CatalogItem.objects.get()
        assert answer["Location"] == "/requests/catalogue/item/laptop/"
        assert item.current is not None
        assert [each["name"] for each in item.current.questions] == ["size", "why"]
        assert item.current.questions[1]["show_when"] == {"question": "size", "is": "L"}
        assert Event.objects.get(name="catalog_item.released").data["name"] == item.name

    def test_what_is_wrong_is_said_and_nothing_of_it_kept(self, as_: As, mona: User) -> None:
        CategoryFactory()
        given = self.FORM | {"made": "steps: [{name: a, title: x, type: http, target: none}]"}

        answer = as_(mona).post("/requests/catalogue/new/", given)

        assert answer.status_code == 422
        assert "There is no target" in answer.content.decode()
        assert not CatalogItem.objects.exists()

    ROWS: dict[str, Any] = {
        "s-title": ["Create it", "Let it settle", ""], "s-type": ["http", "wait", "human"],
        "s-target": ["cloud", "", ""], "s-method": ["PUT", "POST", "POST"],
        "s-inputs": ["size = answer.size\nwhere = text:here", "", ""],
        "s-outputs": ["id, url", "", ""], "s-undo_type": ["http", "", ""],
        "s-undo_target": ["cloud", "", ""], "s-undo_method": ["DELETE", "POST", "POST"],
        "s-undo_inputs": ["id = step.create_it.id", "", ""], "s-hours": ["", "2", ""],
        "s-when_question": ["", "size", ""], "s-when_is": ["", "L", ""],
        "a-who": ["manager", "team"], "a-team": ["platform", "platform"], "a-above": ["", "500"],
        "a-quorum": ["first", "first"], "lease_days": "30", "audience_teams": "platform",
        "made": "",
    }  # fmt: skip

    @pytest.mark.usefixtures("remote", "platform")
    def test_steps_and_terms_are_rows_that_are_read_as_they_were_written(
        self, as_: As, mona: User
    ) -> None:
        CategoryFactory()
        given = self.FORM | self.ROWS

        as_(mona).post("/requests/catalogue/new/", given)

        version = ItemVersion.objects.get()
        assert [each["type"] for each in version.steps] == ["http", "wait"]
        assert version.steps[0]["undo"]["inputs"] == {"id": "step.create_it.id"}
        assert version.steps[1]["when"] == {"question": "size", "is": "L"}
        stages = [{"who": "manager"}, {"who": "team", "team": "platform", "above": 500}]
        assert version.approval == {"stages": stages}
        assert version.item.audience == {"teams": ["platform"]}
        page = as_(mona).get("/requests/catalogue/item/laptop/")
        shown = {**page.context["lists"]["steps"]["rows"][0]}
        assert (shown["inputs"], shown["outputs"]) == (self.ROWS["s-inputs"][0], "id, url")
        again = {f"{mark}-{name}": [row[name] for row in page.context["lists"][sort]["rows"]]
                 for mark, sort in (("q", "questions"), ("s", "steps"), ("a", "stages"))
                 for name in page.context["lists"][sort]["blank"]}  # fmt: skip
        as_(mona).post("/requests/catalogue/item/laptop/", given | again | page.context["terms"])
        assert ItemVersion.objects.count() == 1

    @pytest.mark.usefixtures("remote", "platform")
    def test_rows_are_moved_without_script_and_the_wrong_one_says_so(
        self, as_: As, mona: User
    ) -> None:
        CategoryFactory()
        given = self.FORM | self.ROWS

        moved = as_(mona).post("/requests/catalogue/new/", given | {"do": "steps.up.2"})
        wrong = as_(mona).post("/requests/catalogue/new/", given | {"s-hours": ["", "x", ""]})

        titles = [each["title"] for each in moved.context["lists"]["steps"]["rows"]]
        assert titles == ["Let it settle", "Create it"]
        assert wrong.context["lists"]["steps"]["wrong_place"] == 2
        assert wrong.content.decode().count("Say how many hours it waits.") == 2
        assert not CatalogItem.objects.exists()

    def test_nothing_a_browser_sends_is_too_odd_to_keep_or_to_refuse(
        self, as_: As, mona: User
    ) -> None:
        CategoryFactory()
        odd = {"q-when_is": ["", "", "L\x00"], "audience_people": "a\x00", "a-who": ["role"],
               "a-role": ["manager"], "a-name": ["\x00Board"], "made": ""}  # fmt: skip
        long = {"q-type": ["number", "text", "text"], "q-max": ["9" * 5000, "", ""]}

        kept = as_(mona).post("/requests/catalogue/new/", self.FORM | odd)
        refused = as_(mona).post("/requests/catalogue/new/", self.FORM | long)

        version = ItemVersion.objects.get()
        assert (kept.status_code, refused.status_code) == (302, 422)
        assert version.approval["stages"][0]["name"] == "Board"
        assert version.item.audience == {"people": ["a"]}

    def test_saving_without_a_change_is_no_version(self, as_: As, mona: User) -> None:
        CategoryFactory()
        for address in ("new/", "item/laptop/"):
            as_(mona).post(f"/requests/catalogue/{address}", self.FORM)

        assert ItemVersion.objects.count() == 1

    def test_what_is_written_is_read_as_the_same(self, make: Make, dana: User) -> None:
        step = {"name": "a", "title": "Do it", "type": "human"}
        make(questions=[SIZE], steps=[step], approval={"stages": []}, price=12)
        before = self.text()
        CatalogItem.objects.update(current=None)
        ItemVersion.objects.all().delete()
        CatalogItem.objects.all().delete()

        first = actions.take_in(text=before, actor=dana)
        events = Event.objects.count()
        second = actions.take_in(text=before, actor=dana)

        assert self.text() == before
        assert ((first.added, second.added), Event.objects.count()) == ((1, 0), events)

    @staticmethod
    def text() -> str:
        return write([], CatalogItem.objects.all())


def test_a_lead_time_is_what_its_requests_took_and_leads_to_them(
    as_: As, make: Make, order: Ordering, alice: User
) -> None:
    ordered = go_on(order(make(hours=8)))
    actions.finish_task(task=Task.objects.get(), actor=alice)
    go_on(ordered)
    ServiceRequest.objects.update(opened_at=timezone.now() - timedelta(hours=3))

    (row,) = lead_times(alice, timezone.now() - timedelta(days=1))
    page = as_(alice).get("/requests/catalogue/lead-times/").content.decode()

    assert (row["slug"], row["count"], row["in_time"]) == ("laptop", 1, 1)
    assert round(row["median"].total_seconds() / 3600) == 3
    assert "item=laptop" in page
    queue = as_(alice).get("/requests/?item=laptop&phase=all&fulfilled_after=2026-01-01")
    assert ordered.number in queue.content.decode()
