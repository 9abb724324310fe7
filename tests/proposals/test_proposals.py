"""What is proposed is learnt from what was decided here, says why, and is silent in doubt."""

from typing import Any

import pytest
from django.test import Client

from incidents import actions as incident_actions
from incidents.actions.opening import Report
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.proposals import actions, selectors
from itsm.proposals.learner import Example, learn
from itsm.proposals.models import LearntModel, Proposal
from tests.factories import IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db

SAID = {"printer": "toner paper tray jammed", "mail": "inbox spam letter bounced"}


def examples() -> list[Example]:
    return [
        Example(f"{word} {number % 7}", "please help", {}, service)
        for number in range(80)
        for service, words in SAID.items()
        for word in [words.split()[number % 4]]
    ]


def test_a_model_says_why_and_is_silent_where_nothing_speaks():
    model = learn(examples())

    assert model is not None
    answer = model.answer(Example("The toner is empty", "", {}))
    assert answer is not None
    assert answer.value == "printer"
    assert "toner" in answer.reasons
    assert answer.sureness >= 0.7
    assert model.answer(Example("Something else entirely", "", {})) is None
    assert learn(examples()[:10]) is None


@pytest.fixture
def learnt(db: Any) -> None:
    services = {name: ServiceFactory(name=name) for name in SAID}
    for each in examples():
        IncidentFactory(
            title=each.title, service=services[each.value], at_state="closed", phase="closed"
        )
    assert actions.learn_all() >= 1


@pytest.mark.usefixtures("learnt")
def test_a_new_incident_is_given_proposals_that_one_click_takes(client: Client, alice: User):
    incident = incident_actions.open_incident(
        report=Report(title="The toner is empty again"), actor=alice
    )
    actions.propose(ticket=incident)
    client.force_login(alice)
    address = f"/incidents/{incident.number}/"
    assert "because of" in client.get(address).content.decode()
    typed = {"title": "The toner is empty again"}
    beside = client.get("/similar/", typed).content.decode()
    assert 'data-fill="service" value="printer"' in beside
    assert "data-fill" not in client.get("/similar/", {**typed, "service": "mail"}).content.decode()

    client.post(f"/proposals/{incident.number}/take/", {"field": "service"})

    incident.refresh_from_db()
    assert incident.service is not None
    assert incident.service.name == "printer"
    actions.judge(ticket=incident)
    told = next(each for each in selectors.quality() if each["field"] == "service")
    assert (told["proposed"], told["taken"], told["judged"], told["right"]) == (1, 1, 1, 1)
    assert "1 of 1" in client.get("/proposals/").content.decode()


@pytest.mark.usefixtures("learnt")
def test_the_model_before_is_kept_and_older_ones_go():
    for _night in range(2):
        actions.learn_all()

    kept = LearntModel.objects.filter(field="service").order_by("version")
    assert [each.version for each in kept] == [2, 3]


@pytest.mark.usefixtures("learnt")
def test_a_program_asks_what_would_be_proposed(alice: User):
    token = issue_token(user=alice, name="t")[1]
    client = Client(headers={"Authorization": f"Bearer {token}"})

    told = client.post(
        "/api/v1/proposals/", {"title": "Spam in my inbox"}, content_type="application/json"
    ).json()

    found = {each["field"]: each for each in told}
    assert found["service"]["value"] == "mail"
    assert set(found["service"]["reasons"]) & {"spam", "inbox"}
    assert not Proposal.objects.exists()
