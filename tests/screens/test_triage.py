"""Changing rows of a queue: each by itself, told one by one, and taken back."""

from typing import Any

import pytest
from django.utils import timezone

from incidents import actions
from incidents.models import Incident
from itsm.people.models import Team, User
from itsm.tickets import triage
from itsm.tickets.actions import edit
from itsm.tickets.desks import desks
from itsm.tickets.models import Link
from itsm.tickets.workflow import workflows
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def changed(
    as_: Browser, user: User, what: str, *incidents: Incident, **given: Any
) -> tuple[int, Any]:
    numbers = ",".join(each.number for each in incidents)
    body = {"what": what, "numbers": numbers, **given}
    answer = as_(user).post("/incidents/change/", body, headers=JSON)
    return answer.status_code, answer.json()


def undone(as_: Browser, user: User, token: str) -> tuple[int, Any]:
    answer = as_(user).post("/incidents/undo/", {"token": token}, headers=JSON)
    return answer.status_code, answer.json()


FIELDS = [
    ("assignee", "bob", lambda each: each.assignee.username == "bob"),
    ("team", "platform", lambda each: each.team.slug == "platform"),
    ("priority", "1", lambda each: (each.priority, each.impact, each.urgency) == (1, 1, 1)),
    ("service", "checkout", lambda each: each.service.name == "checkout"),
    ("tag", "vpn", lambda each: each.tags == ["mail", "vpn"]),
    ("untag", "mail", lambda each: each.tags == []),
    ("resolve", "", lambda each: each.state == "resolved"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "value", "is_so"), FIELDS, ids=[each[0] for each in FIELDS])
def test_a_field_is_changed_on_every_row_and_taken_back(
    as_: Browser, alice: User, bob: User, platform: Team, what: str, value: str, is_so: Any
):
    ServiceFactory(name="checkout")
    rows = [IncidentFactory(tags=["mail"], at_state="in_progress") for _ in range(3)]
    columns = ("state", "assignee_id", "team_id", "service_id", "tags", "priority", "impact")
    before = list(Incident.objects.order_by("pk").values_list(*columns))

    code, told = changed(as_, alice, what, *rows, value=value, code="fixed", notes="Restarted.")

    assert (code, [each["status"] for each in told["results"]]) == (200, [200, 200, 200])
    assert all(is_so(each) for each in Incident.objects.all())
    assert told["rows"].count("<li") == 3
    code, told = undone(as_, alice, told["undo"])
    assert [each["status"] for each in told["results"]] == [200, 200, 200]
    assert list(Incident.objects.order_by("pk").values_list(*columns)) == before


def test_who_had_it_gets_it_back(as_: Browser, alice: User, bob: User, erin: User, platform: Team):
    row = IncidentFactory(assignee=bob, team=platform)

    _code, told = changed(as_, alice, "team", row, value="service-desk")
    row.refresh_from_db()
    assert (row.team.slug, row.assignee) == ("service-desk", None)
    undone(as_, alice, told["undo"])

    row.refresh_from_db()
    assert (row.team, row.assignee) == (platform, bob)


def test_one_refusal_stops_no_other_and_says_why(as_: Browser, alice: User):
    new, closed = IncidentFactory(), IncidentFactory(at_state="closed")

    code, told = changed(as_, alice, "assignee", new, closed, value="alice")

    assert code == 200
    assert [each["status"] for each in told["results"]] == [200, 409]
    assert closed.number in told["said"]
    new.refresh_from_db()
    assert new.assignee == alice


def test_a_row_that_changed_meanwhile_is_not_changed_unseen(as_: Browser, alice: User, bob: User):
    row = IncidentFactory()
    edit(ticket=row, actor=bob, changes={"title": "Another"})

    code, _told = changed(as_, alice, "assignee", row, value="alice", versions=f"{row.number}:1")

    row.refresh_from_db()
    assert (code, row.assignee) == (412, None)


def test_a_tag_that_came_meanwhile_is_not_lost(alice: User, bob: User, monkeypatch):
    row = IncidentFactory(tags=["mail"])

    def slowly(**given: Any) -> Any:
        edit(ticket=row, actor=bob, changes={"tags": ["mail", "vpn"]})
        return edit(**given)

    monkeypatch.setattr("itsm.tickets.triage.actions.edit", slowly)
    change = triage.Change("tag", {"value": "fair"})
    (told,) = triage.change_each(
        alice, desk=desks["incident"], change=change, numbers=[row.number], versions={}
    )

    row.refresh_from_db()
    assert (told.code, row.tags) == (412, ["mail", "vpn"])


def test_what_somebody_changed_since_is_not_taken_back(as_: Browser, alice: User, bob: User):
    row = IncidentFactory()
    _code, told = changed(as_, alice, "assignee", row, value="alice")
    actions.assign(row, actor=bob, assignee=bob)

    code, _told = undone(as_, alice, told["undo"])

    row.refresh_from_db()
    assert (code, row.assignee) == (412, bob)


def test_nobody_takes_back_what_another_did(as_: Browser, alice: User, bob: User):
    row = IncidentFactory()
    _code, told = changed(as_, alice, "assignee", row, value="alice")

    code, _told = undone(as_, bob, told["undo"])

    row.refresh_from_db()
    assert (code, row.assignee) == (409, alice)


def test_a_link_is_taken_back_unless_it_was_there_before(as_: Browser, alice: User):
    old, new, other = IncidentFactory(), IncidentFactory(), IncidentFactory()
    changed(as_, alice, "link", old, value=other.number)

    _code, told = changed(as_, alice, "link", old, new, value=other.number)
    _code, after = undone(as_, alice, told["undo"])

    assert [each["number"] for each in after["results"]] == [new.number]
    assert list(Link.objects.values_list("from_ticket", "to_ticket")) == [(old.pk, other.pk)]


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("hold", {"reason": "awaiting_caller", "comment": "Which till?"}),
        ("resolve", {"code": "fixed", "notes": "Restarted."}),
    ],
)
def test_what_a_button_of_a_record_did_is_taken_back(
    as_: Browser, alice: User, verb: str, given: dict[str, str]
):
    row = IncidentFactory(at_state="in_progress", assignee=alice)
    address = f"/incidents/{row.number}/do/{verb}/"

    answer = as_(alice).post(address, given, headers={"X-Dialog": "1"})
    row.refresh_from_db()
    assert (row.state != "in_progress", answer["X-Said"]) == (True, f"{row.number}%20changed.")

    undone(as_, alice, answer["X-Undo"])
    row.refresh_from_db()
    assert row.state == "in_progress"


def test_what_cannot_be_taken_back_offers_no_undo(as_: Browser, alice: User):
    row = IncidentFactory(assignee=alice)

    code, told = changed(as_, alice, "cancel", row, reason="withdrawn")

    assert (code, told["undo"]) == (200, "")


BEGUN = ("state", "assignee", "assigned_at", "acknowledged_at", "acknowledged_by", "responded_at")


@pytest.mark.parametrize(
    ("verb", "has_somebody", "was_given"),
    [("acknowledge", False, False), ("acknowledge", False, True), ("start", True, True)],
)
def test_what_was_begun_by_mistake_is_taken_back(
    as_: Browser, alice: User, verb: str, has_somebody: bool, was_given: bool
):
    given = timezone.now() if was_given else None
    row = IncidentFactory(assignee=alice if has_somebody else None, assigned_at=given)
    before = Incident.objects.values(*BEGUN).get()

    _code, told = changed(as_, alice, verb, row)
    assert Incident.objects.values(*BEGUN).get() != before
    undone(as_, alice, told["undo"])

    assert Incident.objects.values(*BEGUN).get() == before
    assert changed(as_, alice, f"un{verb}", row)[0] == 422  # it is no verb to choose


def test_a_start_that_children_followed_stays(as_: Browser, alice: User):
    parent = IncidentFactory(assignee=alice)
    IncidentFactory(parent=parent)
    _code, told = changed(as_, alice, "start", parent)

    code, after = undone(as_, alice, told["undo"])

    assert (code, "children" in after["said"]) == (409, True)


def test_a_priority_set_by_hand_is_left_to_process_managers(as_: Browser, alice: User):
    row = IncidentFactory(priority_reason="The fair opens")

    code, told = changed(as_, alice, "priority", row, value="4")

    assert (code, "by hand" in told["said"]) == (409, True)


def test_who_only_reads_changes_nothing(as_: Browser, audrey: User, alice: User):
    row = IncidentFactory()

    code, _told = changed(as_, audrey, "assignee", row, value="alice")

    row.refresh_from_db()
    assert (code, row.assignee) == (403, None)


def test_what_may_not_be_seen_does_not_exist(as_: Browser, erin: User):
    row = IncidentFactory(confidential=True)

    code, told = changed(as_, erin, "assignee", row, value="erin")

    assert (code, told["rows"].count("<li")) == (404, 0)


def test_all_of_a_view_is_changed_and_nothing_beside_it(as_: Browser, alice: User):
    grave = [IncidentFactory(priority=1) for _ in range(30)]
    minor = IncidentFactory(priority=4)

    _code, told = changed(as_, alice, "tag", all="1", back="?priority=1", value="fair")

    assert len(told["results"]) == len(grave)
    minor.refresh_from_db()
    assert minor.tags == []


def test_all_that_hold_some_words_are_changed_also_those_not_shown(as_: Browser, alice: User):
    meant = [IncidentFactory(title=f"Printer {count} is jammed") for count in range(51)]
    other = IncidentFactory(title="Scanner is slow")
    page = as_(alice).get("/incidents/?search=printer").content.decode()

    _code, told = changed(as_, alice, "tag", all="1", back="?search=printer", value="fair")

    assert "data-more-found" in page
    assert {each["number"] for each in told["results"]} == {each.number for each in meant}
    other.refresh_from_db()
    assert other.tags == []


def test_without_javascript_a_form_says_how_it_ended(as_: Browser, alice: User):
    rows = [IncidentFactory(), IncidentFactory(at_state="closed")]
    given = {"what": "assignee", "value": "alice", "numbers": [each.number for each in rows]}

    answer = as_(alice).post("/incidents/change/", {**given, "back": "?phase=all"}, follow=True)

    assert answer.redirect_chain[0][0] == "/incidents/?phase=all"
    assert "1 record changed." in answer.content.decode()
    assert rows[1].number in answer.content.decode()


def test_a_verb_that_asks_for_something_is_asked_for_it(as_: Browser, alice: User):
    row = IncidentFactory()

    form = as_(alice).get(f"/incidents/change/?what=resolve&numbers={row.number}")

    assert 'name="notes"' in form.content.decode()


def test_a_menu_offers_what_one_may_do_to_what_is_meant(as_: Browser, alice: User, erin: User):
    new, seen = IncidentFactory(), IncidentFactory(acknowledged_at=timezone.now())
    closed, secret = IncidentFactory(at_state="closed"), IncidentFactory(confidential=True)
    numbers = ",".join(each.number for each in (new, seen, closed, secret))

    told = as_(erin).get("/incidents/change/", {"offered": "1", "numbers": numbers}).json()["verbs"]

    assert (told["acknowledge"], told["resolve"]) == (1, 2)
    assert "reopen" not in told
    assert "resume" not in told
    none = as_(erin).get("/incidents/change/", {"offered": "1", "numbers": closed.number}).json()
    assert none == {"verbs": {}}


def test_a_menu_offers_nothing_of_what_another_role_does(
    as_: Browser, alice: User, mona: User
) -> None:
    change = ChangeFactory(at_state="review", outcome="ok")
    held = ChangeFactory(on_hold=True, hold_reason="Wait.")

    def offered(user: User, number: str) -> set[str]:
        asked = {"offered": "1", "numbers": number}
        return set(as_(user).get("/changes/change/", asked).json()["verbs"])

    page = as_(alice).get("/changes/").content.decode()

    assert offered(alice, held.number) == {"cancel", "release"}
    assert "release" not in offered(alice, change.number)
    assert 'data-ask="resolve"' not in page
    needs = {each.verb: each.needs for each in workflows["change"].transitions.values()}
    assert all(alice.has_perm(needs[each]) for each in offered(alice, change.number))


@pytest.mark.parametrize(
    "given",
    [{}, {"what": "fly"}, {"what": "edit"}, {"what": "assignee", "value": "nobody-here"},
     {"what": "priority", "value": "9"}, {"what": "service", "value": "\x00"},
     {"what": "tag", "value": "x" * 300}, {"what": "assignee", "versions": "a:b,:1,INC-1:99999"},
     {"what": "resolve"}, {"what": "link", "value": "INC-0"}, {"all": "1", "back": "?priority=x"}],
)  # fmt: skip
def test_rubbish_is_refused_in_words(as_: Browser, alice: User, given: dict[str, str]):
    """P25."""
    row = IncidentFactory()
    body = {"numbers": row.number, **given}

    answer = as_(alice).post("/incidents/change/", body, headers=JSON)

    assert answer.status_code in (404, 409, 412, 422), answer.json()
    assert answer.json()["said"]


@pytest.mark.parametrize("token", ["", "x", "x:y:z", "\x00"])
def test_a_token_of_nonsense_undoes_nothing(as_: Browser, alice: User, token: str):
    assert undone(as_, alice, token)[0] == 409


def test_two_hundred_rows_are_changed_in_one_go(as_: Browser, alice: User):
    rows = [IncidentFactory(opened_by=alice) for _ in range(200)]

    code, told = changed(as_, alice, "assignee", *rows, value="alice")

    assert (code, len(told["results"])) == (200, 200)
    assert not Incident.objects.filter(assignee=None).exists()
    assert len(undone(as_, alice, told["undo"])[1]["results"]) == 200
