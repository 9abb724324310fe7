"""Permits: what the gate gives, used once, void as soon as what it was given for is another."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from changes import actions
from changes.chores import expire_permits, forget_old_decisions
from changes.models import Change, GateDecision, GatePolicy, Permit
from itsm.approvals.models import Approval
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.factories import ChangeFactory, IncidentFactory

pytestmark = pytest.mark.django_db

DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64


def agreed_to(**given: Any) -> Change:
    """A scheduled change that everybody has agreed to, whose time is now."""
    made: Change = ChangeFactory(at_state="scheduled", starts_in=timedelta(0), **given)
    Approval.objects.create(ticket=made, purpose="authorize", state="approved")
    return made


@pytest.fixture
def change() -> Change:
    return agreed_to()


Post = Callable[..., Any]


@pytest.fixture
def post(alice: User) -> Post:
    token = issue_token(user=alice, name="pipeline")[1]
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def posted(path: str, *, key: str = "", **body: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers=headers
        )

    return posted


def states() -> list[str]:
    return list(Permit.objects.order_by("pk").values_list("state", flat=True))


def test_yes_is_a_permit_bound_to_the_artifact_and_soon_over(change: Change, post: Post) -> None:
    answer = post("gate/", change=change.number, artifact_digest=DIGEST, sha="c0ffee").json()

    permit = answer["permit"]
    assert (permit["artifact_digest"], permit["sha"]) == (DIGEST, "c0ffee")
    assert (permit["state"], permit["environment"]) == ("issued", "production")
    left = Permit.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


def test_no_is_no_permit(change: Change, post: Post) -> None:
    IncidentFactory(service=change.service, priority=1)

    answer = post("gate/", change=change.number).json()

    assert (answer["verdict"], answer["permit"]) == ("deny", None)


def test_asked_again_for_the_same_it_gives_the_same_permit(change: Change, post: Post) -> None:
    first = post("gate/", change=change.number, sha="c0ffee").json()
    again = post("gate/", change=change.number, sha="c0ffee").json()

    assert again["permit"]["code"] == first["permit"]["code"]
    assert (again["id"], again["times"]) == (first["id"], 2)
    assert GateDecision.objects.count() == 1


def test_a_retry_with_its_key_counts_as_nothing(change: Change, post: Post) -> None:
    first = post("gate/", key="run-7", change=change.number)
    again = post("gate/", key="run-7", change=change.number)

    assert again.json() == first.json()
    assert GateDecision.objects.get().times == 1


def test_another_artifact_takes_the_place_of_the_former(change: Change, post: Post) -> None:
    post("gate/", change=change.number, artifact_digest=DIGEST)
    post("gate/", change=change.number, artifact_digest=OTHER)

    assert states() == ["revoked", "issued"]


def test_what_was_approved_with_one_artifact_gets_no_permit_for_another(post: Post) -> None:
    change = agreed_to(artifact_digest=DIGEST)

    answer = post("gate/", change=change.number, artifact_digest=OTHER).json()

    standing = next(each for each in answer["rules"] if each["id"] == "standing")
    assert (standing["verdict"], standing["facts"]) == ("deny", {"permit": "mismatch"})


def test_the_start_uses_the_permit_up(change: Change, post: Post) -> None:
    code = post("gate/", change=change.number, artifact_digest=DIGEST).json()["permit"]["code"]

    used = post("gate/start/", change=change.number, permit=code, artifact_digest=DIGEST)

    change.refresh_from_db()
    assert (used.status_code, used.json()["state"], change.state) == (200, "consumed", "implement")
    again = post("gate/start/", change=change.number, permit=code, artifact_digest=DIGEST)
    assert again.status_code == 409


def test_the_start_of_a_person_needs_no_permit_but_leaves_a_used_one(
    change: Change, post: Post
) -> None:
    assert post(f"changes/{change.number}/start/").status_code == 200

    assert states() == ["consumed"]
    assert GateDecision.objects.get().occasion == "started"


@pytest.mark.parametrize("ending", ["consumed", "expired", "revoked"])
def test_a_permit_that_is_over_starts_nothing(change: Change, post: Post, ending: str) -> None:
    code = post("gate/", change=change.number).json()["permit"]["code"]
    Permit.objects.update(state=ending)

    answer = post("gate/start/", change=change.number, permit=code)

    assert (answer.status_code, list(answer.json()["errors"])) == (409, ["permit"])
    latest = GateDecision.objects.latest("id")
    assert (latest.occasion, latest.verdict) == ("started", "deny")


def test_a_permit_whose_time_is_over_starts_nothing_even_before_it_is_swept(
    change: Change, post: Post
) -> None:
    code = post("gate/", change=change.number).json()["permit"]["code"]
    Permit.objects.update(expires_at=timezone.now())

    assert post("gate/start/", change=change.number, permit=code).status_code == 409

    expire_permits()
    assert states() == ["expired"]


def test_the_permit_of_one_artifact_starts_no_other(change: Change, post: Post) -> None:
    code = post("gate/", change=change.number, artifact_digest=DIGEST).json()["permit"]["code"]

    answer = post("gate/start/", change=change.number, permit=code, artifact_digest=OTHER)

    assert answer.status_code == 409
    assert states() == ["revoked"]


def test_a_permit_of_another_change_is_none(change: Change, post: Post) -> None:
    code = post("gate/", change=agreed_to().number).json()["permit"]["code"]

    answer = post("gate/start/", change=change.number, permit=code)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["permit"])


def test_what_burns_since_then_stops_the_start_and_takes_the_permit_back(
    change: Change, post: Post
) -> None:
    code = post("gate/", change=change.number).json()["permit"]["code"]
    IncidentFactory(service=change.service, priority=1)

    answer = post("gate/start/", change=change.number, permit=code)

    change.refresh_from_db()
    assert (answer.status_code, change.state, states()) == (409, "scheduled", ["revoked"])
    latest = GateDecision.objects.latest("id")
    assert (latest.occasion, latest.verdict) == ("started", "deny")


@pytest.mark.parametrize(
    ("move", "given"),
    [("cancel", {"reason": "No."}), ("hold", {"reason": "Wait."}), ("revise", {})],
)
def test_whoever_gives_it_up_takes_the_permit_back(
    change: Change, post: Post, move: str, given: dict[str, str]
) -> None:
    post("gate/", change=change.number)

    assert post(f"changes/{change.number}/{move}/", **given).status_code == 200

    assert states() == ["revoked"]


def test_a_material_edit_takes_the_permit_back(change: Change, post: Post, alice: User) -> None:
    post("gate/", change=change.number)
    token = issue_token(user=alice, name="editor")[1]

    Client(headers={"Authorization": f"Bearer {token}"}).patch(
        f"/api/v1/changes/{change.number}/",
        {"backout_plan": "Pray."},
        content_type="application/json",
    )

    assert states() == ["revoked"]


def test_the_kill_switch_and_locked_services_stop_it(change: Change, post: Post) -> None:
    policy = GatePolicy.objects.create()
    assert change.service is not None
    policy.locked_services.add(change.service)
    assert post("gate/", change=change.number).json()["verdict"] == "deny"
    policy.locked_services.clear()
    assert post("gate/", change=change.number).json()["verdict"] == "allow"

    policy.is_stopped = True
    policy.save()

    assert post("gate/", change=change.number).json()["verdict"] == "deny"
    assert states() == ["revoked"]


def test_a_careful_start_says_how_careful(post: Post) -> None:
    answer = post("gate/", change=agreed_to(risk_band="high").number).json()

    assert answer["verdict"] == "allow_guarded"
    assert answer["guard"] == {"canary_percent": 10, "bake_minutes": 30}


def test_decisions_are_listed_with_what_they_knew(change: Change, post: Post, alice: User) -> None:
    post("gate/", change=change.number)
    post("gate/", change=agreed_to().number)
    token = issue_token(user=alice, name="reader")[1]
    client = Client(headers={"Authorization": f"Bearer {token}"})

    page = client.get(f"/api/v1/gate/decisions/?change={change.number}").json()["results"]

    assert [each["change"] for each in page] == [change.number]
    assert page[0]["inputs"]["state"] == "scheduled"
    assert page[0]["asked_by"] == "alice"


def test_the_page_of_the_change_shows_what_the_gate_said(
    change: Change, post: Post, client: Client, alice: User
) -> None:
    IncidentFactory(service=change.service, priority=2, number="INC-77")
    post("gate/", change=change.number)
    client.force_login(alice)

    page = client.get(f"/changes/{change.number}/").content.decode()

    assert "A high incident is open here." in page
    assert "INC-77" in page


@pytest.mark.django_db(transaction=True)
def test_of_many_starts_at_once_one_has_the_permit(alice: User) -> None:
    change = agreed_to()
    permit = actions.ask_gate(change=change, actor=alice).permit
    assert permit is not None

    outcomes = at_once(
        8,
        lambda: actions.start_with_permit(
            change=change, actor=alice, permit=permit.code, artifact=actions.Artifact()
        ),
    )

    assert outcomes.count("done") == 1
    assert states() == ["consumed"]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_at_once_all_have_the_same_permit(alice: User) -> None:
    change = agreed_to()

    outcomes = at_once(8, lambda: actions.ask_gate(change=change, actor=alice))

    assert outcomes == ["done"] * 8
    assert states() == ["issued"]
    assert GateDecision.objects.get().times == 8


@pytest.mark.django_db(transaction=True)
def test_a_start_and_a_cancel_at_once_leave_one_of_both(alice: User) -> None:
    for _turn in range(4):
        change = agreed_to()
        permit = actions.ask_gate(change=change, actor=alice).permit
        assert permit is not None
        start, cancel = _moves(change, permit, alice)

        outcomes = race([start, cancel])

        change.refresh_from_db()
        permit.refresh_from_db()
        assert (change.state, permit.state) in {("canceled", "consumed"), ("canceled", "revoked")}
        assert outcomes[1] == "done"
        assert (outcomes[0] == "done") == (permit.state == "consumed")


def _moves(
    change: Change, permit: Permit, actor: User
) -> tuple[Callable[[], object], Callable[[], object]]:
    def start() -> object:
        return actions.start_with_permit(
            change=change, actor=actor, permit=permit.code, artifact=actions.Artifact()
        )

    def cancel() -> object:
        return actions.cancel(change, actor=actor, reason="No.")

    return start, cancel


def test_old_decisions_are_forgotten_save_those_a_change_was_started_by(alice: User) -> None:
    GatePolicy.objects.create(kept_days=100)
    plain, used = agreed_to(), agreed_to()
    for change in (plain, used):
        actions.ask_gate(change=change, actor=alice)
    actions.start(used, actor=alice)
    GateDecision.objects.update(
        made_at=timezone.now() - timedelta(days=101),
        last_asked_at=timezone.now() - timedelta(days=101),
    )
    Permit.objects.filter(state="issued").update(state="expired")
    again = actions.ask_gate(change=agreed_to(), actor=alice).decision

    forget_old_decisions()

    kept = GateDecision.objects.exclude(pk=again.pk)
    assert {each.change_id for each in kept} == {used.pk}
    assert set(kept.values_list("permits__state", flat=True)) == {"consumed"}
    assert GateDecision.objects.filter(pk=again.pk).exists()


def at_once(count: int, work: Callable[[], object]) -> list[str]:
    """What became of the same work done by so many threads at the same moment."""
    return race([work] * count)


def race(works: list[Callable[[], object]]) -> list[str]:
    """What became of each work, all begun at the same moment on connections of their own."""
    gate, outcomes = Barrier(len(works), timeout=20), [""] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            gate.wait()
            work()
            outcomes[place] = "done"
        except Exception as error:
            outcomes[place] = repr(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in enumerate(works)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=30)
    return outcomes
