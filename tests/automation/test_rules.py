"""Rules act on what happens, once, in order, and never in circles."""

from collections.abc import Callable
from typing import Any

import pytest

from incidents.models import Incident
from itsm.automation.actions.evaluating import evaluate
from itsm.automation.actions.keeping import remove_rule, save_rule
from itsm.automation.models import Evaluation, Firing, Outcome
from itsm.core.delivery import deliver_owed
from itsm.core.errors import Invalid, NotAllowed, Stale
from itsm.core.models import Delivery, Event, Interest
from itsm.people.models import Team, User
from itsm.people.roles import Role
from itsm.tickets.actions import comment, edit
from itsm.tickets.models import Comment
from tests.automation.conftest import WriteRule
from tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
Report = Callable[..., Incident]
URGENT = [{"fact": "record.title", "op": "has", "value": "URGENT"}]


def test_a_rule_acts_when_its_conditions_hold_and_only_then(
    write_rule: WriteRule, report: Report, platform: Team
):
    write_rule(
        conditions=URGENT,
        steps=[
            {"verb": "assign", "values": {"team": "platform"}},
            {"verb": "note", "values": {"body": "{rule} gave {number} to {team}."}},
        ],
    )

    urgent, other = report("Urgent: the shop is down"), report("A mouse is broken")

    assert (urgent.team, other.team) == (platform, None)
    said = Comment.objects.get(ticket=urgent.pk)
    assert (said.author.username, said.public) == ("automation", False)
    assert said.body == f"Rule 1 gave {urgent.number} to ."
    assert [each.outcome for each in Firing.objects.all()] == [Outcome.ACTED]


def test_it_is_kept_why_a_rule_did_not_act(write_rule: WriteRule, report: Report):
    rule = write_rule(
        conditions=[
            {"fact": "record.kind", "op": "is", "value": "incident"},
            {"fact": "record.priority", "op": "at_most", "value": 2},
        ]
    )

    incident = report()

    assert Evaluation.objects.get(ticket=incident.pk).verdicts == [
        [rule.pk, 1, "unmet", 1, incident.priority]
    ]


def test_an_event_told_twice_is_acted_on_once(write_rule: WriteRule, report: Report):
    write_rule(steps=[{"verb": "note", "values": {"body": "Seen."}}])
    incident = report()

    evaluate(Event.objects.get(name="incident.opened"))

    assert incident.comments.count() == 1


def test_nobody_is_owed_what_no_rule_listens_for(write_rule: WriteRule, report: Report):
    write_rule(mode="off")
    report()
    assert not Interest.objects.exists()

    rule = write_rule(events=["incident.*"])
    incident = report()
    assert Evaluation.objects.filter(ticket=incident.pk).exists()

    remove_rule(rule=rule, actor=User.objects.get(username="mona"))
    report()
    assert not Delivery.objects.exists()
    assert Evaluation.objects.exclude(ticket=incident.pk).count() == 0


def test_a_change_of_a_rule_is_seen_at_once(write_rule: WriteRule, report: Report, mona: User):
    rule = write_rule(conditions=URGENT)
    assert report("A printer").tags == []

    save_rule(actor=mona, rule=rule, given={"conditions": []})

    assert report("A printer").tags == ["seen"]


def test_rules_go_in_their_order_and_one_may_end_the_list(write_rule: WriteRule, report: Report):
    write_rule(position=30, steps=[{"verb": "set", "values": {"add_tags": ["late"]}}])
    write_rule(position=20, stops=True, conditions=URGENT)
    write_rule(position=10, steps=[{"verb": "set", "values": {"add_tags": ["early"]}}])

    assert report("A mouse").tags == ["early", "late"]
    assert report("Urgent").tags == ["early", "seen"]


def test_a_rule_acts_whole_or_not_at_all(write_rule: WriteRule, report: Report):
    write_rule(
        steps=[
            {"verb": "set", "values": {"add_tags": ["half"]}},
            {"verb": "incident.start", "values": {}},
        ]
    )
    write_rule()

    incident = report()

    assert incident.tags == ["seen"]
    firing = Firing.objects.get(outcome=Outcome.FAILED)
    assert "incident.start" in firing.detail
    assert incident.number in firing.detail


def test_a_rule_that_answers_itself_is_cut(write_rule: WriteRule, report: Report):
    rule = write_rule(
        events=["incident.opened", "incident.noted"],
        steps=[{"verb": "note", "values": {"body": "Again."}}],
    )

    incident = report()
    deliver_owed()

    assert incident.comments.count() == 1
    cut = Firing.objects.get(outcome=Outcome.CUT)
    assert cut.detail == f"#{rule.pk} → #{rule.pk}"


def test_rules_that_answer_each_other_are_cut_too(write_rule: WriteRule, report: Report):
    for number in range(8):
        write_rule(
            events=["incident.opened"] if number == 0 else ["incident.noted"],
            conditions=[]
            if number == 0
            else [{"fact": "event.said", "op": "is", "value": f"step {number - 1}"}],
            steps=[{"verb": "note", "values": {"body": f"step {number}"}}],
        )

    incident = report()
    for _round in range(10):
        deliver_owed()

    assert incident.comments.count() == 5
    assert Firing.objects.filter(outcome=Outcome.CUT).count() == 1


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ({"once": "event"}, 3),
        ({"once": "record"}, 2),
        ({"once": "key", "once_key": "{service}"}, 1),
    ],
)
def test_a_guard_holds_a_rule_back(
    write_rule: WriteRule, report: Report, alice: User, guard: dict[str, str], expected: int
):
    write_rule(
        events=["incident.noted"],
        conditions=[{"fact": "actor.is_program", "op": "is", "value": False}],
        steps=[{"verb": "set", "values": {"add_tags": ["x"]}}],
        **guard,
    )
    service = ServiceFactory(name="shop")
    first, second = report(service=service), report(service=service)
    for incident in (first, first, second):
        comment(ticket=incident, actor=alice, body="Looking.", public=False)
        deliver_owed()

    assert Firing.objects.filter(outcome=Outcome.ACTED).count() == expected


def test_at_most_so_often_an_hour(write_rule: WriteRule, report: Report):
    write_rule(most_an_hour=2)

    assert [report().tags for _each in range(3)] == [["seen"], ["seen"], []]


def test_a_rehearsal_does_nothing_and_says_what_it_would_do(write_rule: WriteRule, report: Report):
    write_rule(mode="rehearse", steps=[{"verb": "note", "values": {"body": "About {title}"}}])

    incident = report("A {number} joke")

    assert incident.comments.count() == 0
    firing = Firing.objects.get()
    assert firing.outcome == Outcome.REHEARSED
    assert firing.steps == [{"verb": "note", "values": {"body": "About A {number} joke"}}]


HOSTILE = [
    *("$(id)", "; rm -rf /", "{{lookup('pipe','id')}}", "--flag\nx", "{rule} {said}"),
    *("<script>alert(1)</script>", "%s %(x)s"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(write_rule: WriteRule, report: Report, text: str):
    write_rule(
        steps=[
            {"verb": "note", "values": {"body": "<{title}>"}},
            {"verb": "open_incident", "values": {"title": "Look at {title}"}},
        ],
        once="record",
        conditions=[{"fact": "actor.is_program", "op": "is", "value": False}],
    )

    incident = report(text)

    assert Comment.objects.get(ticket=incident.pk).body == f"<{text}>"
    assert Incident.objects.get(title__startswith="Look").title == f"Look at {text}"


def test_what_comes_of_a_secret_is_secret(write_rule: WriteRule, report: Report):
    write_rule(
        once="record",
        conditions=[{"fact": "actor.is_program", "op": "is", "value": False}],
        steps=[{"verb": "open_incident", "values": {"title": "Look at {title}"}}],
    )

    report("Payroll", confidential=True)

    assert Incident.objects.get(title="Look at Payroll").confidential


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"events": []}, "events"),
    ({"events": ["*"]}, "events"),
    ({"conditions": [{"fact": "nothing", "op": "is", "value": 1}]}, "conditions[0].fact"),
    ({"conditions": [{"fact": "record.tags", "op": "is", "value": "x"}]}, "conditions[0].op"),
    ({"conditions": [*URGENT, {"fact": "record.priority", "op": "is", "value": "high"}]},
     "conditions[1].value"),
    ({"conditions": [{"fact": "record.title", "op": "__class__", "value": "x"}]},
     "conditions[0].op"),
    ({"steps": []}, "steps"),
    ({"steps": [{"verb": "os.system", "values": {}}]}, "steps[0].verb"),
    ({"steps": [{"verb": "note", "values": {}}]}, "steps[0].values.body"),
    ({"steps": [{"verb": "note", "values": {"body": "{password}"}}]}, "steps[0].values.body"),
    ({"steps": [{"verb": "note", "values": {"body": "x", "public": True}}]}, "steps[0].values"),
    ({"steps": [{"verb": "assign", "values": {"team": "nobody"}}]}, "steps[0].values.team"),
    ({"steps": [{"verb": "change.submit", "values": {}}]}, "steps[0].verb"),
    ({"trigger": "time", "kind": "incident"}, "once"),
    ({"trigger": "time", "once": "record"}, "kind"),
    ({"once": "key"}, "once_key"),
    ({"slug": "taken"}, "slug"),
    ({"actor": "alice"}, "actor"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "field"), WRONG, ids=lambda each: str(each)[:60])
def test_a_doubtful_rule_is_refused_at_its_place(
    write_rule: WriteRule, alice: User, given: dict[str, Any], field: str
):
    write_rule(slug="taken")

    with pytest.raises(Invalid) as refusal:
        write_rule(**given)

    assert list(refusal.value.errors) == [field]


def test_only_who_may_do_a_step_himself_may_have_it_done(
    write_rule: WriteRule, alice: User, bot: User, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(NotAllowed):
        save_rule(actor=alice, given={"slug": "x", "name": "x"})

    bot.role = "requester"
    bot.save()
    with pytest.raises(Invalid, match="may not do"):
        write_rule(actor=bot.username)


def test_two_who_change_a_rule_do_not_undo_each_other(write_rule: WriteRule, mona: User):
    rule = write_rule()
    save_rule(actor=mona, rule=rule, given={"name": "New"}, expected_version=1)

    with pytest.raises(Stale):
        save_rule(actor=mona, rule=rule, given={"name": "Newer"}, expected_version=1)


def test_what_was_changed_can_be_asked_for(write_rule: WriteRule, report: Report, alice: User):
    write_rule(
        events=["incident.edited"],
        conditions=[{"fact": "event.changed", "op": "has", "value": "urgency"}],
    )
    incident = report()
    edit(ticket=incident, actor=alice, changes={"title": "Other"})
    deliver_owed()
    incident.refresh_from_db()
    assert incident.tags == []

    edit(ticket=incident, actor=alice, changes={"urgency": 1})
    deliver_owed()
    incident.refresh_from_db()
    assert incident.tags == ["seen"]


def test_a_rule_does_no_more_than_whom_it_acts_as_may_do_now(write_rule: WriteRule, report: Report):
    """Whom rules act as is held in memory between two events."""
    program = UserFactory(username="deployer", role=Role.AGENT, is_bot=True)
    rule = write_rule(actor="deployer")

    assert report().tags == ["seen"]
    User.objects.filter(pk=program.pk).update(role=Role.REQUESTER)

    assert report("Another").tags == []
    assert rule.firings.order_by("-pk").values_list("outcome", flat=True)[0] == Outcome.FAILED
