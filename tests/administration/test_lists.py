"""What the lists and forms of the admin say to whoever meets them rarely."""

from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin import ModelAdmin
from django.test import Client

from itsm.administration.audit import plainly
from itsm.administration.purposes import PURPOSES
from itsm.monitoring.actions import create_source
from itsm.people.models import User
from tests.factories import ServiceFactory, TeamFactory

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


def test_who_left_a_mark_nobody_may_remove_stays(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = TeamFactory(name="Network")
    found: Any = ([], {}, {"turns", "entries"}, [])
    monkeypatch.setattr(ModelAdmin, "get_deleted_objects", lambda *_given: found)

    page = admin.get(f"/admin/people/team/{team.pk}/delete/").content.decode()

    assert "“Network” stays, because records which nobody may remove speak of it:" in page
    assert page.index("Entries</li>") < page.index("Turns</li>")


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
