"""Looking for the cause in editors, and what is learned from it afterwards."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from itsm.core import delivery
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from problems import actions
from problems.actions.fixing import USUAL_OBSERVATION
from problems.models import Finding, Problem
from tests.factories import IncidentFactory, ProblemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def problem(alice: User) -> Problem:
    """One whose cause is looked for."""
    made: Problem = ProblemFactory(at_state="rca", assignee=alice)
    return made


def rows(*given: dict[str, str]) -> dict[str, str]:
    """Rows as the form of the editor sends them."""
    return {
        f"row-{at}-{name}": value for at, row in enumerate(given) for name, value in row.items()
    }


def because(label: str, standing: str = "") -> dict[str, str]:
    return {"label": label, "text": "", "standing": standing}


def test_rows_are_added_moved_and_taken_away_without_being_saved(
    problem: Problem, alice: User, client: Client
) -> None:
    client.force_login(alice)
    address = f"/problems/{problem.number}/analysis/whys/"
    assert client.get(address).content.decode().count('class="row-card"') == 5
    typed = rows(because("The pool is empty"), because("Nobody closes connections"))

    more = client.post(address, {**typed, "do": "add-step"}).content.decode()
    moved = client.post(address, {**typed, "do": "up-step-1"}).content.decode()
    fewer = client.post(address, {**typed, "do": "drop-step-0"}).content.decode()

    assert [each.count('class="row-card"') for each in (more, moved, fewer)] == [3, 2, 1]
    assert moved.index("Nobody closes") < moved.index("The pool is empty")
    assert "The pool is empty" not in fewer
    assert not Finding.objects.exists()


def test_what_is_found_becomes_the_cause_and_stands_on_the_record(
    problem: Problem, alice: User, client: Client
) -> None:
    client.force_login(alice)
    typed = rows(because("The pool is empty"), because(""), because("A leak", "cause"))

    client.post(f"/problems/{problem.number}/analysis/whys/", {**typed, "save": "adopt"})

    problem.refresh_from_db()
    assert problem.cause == "A leak"
    assert list(Finding.objects.values_list("position", "label")) == [
        (0, "The pool is empty"),
        (1, "A leak"),
    ]
    page = client.get(f"/problems/{problem.number}/").content.decode()
    assert "The pool is empty" in page


def test_a_timeline_begins_with_the_incidents_and_is_kept_in_order(
    problem: Problem, alice: User, client: Client
) -> None:
    incident = IncidentFactory(problem=problem, opened_at="2026-11-20T10:00:00Z")
    client.force_login(alice)
    address = f"/problems/{problem.number}/analysis/timeline/"
    assert incident.number in client.post(address, {"do": "moments"}).content.decode()
    moments = [
        {"happened_at": "2026-11-20T10:00", "label": "Incident", "text": ""},
        {"happened_at": "2026-11-20T09:00", "label": "Deployment", "text": "CHG-1"},
    ]

    client.post(address, rows(*moments))
    wrong = client.post(address, rows({**moments[0], "happened_at": "yesterday"}))

    assert list(Finding.objects.values_list("label", flat=True)) == ["Deployment", "Incident"]
    assert (wrong.status_code, "wrong-row-0-happened_at" in wrong.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("method", "row"),
    [
        ("ishikawa", {"category": "people", "label": "Nobody was asked", "standing": "ruled_out"}),
        ("comparison", {"label": "Version", "other": "1.0", "text": "1.1", "standing": "cause"}),
    ],
)
def test_each_method_keeps_its_rows_and_the_api_tells_them(
    method: str, row: dict[str, str], problem: Problem, alice: User, client: Client
) -> None:
    client.force_login(alice)

    client.post(f"/problems/{problem.number}/analysis/{method}/", rows(row))

    (told,) = client.get(f"/api/v1/problems/{problem.number}/analysis/").json()
    assert {name: told[name] for name in row} == row
    assert client.get(f"/problems/{problem.number}/analysis/{method}/").status_code == 200


def test_programs_write_the_analysis_and_the_review(
    problem: Problem, alice: User, client: Client
) -> None:
    client.force_login(alice)
    address = f"/api/v1/problems/{problem.number}"
    rows = [{"label": "The pool is empty"}, {"label": "A leak", "standing": "cause"}]

    def send(path: str, **body: Any) -> Any:
        return client.post(f"{address}/{path}/", body, content_type="application/json")

    told = send("analysis/whys", rows=rows).json()
    wrong = send("analysis/whys", rows=[*rows, {"label": "", "colour": "red"}])
    assert client.get(f"{address}/review/").status_code == 404
    review = send("review", lessons="Count the connections.").json()

    assert [(each["label"], each["standing"]) for each in told] == [
        ("The pool is empty", "open"),
        ("A leak", "cause"),
    ]
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["rows"])
    assert "rows[2]" in wrong.json()["errors"]["rows"][0]
    assert send("analysis/runes", rows=[]).status_code == 404
    assert (review["lessons"], review["written_by"]) == ("Count the connections.", "alice")


def test_two_who_write_at_once_do_not_lose_each_others_rows(
    problem: Problem, alice: User, client: Client
) -> None:
    client.force_login(alice)
    address = f"/problems/{problem.number}/analysis/whys/"
    client.post(address, {**rows(because("First")), "version": "1"})

    late = client.post(address, {**rows(because("Second")), "version": "1"})

    assert (late.status_code, "Second" in late.content.decode()) == (409, True)
    assert Finding.objects.get().label == "First"


def fault(depth: int, label: str, standing: str = "open", gate: str = "any") -> dict[str, str]:
    return {"depth": str(depth), "label": label, "standing": standing, "gate": gate}


def test_a_fault_tree_says_what_explains_it_and_what_would_be_enough(
    problem: Problem, alice: User, client: Client
) -> None:
    client.force_login(alice)
    address = f"/problems/{problem.number}/analysis/fault_tree/"
    tree = [
        fault(1, "No answer", gate="all"),
        fault(2, "The primary is down", "cause"),
        fault(2, "The standby does not take over"),
        fault(1, "The network is cut", "ruled_out"),
    ]

    deeper = client.post(address, {**rows(*tree), "do": "in-step-3"}).content.decode()
    gap = client.post(address, rows(tree[0], fault(3, "Too deep")))
    client.post(address, rows(*tree))
    open_page = client.get(f"/problems/{problem.number}/").content.decode()
    tree[2]["standing"] = "contributes"
    client.post(address, rows(*tree))
    page = client.get(f"/problems/{problem.number}/").content.decode()

    assert deeper.count("row-card is-depth-2") == 3
    assert (gap.status_code, "Row 2 must not" in gap.content.decode()) == (422, True)
    assert "1 row is not judged yet." in open_page
    assert "That explains it." in page
    assert "The primary is down + The standby does not take over" in page
    assert list(Finding.objects.values_list("depth", flat=True)) == [1, 2, 2, 1]


def test_programs_do_not_write_over_what_they_have_not_seen(
    problem: Problem, alice: User, client: Client
) -> None:
    client.force_login(alice)
    address = f"/api/v1/problems/{problem.number}/analysis/"
    seen = client.get(address)["ETag"]

    def send(label: str) -> Any:
        body, headers = {"rows": [{"label": label}]}, {"If-Match": seen}
        kind = "application/json"
        return client.post(f"{address}whys/", body, content_type=kind, headers=headers)

    assert [send(each).status_code for each in ("First", "Second")] == [200, 412]
    assert Finding.objects.get().label == "First"


class TestReview:
    def test_a_major_problem_is_not_closed_without_it(
        self, alice: User, bob: User, client: Client
    ) -> None:
        problem: Problem = ProblemFactory(
            at_state="resolved", major=True, resolution_code="fix_applied", assignee=alice,
            resolved_at=timezone.now(), observe_until=timezone.now(),
        )  # fmt: skip
        with pytest.raises(Refused):
            actions.close(problem, actor=alice)
        client.force_login(alice)
        address = f"/problems/{problem.number}/review/"
        today = timezone.localdate().isoformat()

        client.post(address, {"summary": "The pool ran dry.", "held_on": today})
        client.post(
            address,
            {"what": "action", "title": "Watch the pool", "kind": "detect", "owner": "bob"},
        )
        delivery.deliver_owed()

        assert actions.close(problem, actor=alice).state == "closed"
        assert "The pool ran dry." in client.get(address).content.decode()
        assert bob.messages.filter(event__name="problem.action_added").exists()

    def test_time_tells_whether_an_action_was_effective(self, alice: User) -> None:
        problem = ProblemFactory(at_state="fix_in_progress", assignee=alice)
        problem = actions.resolve(problem, actor=alice, notes="So.", no_change_reason="-")
        kinds = ("prevent", "detect", "prevent")
        made = [
            actions.add_action(problem=problem, actor=alice, title=kind, kind=kind)
            for kind in kinds
        ]
        for each in made[:2]:
            actions.move_action(action=each, actor=alice, state="done")

        with time_machine.travel(timezone.now() + USUAL_OBSERVATION * DAY):
            problem = actions.close(problem, actor=alice)
        assert states_of(problem) == ["verified", "verified", "open"]

        late = IncidentFactory(opened_at=timezone.now() + DAY)
        actions.link_incident(problem=problem, incident=late, actor=alice)
        assert states_of(problem) == ["ineffective", "verified", "open"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [({"state": "verified"}, "state"), ({"state": "wont_do"}, "reason")],
    )
    def test_people_say_what_is_theirs_to_say(
        self, given: dict[str, Any], field: str, problem: Problem, alice: User
    ) -> None:
        action = actions.add_action(problem=problem, actor=alice, title="Watch the pool")

        with pytest.raises(Invalid) as refusal:
            actions.move_action(action=action, actor=alice, **given)

        assert refusal.value.field == field


DAY = timedelta(days=1, minutes=1)


def states_of(problem: Problem) -> list[str]:
    return list(problem.review_actions.order_by("pk").values_list("state", flat=True))
