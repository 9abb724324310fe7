"""Lists: pages, order, filters and search; only what may be seen is ever counted. (P23)"""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.models import Incident
from itsm.tickets.models import Watcher
from itsm.tickets.search import learn_words
from tests.factories import IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def numbers(response):
    assert response.status_code == 200, response.content
    return [each["number"] for each in response.json()["results"]]


def walked(caller, address, **query):
    """The numbers of all pages, from the first to the last, and those of the way back."""
    page = caller.get(address, **query)
    there = numbers(page)
    back: list[str] = []
    while following := page.json()["next"]:
        page = caller.get(following)
        there += numbers(page)
    while preceding := page.json()["previous"]:
        page = caller.get(preceding)
        back = numbers(page) + back
    return there, back


@pytest.fixture
def ten(charlie):
    """Ten incidents whose order by number, priority and last change all differ."""
    now = timezone.now()
    return [
        IncidentFactory(
            priority=1 + place % 3,
            opened_by=charlie,
            opened_at=now - timedelta(days=place * 7 % 10),
            updated_at=now + timedelta(minutes=place * 3 % 10),
        )
        for place in range(10)
    ]


@pytest.mark.parametrize("order", ["number", "opened_at", "updated_at", "priority"])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("person", ["alice", "charlie"])
def test_pages_show_every_record_once_in_order_both_ways(order, sign, person, ten, api, request):
    caller = api(request.getfixturevalue(person))
    whole = numbers(caller.get("incidents/", ordering=f"{sign}{order}"))

    there, back = walked(caller, "incidents/", ordering=f"{sign}{order}", limit=3)

    assert there == whole
    assert back == whole[: len(back)]
    assert len(back) == 9
    key = {"number": "id"}.get(order, order)
    values = [getattr(Incident.objects.get(number=each), key) for each in whole]
    assert values == sorted(values, reverse=bool(sign))


def test_the_newest_come_first_and_what_comes_meanwhile_moves_no_page(ten, api, alice):
    first = api(alice).get("incidents/", limit=4)
    IncidentFactory()

    second = api(alice).get(first.json()["next"])

    assert numbers(first) + numbers(second) == [each.number for each in reversed(ten)][:8]


def test_a_cursor_belongs_to_its_order(ten, api, alice):
    following = api(alice).get("incidents/", limit=4).json()["next"]

    response = api(alice).get(f"{following}&ordering=updated_at")

    assert response.status_code == 400
    assert "cursor" in response.json()["errors"]


def test_records_are_counted_only_when_asked_and_only_those_one_may_see(ten, api, alice, frank):
    IncidentFactory(opened_by=frank, confidential=True)

    assert "count" not in api(alice).get("incidents/").json()
    assert api(alice).get("incidents/", count="true", limit=2).json()["count"] == 10
    assert api(frank).get("incidents/", count="true").json()["count"] == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "new"}, {"new"}),
        ({"state": "new,on_hold"}, {"new", "held"}),
        ({"phase": "waiting"}, {"held"}),
        ({"priority": "1"}, {"grave"}),
        ({"priority": "1,2"}, {"grave"}),
        ({"service": "checkout"}, {"grave"}),
        ({"service": "none", "state": "new"}, {"new"}),
        ({"service": "nonsense"}, set()),
        ({"team": "platform"}, {"held"}),
        ({"assignee": "me"}, {"held"}),
        ({"assignee": "ALICE"}, {"held"}),
        ({"assignee": "nobody-at-all"}, set()),
        ({"caller": "charlie"}, {"new"}),
        ({"tag": "shop"}, {"grave"}),
        ({"major": "true"}, {"grave"}),
        ({"source": "phone"}, {"new"}),
        ({"parent": "{grave}"}, {"held"}),
        ({"opened_after": "2026-01-02T00:00:00+00:00"}, {"new", "held", "grave"}),
        ({"opened_before": "2026-01-02T00:00:00Z"}, {"old"}),
        ({"search": "printer"}, {"new"}),
        ({"search": "print jam"}, {"new"}),
        ({"search": "prniter"}, {"new"}),
        ({"search": "{held}"}, {"held"}),
        ({"search": "printer", "state": "on_hold"}, set()),
    ],
)
def test_filters_narrow_the_list(query, found, api, alice, charlie, platform):
    grave = IncidentFactory(
        at_state="in_progress",
        priority=1,
        service=ServiceFactory(name="checkout"),
        tags=["shop"],
        major=True,
    )
    made = {
        "grave": grave,
        "new": IncidentFactory(title="Printer jammed", caller=charlie, source="phone"),
        "held": IncidentFactory(at_state="on_hold", team=platform, assignee=alice, parent=grave),
        "old": IncidentFactory(at_state="closed", opened_at="2026-01-01T00:00:00Z"),
    }
    learn_words()
    asked = {
        name: value.format(**{each: made[each].number for each in made})
        for name, value in query.items()
    }

    response = api(alice).get("incidents/", **asked)

    assert set(numbers(response)) == {made[each].number for each in found}


def test_nobody_finds_what_he_may_not_see(api, alice, bob, charlie, frank, platform):
    own = IncidentFactory(title="Payroll of charlie", caller=charlie, confidential=True)
    shared = IncidentFactory(title="Payroll of all")
    Watcher.objects.create(ticket=shared, user=frank)
    of_team = IncidentFactory(title="Payroll of platform", confidential=True, team=platform)

    found = {
        user.username: set(numbers(api(user).get("incidents/", search="payroll")))
        for user in (alice, bob, charlie, frank)
    }

    both = {shared.number, of_team.number}
    assert found == {
        "alice": both,
        "bob": both,
        "charlie": {own.number},
        "frank": {shared.number},
    }


NAMES = st.sampled_from(
    [
        *("state", "phase", "priority", "service", "configuration_item", "team", "assignee"),
        *("caller", "opened_by", "tag", "parent", "opened_after", "opened_before"),
        *("updated_after", "source", "major", "on_hold_reason", "search", "limit", "ordering"),
        *("cursor", "count", "surprise"),
    ]
)
ODD = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.datetimes().map(str),
    st.sampled_from(
        [
            *("new", "none", "me", "true", "INC-1", "-id", "2026-01-01T00:00:00 02:00", "1e400"),
            *("'", '"', "\\", "%", "&|!", ":*", "<->", "a:*b", "\x00", "9" * 40, "٣", "½"),
        ]
    ),
)


@given(query=st.dictionaries(NAMES, ODD, max_size=4))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_parameter_ever_breaks_a_list(query, world):
    address = f"?{urlencode(query, errors='replace')}"

    for person in ("alice", "charlie"):
        response = world.call("GET", "api/v1/incidents/", person, query=address)

        assert response.status_code in {200, 400}, response.content
        assert response.status_code == 200 or set(response.json()["errors"]) <= set(query)
