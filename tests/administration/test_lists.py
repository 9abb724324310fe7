"""What the lists and forms of the admin say to whoever meets them rarely."""

import pytest
from django.contrib import admin as django_admin
from django.test import Client

from itsm.administration.audit import plainly
from itsm.administration.purposes import PURPOSES
from itsm.automation.models import Firing, Rule
from itsm.core import events
from itsm.core.models import Event
from itsm.monitoring.actions import create_source
from itsm.people.models import Team, User
from tests.factories import IncidentFactory, ServiceFactory, TeamFactory

pytestmark = pytest.mark.django_db


def test_each_list_says_what_it_is_for() -> None:
    assert {model._meta.label for model in django_admin.site._registry} == set(PURPOSES)


def test_an_empty_list_says_so_and_offers_nothing_to_choose_from(admin: Client) -> None:
    page = admin.get("/admin/monitoring/deadletter/").content.decode()

    assert "<h1>Dead letters</h1>" in page
    assert str(PURPOSES["monitoring.DeadLetter"]) in page
    assert "None. Every post could be read." in page
    assert "0 of 0 selected" not in page
    looked_for = admin.get("/admin/monitoring/deadletter/", {"replayed_at__isempty": "1"})
    assert "Nothing fits what you are looking for." in looked_for.content.decode()


@pytest.mark.parametrize("asked", [{}, {"_facets": "True"}])
def test_whether_something_is_there_is_asked_as_a_question(
    admin: Client, asked: dict[str, str]
) -> None:
    changes = admin.get("/admin/monitoring/deadletter/", asked).context["cl"]

    words = [str(each["display"]) for each in changes.filter_specs[0].choices(changes)]
    assert [word.split(" ")[0] for word in words] == ["All", "No", "Yes"]
    assert words[1:] == (["No (0)", "Yes (0)"] if asked else ["No", "Yes"])


def test_the_history_of_a_tool_is_what_the_audit_knows_of_it(admin: Client, dana: User) -> None:
    source, _token = create_source(kind="generic", name="Shelf", actor=dana)

    history = admin.get(f"/admin/monitoring/monitoringsource/{source.pk}/history/", follow=True)

    assert [each.name for each in history.context["entries"]] == ["Shelf"]


def test_what_is_still_in_use_names_its_users_in_order(admin: Client) -> None:
    team = TeamFactory(name="Network")
    for name in ("b", "a"):
        ServiceFactory(name=name, title=name.upper(), owner_team=team)

    page = admin.get(f"/admin/people/team/{team.pk}/delete/").content.decode()

    assert "“Network” is still in use, so it stays." in page
    assert page.index(">A</a>") < page.index(">B</a>")


def test_what_stands_in_the_way_of_a_deletion_leads_to_its_page(admin: Client) -> None:
    incident = IncidentFactory(service=ServiceFactory(name="shop"))

    page = admin.get(f"/admin/inventory/service/{incident.service.pk}/delete/").content.decode()

    assert f'Ticket: <a href="/incidents/{incident.number}/">' in page


def test_who_only_looks_at_a_row_is_led_to_its_record(admin: Client) -> None:
    incident, rule = IncidentFactory(), Rule.objects.create(name="Tell", slug="tell")
    firing = Firing.objects.create(rule=rule, outcome="acted", ticket=incident)

    page = admin.get(f"/admin/automation/firing/{firing.pk}/change/").content.decode()

    assert f'<a href="/incidents/{incident.number}/">' in page


def test_who_left_a_mark_nobody_may_remove_stays_and_it_is_said_what_marks(
    admin: Client, dana: User, alice: User
) -> None:
    events.publish("user.changed", dana, actor=alice)

    page = admin.get(f"/admin/people/user/{alice.pk}/delete/").content.decode()

    assert "“Alice” stays, because records which nobody may remove speak of it:" in page
    marks = f"/admin/core/event/?actor__id__exact={alice.pk}"
    assert f'<a href="{marks}">Events: 1</a>' in page
    assert "It can be switched off on its own page instead." in page
    assert [each.name for each in admin.get(marks).context["cl"].result_list] == ["user.changed"]


def test_several_are_deleted_as_one_is(admin: Client) -> None:
    teams = [TeamFactory(name=name) for name in ("Network", "Storage")]
    asked = {"action": "delete_selected", "_selected_action": [each.pk for each in teams]}

    page = admin.post("/admin/people/team/", asked).content.decode()
    admin.post("/admin/people/team/", {**asked, "post": "yes"})

    assert "<h1>Delete 2 teams?</h1>" in page
    assert 'value="Delete teams"' in page
    assert not Team.objects.filter(name__in=["Network", "Storage"]).exists()


def test_of_several_none_goes_while_one_is_in_use(admin: Client) -> None:
    service = ServiceFactory(name="shop", owner_team=TeamFactory(name="Network"))
    asked = {"action": "delete_selected", "_selected_action": [service.owner_team.pk]}

    page = admin.post("/admin/people/team/", asked).content.decode()

    assert "Some are still in use, so all stay." in page
    assert f'<a href="/admin/inventory/service/{service.pk}/change/">' in page


def test_what_an_event_carries_is_read_without_braces(admin: Client, dana: User) -> None:
    change = {"diff": {"state": ["new", "closed"]}}
    events.publish("user.changed", dana, actor=dana, data=change)

    page = admin.get(f"/admin/core/event/{Event.objects.latest('id').pk}/change/").content.decode()

    assert "<dt>state</dt><dd>new → closed</dd>" in page
    assert "{" not in page.partition("<label>Data:</label>")[2].partition("</fieldset>")[0]


def test_what_a_rule_did_is_read_in_words(admin: Client) -> None:
    rule = Rule.objects.create(name="Tell", slug="tell")
    steps = [{"verb": "notify", "result": "Alice"}]
    firing = Firing.objects.create(rule=rule, outcome="acted", steps=steps)

    page = admin.get(f"/admin/automation/firing/{firing.pk}/change/").content.decode()

    assert "<dt>Tell people</dt><dd>Alice</dd>" in page


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["opened", "raised"], "opened, raised"),
        ([{"op": "at_most", "fact": "record.priority", "value": 2}], "record.priority at most 2"),
        ([{"op": "in", "fact": "name", "value": ["a", "b"]}, {"op": "is"}], "name in a, b; is"),
        ([{"verb": "assign", "values": {"team": "commerce"}}], "assign (team: commerce)"),
        ({"title": "text", "status": {"BAD": "firing"}}, "title: text, status (BAD: firing)"),
    ],
)
def test_the_audit_reads_lists_and_tables_as_people_do(value: object, words: str) -> None:
    assert plainly(value) == words
