"""What changes come to is remembered: in the risk of the next, and in what templates earn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from changes.actions import (
    close,
    complete,
    confirm_cause,
    open_change,
    put_down,
    submit,
)
from changes.actions.opening import Plan
from changes.earning import Run, good_in_a_row, has_earned
from changes.gathering import inputs_for
from changes.models import Attribution, Change, ChangeTemplate, TemplateProposal, TemplateVersion
from itsm.core.delivery import deliver_owed
from itsm.core.errors import Invalid, Refused
from itsm.core.models import Event
from itsm.notifications.models import Message
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.factories import ChangeFactory, IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db

GOOD, ISSUES, BAD, NOT_DONE = (
    "successful",
    "successful_with_issues",
    "unsuccessful",
    "not_implemented",
)


@pytest.mark.parametrize(
    ("codes", "count"),
    [
        ([], 0),
        ([GOOD, GOOD], 2),
        ([GOOD, BAD, GOOD, GOOD], 1),
        ([GOOD, ISSUES, GOOD], 1),
        ([GOOD, NOT_DONE, GOOD], 2),
        ([BAD, GOOD], 0),
    ],
)
def test_good_runs_are_counted_back_to_the_last_that_was_not(codes: list[str], count: int) -> None:
    runs = [Run(f"CHG-{place}", code) for place, code in enumerate(codes)]

    assert len(good_in_a_row(runs)) == count


def test_a_success_that_caused_an_incident_is_a_failure() -> None:
    run = Run("CHG-1", GOOD, has_caused=True)

    assert (run.is_good, run.is_failure) == (False, True)
    assert good_in_a_row([run, Run("CHG-0", GOOD)]) == []


@pytest.mark.parametrize(("wanted", "is_so"), [(0, False), (1, True), (2, True), (3, False)])
def test_so_many_are_wanted_and_none_is_never(wanted: int, is_so: bool) -> None:
    assert has_earned([Run("CHG-2", GOOD), Run("CHG-1", GOOD)], wanted=wanted) is is_so


def template_of(author: User, *, standing: str = "proposed", wanted: int = 3) -> TemplateVersion:
    template = ChangeTemplate.objects.create(
        slug="restart", name="Restart a pool", standing=standing, good_runs_wanted=wanted
    )
    return TemplateVersion.objects.create(
        template=template, number=1, title="Restart", created_by=author
    )


def run(version: TemplateVersion, actor: User, *, outcome: str = "ok", **given: Any) -> Change:
    """A change made from the template, carried out, and closed as it went."""
    began_at = timezone.now()
    change = ChangeFactory(
        **{"at_state": "implement", "actual_start": began_at, "template_version": version} | given
    )
    complete(change, actor=actor, outcome=outcome, notes="" if outcome == "ok" else "Alas.")
    codes = {"ok": GOOD, "failed": BAD, "rolled_back": "rolled_back"}
    closed: Change = close(
        change, actor=actor, code=codes[outcome], notes="So it was.", review="Learnt."
    )
    return closed


def standing() -> str:
    return str(ChangeTemplate.objects.get().standing)


class TestEarning:
    def test_a_row_of_good_runs_is_proposed_and_a_person_confirms(
        self, alice: User, dana: User, mona: User
    ) -> None:
        version = template_of(dana)

        runs = [run(version, alice) for _each in range(3)]

        proposal = TemplateProposal.objects.get()
        assert sorted(proposal.runs) == sorted(each.pk for each in runs)
        assert standing() == "proposed"
        client = client_of(mona)
        shown = client.get("/api/v1/change-templates/restart/").json()
        assert (shown["good_runs"], shown["is_proposed"]) == (3, True)
        assert (shown["record"], shown["rating"]) == (3.0, "excellent")

        answer = decide(mona, "confirm")

        assert answer.json()["standing"] == "active"
        told = Event.objects.filter(subject_type="changetemplate").order_by("id")
        assert [each.name for each in told] == [
            "change_template.proposed",
            "change_template.promoted",
        ]

    def test_those_who_may_decide_are_told_save_who_wrote_it(
        self, alice: User, dana: User, mona: User
    ) -> None:
        version = template_of(dana)
        runs = [run(version, alice) for _each in range(3)]

        while deliver_owed():
            pass

        told = Message.objects.filter(event__name="change.template_earned", channel="inbox")
        assert [(each.recipient, each.ticket_id) for each in told] == [(mona, runs[-1].pk)]
        client = Client()
        client.force_login(mona)
        assert "has earned that its changes need no leave" in client.get("/inbox/").content.decode()

    def test_too_few_earn_nothing(self, alice: User, dana: User) -> None:
        version = template_of(dana)

        for outcome in ("ok", "ok", "failed", "ok", "ok"):
            run(version, alice, outcome=outcome)

        assert not TemplateProposal.objects.exists()

    def test_who_wrote_it_cannot_confirm_it(self, alice: User, mona: User) -> None:
        version = template_of(mona, wanted=1)
        run(version, alice)

        answer = decide(mona, "confirm")

        assert answer.status_code == 409
        assert standing() == "proposed"

    def test_agents_confirm_nothing(self, alice: User, bob: User, dana: User) -> None:
        run(template_of(dana, wanted=1), alice)

        for verb in ("confirm", "decline"):
            answer = decide(bob, verb)
            assert answer.status_code == 403

    def test_a_rewritten_one_must_earn_it_anew(self, alice: User, dana: User, mona: User) -> None:
        version = template_of(dana, wanted=1)
        run(version, alice)
        TemplateVersion.objects.create(
            template=version.template, number=2, title="Restart twice", created_by=dana
        )

        answer = decide(mona, "confirm")

        assert answer.status_code == 409

    def test_what_was_declined_needs_as_many_new_runs(
        self, alice: User, dana: User, mona: User
    ) -> None:
        version = template_of(dana, wanted=2)
        for _each in range(2):
            run(version, alice)
        decide(mona, "decline", comment="Not in December.")

        run(version, alice)
        assert not TemplateProposal.objects.filter(state="open").exists()
        run(version, alice)
        assert TemplateProposal.objects.filter(state="open").count() == 1

    def test_nothing_is_proposed_twice(self, alice: User, dana: User) -> None:
        version = template_of(dana, wanted=1)

        for _each in range(3):
            run(version, alice)

        assert TemplateProposal.objects.count() == 1

    def test_what_has_yet_to_earn_it_may_be_tried_as_a_normal_change(
        self, alice: User, dana: User
    ) -> None:
        version = template_of(dana)

        tried = open_change(plan=Plan(template_version=version), actor=alice)

        assert (tried.title, tried.type) == ("Restart", "normal")
        with pytest.raises(Invalid):
            open_change(plan=Plan(template_version=version, type="standard"), actor=alice)
        ChangeTemplate.objects.update(standing="retired")
        version.refresh_from_db()
        with pytest.raises(Invalid):
            open_change(plan=Plan(template_version=version), actor=alice)


class TestLosing:
    @pytest.mark.parametrize("outcome", ["failed", "rolled_back"])
    def test_one_failure_loses_it_as_soon_as_it_is_known(
        self, outcome: str, alice: User, dana: User
    ) -> None:
        version = template_of(dana, standing="active")
        change = ChangeFactory(
            at_state="implement", template_version=version, actual_start=timezone.now()
        )

        complete(change, actor=alice, outcome=outcome, notes="Alas.")

        assert standing() == "demoted"
        told = Event.objects.get(name="change_template.demoted")
        assert told.data["change"] == change.pk

    def test_a_confirmed_incident_loses_it_though_all_went_well(
        self, alice: User, dana: User
    ) -> None:
        change = run(template_of(dana, standing="active"), alice)
        assert standing() == "active"

        put_down(incident=IncidentFactory(), change=change, actor=alice)

        assert standing() == "demoted"

    def test_a_suspicion_alone_loses_nothing(self, alice: User, dana: User) -> None:
        change = run(template_of(dana, standing="active"), alice)

        Attribution.objects.create(
            incident=IncidentFactory(), change=change, score=90, is_likely=True
        )

        assert standing() == "active"

    def test_a_failure_lets_what_was_proposed_lapse(
        self, alice: User, dana: User, mona: User
    ) -> None:
        version = template_of(dana, wanted=1)
        run(version, alice)

        run(version, alice, outcome="failed")

        assert TemplateProposal.objects.get().state == "lapsed"
        answer = decide(mona, "confirm")
        assert answer.status_code == 404

    def test_what_was_lost_is_earned_by_runs_begun_afterwards(
        self, alice: User, dana: User, mona: User
    ) -> None:
        version = template_of(dana, standing="active", wanted=2)
        early = ChangeFactory(
            at_state="review", outcome="ok", template_version=version,
            actual_start=timezone.now() - timedelta(hours=1),
        )  # fmt: skip
        run(version, alice, outcome="failed")
        close(early, actor=alice, code=GOOD, notes="Well.")
        version.template.refresh_from_db()

        run(version, alice)
        assert not TemplateProposal.objects.exists()
        run(version, alice)

        assert TemplateProposal.objects.get().state == "open"
        decide(mona, "confirm")
        assert standing() == "active"

    def test_a_scheduled_standard_change_needs_leave_once_it_is_lost(
        self, alice: User, dana: User
    ) -> None:
        version = template_of(dana, standing="active")
        waiting = ChangeFactory(
            at_state="scheduled", type="standard", template_version=version, starts_in=timedelta(0)
        )
        assert inputs_for(waiting, now=timezone.now()).is_approved

        run(version, alice, outcome="failed")

        again = Change.objects.get(pk=waiting.pk)
        assert not inputs_for(again, now=timezone.now()).is_approved
        fresh = ChangeFactory(type="standard", template_version=version)
        with pytest.raises(Refused):
            submit(fresh, actor=alice)


class TestPage:
    def test_what_was_earned_is_shown_and_decided_on(
        self, alice: User, dana: User, mona: User, client: Client
    ) -> None:
        run(template_of(dana, wanted=1), alice)
        client.force_login(mona)

        page = client.get("/changes/templates/").content.decode()
        answer = client.post("/changes/templates/restart/", {"word": "confirm"})

        assert "1 good run in a row, 1 needed" in page
        assert "Let it need no leave" in page
        assert answer["Location"] == "/changes/templates/"
        assert "Let it need no leave" not in client.get("/changes/templates/").content.decode()
        assert standing() == "active"

    def test_agents_are_shown_no_buttons(self, alice: User, dana: User, client: Client) -> None:
        run(template_of(dana, wanted=1), alice)
        client.force_login(alice)

        assert "Let it need no leave" not in client.get("/changes/templates/").content.decode()
        assert client.post("/changes/templates/restart/", {"word": "confirm"}).status_code == 403

    def test_the_list_costs_the_same_however_many_there_are(
        self, dana: User, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        for place in range(12):
            template = ChangeTemplate.objects.create(slug=f"t{place}", name=f"T {place}")
            TemplateVersion.objects.create(
                template=template, number=1, title="Restart", created_by=dana
            )
        client.force_login(dana)
        client.get("/changes/templates/")

        with django_assert_max_num_queries(22):
            client.get("/changes/templates/")


def client_of(user: User) -> Client:
    token = issue_token(user=user, name="test")[1]
    return Client(headers={"Authorization": f"Bearer {token}"})


def decide(user: User, word: str, **said: str) -> Any:
    """Confirm or decline through the API what the template has earned."""
    address = f"/api/v1/change-templates/restart/{word}/"
    return client_of(user).post(address, said, content_type="application/json")


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_and_a_failure_at_once_leave_no_failed_template_in_use(
    alice: User, dana: User, mona: User
) -> None:
    version = template_of(dana, wanted=1)
    run(version, alice)
    failing = ChangeFactory(
        at_state="implement", template_version=version, actual_start=timezone.now()
    )

    def act(place: int) -> None:
        try:
            if place:
                complete(failing, actor=alice, outcome="failed", notes="Alas.")
            else:
                decide(mona, "confirm")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, range(2)))

    assert standing() != "active"


def test_two_causes_of_one_change_are_one_worst_record(alice: User) -> None:
    service = ServiceFactory()
    former = ChangeFactory(
        at_state="closed", close_code=GOOD, closed_at=timezone.now(),
        actual_start=timezone.now() - timedelta(hours=1), service=service,
    )  # fmt: skip
    for priority in (3, 2):
        made = Attribution.objects.create(
            incident=IncidentFactory(priority=priority), change=former, score=70
        )
        confirm_cause(attribution=made, actor=alice)

    opened = open_change(plan=Plan(title="Next", service=service), actor=alice)

    found = {each["name"]: each for each in opened.risk_contributions}
    # It was a success with issues in the end, and the worse of both incidents counts.
    assert found["record"]["records"]["service"] == -2 - 5
