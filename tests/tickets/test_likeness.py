"""What is like what: by the words that tell, in the database, from the moment it is written."""

from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident
from itsm.people.actions import issue_token
from itsm.people.models import User
from itsm.tickets.actions import edit
from itsm.tickets.likeness import TICKET, count_words, forget, like_record, like_text, remember
from itsm.tickets.models import Likeness, WordCount
from itsm.tickets.weighing import Weighed, Word, is_often_said, phrases, rarest, weighed
from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db


def found(title: str, body: str = "", **more: Any) -> list[int]:
    return [each.key for each in like_text(TICKET, title=title, body=body, **more)]


def test_a_rare_word_weighs_more_than_a_common_one_and_a_title_more_than_what_follows():
    words = [
        Word("error", places=(1,), in_body=0, records=900),
        Word("fail", places=(3,), in_body=0, records=300),
        Word("kerbero", places=(4,), in_body=0, records=3),
        Word("proxi", places=(), in_body=1, records=3),
    ]

    telling = weighed(words, of=1000)

    assert [each.stem for each in telling] == ["kerbero", "proxi", "fail"]
    assert [each.stem for each in phrases(words, telling)] == ["'fail' <1> 'kerbero'"]


def test_the_index_is_asked_for_no_more_records_than_it_may_lead_to():
    words = [Weighed("a", 1.0, records=900), Weighed("b", 2.0, records=10), Weighed("c", 1.0)]

    assert [each.stem for each in rarest(words, most=500)] == ["c", "b"]


def test_endings_and_composed_names_do_not_matter():
    node = IncidentFactory(title="KubeNodeNotReady on worker_7", description="")
    IncidentFactory(title="Mail is late", description="")

    assert found("nodes are not ready")[0] == node.pk


def test_what_is_written_is_found_in_the_same_transaction_and_what_is_reworded_too(alice: User):
    incident = IncidentFactory(title="Printer is jammed", description="Paper on floor three")
    other = IncidentFactory(title="Nothing of the kind", description="")
    assert found("jammed printers") == [incident.pk]

    edit(ticket=incident, actor=alice, changes={"title": "Scanner makes stripes"})

    assert found("jammed") == []
    assert found("striped scanner") == [incident.pk]
    assert like_record(TICKET, other.pk) == []


def test_a_record_that_is_gone_is_like_nothing():
    incident = IncidentFactory(title="Printer is jammed")

    Incident.objects.filter(pk=incident.pk).delete()

    assert found("jammed printer") == []
    assert not Likeness.objects.filter(subject_id=incident.pk).exists()


def test_words_are_counted_once_and_the_common_ones_stop_leading():
    for place in range(30):
        IncidentFactory(title=f"Ticket {place} of the usual sort", description="")
    odd = IncidentFactory(title="Usual sort with a flange", description="")

    while count_words():
        pass
    assert count_words() == 0

    assert WordCount.objects.get(sort=TICKET, word="flang").records == 1
    best = like_text(TICKET, title="the usual flange")[0]
    assert (best.key, best.stems) == (odd.pk, ["flang"])


def test_sorts_are_kept_apart_and_replaced_and_forgotten():
    IncidentFactory(title="Disk is full")
    remember("article", [(1, "Disk is full", "Empty the bin."), (2, "Disk is slow", "")])
    remember("article", [(1, "Memory is full", "")])

    assert [each.key for each in like_text("article", title="full disk")] == [2, 1]
    forget("article", [2])
    assert [each.key for each in like_text("article", title="full disk")] == [1]


def test_it_can_be_asked_among_a_few_only():
    here, there = IncidentFactory(title="VPN drops"), IncidentFactory(title="VPN drops")

    assert set(found("vpn drops")) == {here.pk, there.pk}
    assert found("vpn drops", among=[there.pk]) == [there.pk]
    assert found("vpn drops", among=[]) == []


def api(user: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {issue_token(user=user, name='t')[1]}"})


def test_a_program_asks_whether_something_is_known(alice: User, charlie: User):
    known = IncidentFactory(title="Badge reader rejects every badge", description="")
    given = {"title": "The badge reader rejects my badge"}

    told = api(alice).post("/api/v1/similar/", given, content_type="application/json").json()
    unseen = api(charlie).post("/api/v1/similar/", given, content_type="application/json").json()
    wrong = api(alice).post("/api/v1/similar/", {"title": ""}, content_type="application/json")

    assert [each["number"] for each in told] == [known.number]
    assert told[0]["is_likely_the_same"]
    assert set(told[0]["words"]) == {"badge", "reader", "rejects"}
    assert unseen == []
    assert (wrong.status_code, "title" in wrong.json()["errors"]) == (400, True)


def test_somebody_who_types_a_report_sees_that_it_is_known(client: Client, alice: User):
    known = IncidentFactory(title="Badge reader rejects every badge", description="")
    client.force_login(alice)

    told = client.get("/similar/", {"title": "Badge reader rejects me"}).content.decode()
    silent = client.get("/similar/", {"title": "Badge is pretty"}).content.decode()

    assert "This may be known already" in told
    assert known.number in told
    assert known.number not in silent


def test_what_both_languages_fill_their_sentences_with_makes_nothing_alike():
    IncidentFactory(title="Drucker geht schon wieder nicht, bitte helfen", description="")
    IncidentFactory(title="Pictures still cannot be seen", description="")

    assert found("Beamer geht nicht, bitte kommen") == []
    assert found("A badge could still cannot see") == []


def test_a_word_that_very_many_have_makes_nothing_alike_and_counts_beside_a_rare_one():
    words = [Weighed("mail", 1.0, records=30), Weighed("kerbero", 4.0, records=3)]

    assert [is_often_said(each, of=200) for each in words] == [True, False]
    assert not is_often_said(words[0], of=19)


def test_what_its_form_says_in_all_of_them_makes_a_record_like_no_other():
    drawn = IncidentFactory(title="Laptop", description="Which colour suits the desk? Walnut")
    phone = IncidentFactory(title="Phone", description="Which colour suits the desk? Silver")

    asked = like_record(TICKET, drawn.pk)
    answered = like_record(TICKET, drawn.pk, form="Which colour suits the desk?")

    assert [each.key for each in asked] == [phone.pk]
    assert answered == []
