"""A request with an idempotency key takes effect once, however often and at once it is sent."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.models import Incident
from itsm.core import kept_answers
from itsm.core.models import Event, KeptAnswer
from itsm.tickets.models import Comment
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def test_the_second_time_the_first_answer_is_given_again(api, alice):
    first = api(alice).post("incidents/", title="Slow", headers=KEY)

    second = api(alice).post("incidents/", title="Slow", headers=KEY)

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert (second["ETag"], second["Location"]) == (first["ETag"], first["Location"])
    assert second["Idempotency-Replayed"] == "true"
    assert Incident.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(api, alice):
    api(alice).post("incidents/", title="Slow", headers=KEY)

    response = api(alice).post("incidents/", title="Slower", headers=KEY)

    assert response.status_code == 422
    assert Incident.objects.count() == 1


def test_another_person_may_use_the_same_key(api, alice, bob):
    api(alice).post("incidents/", title="Slow", headers=KEY)

    response = api(bob).post("incidents/", title="Slow", headers=KEY)

    assert response.status_code == 201
    assert Incident.objects.count() == 2


def test_a_refusal_leaves_the_key_free_and_its_trace_in_the_log(api, alice):
    incident = IncidentFactory(at_state="new")
    address = f"incidents/{incident.number}/start/"
    refused = api(alice).post(address, headers=KEY)
    Incident.objects.update(assignee=alice)

    response = api(alice).post(address, headers=KEY)

    assert (refused.status_code, response.status_code) == (409, 200)
    assert Event.objects.filter(name="incident.transition_refused").count() == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "ü", "a b"])
def test_a_key_that_is_none_is_refused(key, api, alice):
    response = api(alice).post("incidents/", title="Slow", headers={"Idempotency-Key": key})

    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["errors"]


def test_a_token_shown_once_is_not_kept(api, dana):
    first = api(dana).post("sources/", name="Prometheus", kind="alertmanager", headers=KEY)

    second = api(dana).post("sources/", name="Prometheus", kind="alertmanager", headers=KEY)

    assert first.json()["token"].startswith("sty_")
    assert second.json() == {**first.json(), "token": None}
    assert first.json()["token"] not in KeptAnswer.objects.get().body


def test_answers_are_kept_for_a_day_and_then_forgotten(api, alice):
    api(alice).post("incidents/", title="Slow", headers=KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    kept = kept_answers.forget_old()
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=49))

    forgotten = kept_answers.forget_old()

    assert (kept, forgotten) == (0, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["open", "comment", "resolve"])
def test_sent_many_times_at_once_it_happens_once(what, api, alice, in_threads):
    incident = IncidentFactory(at_state="in_progress", assignee=alice)
    address, said = {
        "open": ("incidents/", {"title": "Slow"}),
        "comment": (f"incidents/{incident.number}/comments/", {"body": "Any news?"}),
        "resolve": (
            f"incidents/{incident.number}/resolve/",
            {"code": "fixed", "notes": "Restarted."},
        ),
    }[what]
    callers = [api(alice) for _ in range(8)]
    gate = threading.Barrier(len(callers))

    def send(place):
        gate.wait()
        return callers[place].post(address, **said, headers=KEY)

    answers = in_threads(send, len(callers))

    assert len({(each.status_code, each.content) for each in answers}) == 1
    assert answers[0].status_code in {200, 201}
    assert Incident.objects.count() == (2 if what == "open" else 1)
    assert Comment.objects.count() == (1 if what == "comment" else 0)
    assert Event.objects.filter(name="incident.resolved").count() == (what == "resolve")
