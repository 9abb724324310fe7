"""Services and configuration items: kept by hand, and taken in as tables."""

import pytest

from itsm.core.models import Event
from itsm.inventory.models import ConfigurationItem, Service
from tests.factories import ConfigurationItemFactory, IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db

TABLE = """name,title,owner_team,tier,depends_on
checkout,Checkout,platform,1,payments;search
payments,Payments,platform,1,
search,Search,,3,
"""


def imported(caller, what, text, **query):
    address = f"{what}/import/" + ("?dry_run=1" if query.get("dry_run") else "")
    return caller.send("post", address, text, content_type="text/csv")


def test_a_service_is_registered_changed_and_removed(api, dana, platform):
    ServiceFactory(name="payments")
    said = {"name": "checkout", "owner_team": "platform", "tier": 1, "depends_on": ["payments"]}

    made = api(dana).post("services/", **said)
    changed = api(dana).patch("services/checkout/", tier=2, depends_on=[])
    removed = api(dana).delete("services/checkout/")

    assert {name: made.json()[name] for name in said} == said
    assert (changed.json()["tier"], changed.json()["depends_on"]) == (2, [])
    assert changed.json()["owner_team"] == "platform"
    assert removed.status_code == 204
    assert api(dana).get("services/checkout/").status_code == 404
    assert list(
        Event.objects.filter(name__startswith="service.").values_list("name", flat=True)
    ) == ["service.added", "service.changed", "service.removed"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "payments"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "../etc"}, "name"),
        ({"name": "x", "tier": 5}, "tier"),
        ({"name": "x", "depends_on": ["nothing"]}, "depends_on"),
        ({"name": "x", "owner_team": "nobody"}, "owner_team"),
        ({"name": "x", "status": "gone"}, "status"),
    ],
)
def test_a_service_that_is_none_is_refused_by_field(said, field, api, dana):
    ServiceFactory(name="payments")

    response = api(dana).post("services/", **said)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_what_tickets_name_is_retired_instead_of_removed(api, dana):
    service, item = ServiceFactory(name="checkout"), ConfigurationItemFactory(name="web-1")
    IncidentFactory(service=service).configuration_items.add(item)

    assert api(dana).delete("services/checkout/").status_code == 409
    assert api(dana).delete("configuration-items/web-1/").status_code == 409
    assert api(dana).patch("services/checkout/", status="retired").status_code == 200


def test_items_whose_names_hold_slashes_and_blanks_have_addresses(api, dana):
    names = ["shop/pod-1", "10.0.0.1:9100", "Drucker 7 (Büro)", "a%2Fb"]

    codes = [api(dana).post("configuration-items/", name=name).status_code for name in names]

    assert codes == [201] * 4
    found = api(dana).get("configuration-items/").json()["results"]
    assert {each["name"] for each in found} == set(names)
    for address in ("shop/pod-1", "10.0.0.1:9100", "Drucker%207%20(B%C3%BCro)", "a%252Fb"):
        assert api(dana).get(f"configuration-items/{address}/").status_code == 200


def test_items_are_related_to_one_another(api, dana):
    ConfigurationItemFactory(name="web-1")
    ConfigurationItemFactory(name="host-1")
    said = {"sort": "runs_on", "to_item": "host-1"}

    made = api(dana).post("configuration-items/web-1/relations/", **said)
    seen = api(dana).get("configuration-items/host-1/relations/").json()
    itself = api(dana).post("configuration-items/web-1/relations/", sort="runs_on", to_item="web-1")

    assert {**made.json(), "id": None} == {"id": None, "from_item": "web-1", **said}
    assert seen == [made.json()]
    assert itself.status_code == 400
    assert (
        api(dana).delete(f"configuration-items/web-1/relations/{made.json()['id']}/").status_code
        == 204
    )


def test_end_users_see_services_in_production_only(api, charlie, alice):
    ServiceFactory(name="checkout")
    ServiceFactory(name="found-by-alert", status="discovered")

    assert [each["name"] for each in api(charlie).get("services/").json()["results"]] == [
        "checkout"
    ]
    assert len(api(alice).get("services/").json()["results"]) == 2
    assert api(charlie).get("services/found-by-alert/").status_code == 404
    hidden = api(charlie).post("incidents/", title="Slow", service="found-by-alert")
    assert hidden.status_code == 400


def test_a_table_is_taken_in_and_a_second_time_changes_nothing(api, dana, platform):
    caller = api(dana)
    first = imported(caller, "services", TABLE).json()
    events = Event.objects.count()

    second = imported(caller, "services", TABLE).json()

    assert (first["is_written"], first["added"], first["wrong"]) == (True, 3, 0)
    assert (second["unchanged"], second["changed"]) == (3, 0)
    assert Event.objects.count() == events
    checkout = api(dana).get("services/checkout/").json()
    assert (checkout["owner_team"], checkout["depends_on"]) == ("platform", ["payments", "search"])


def test_a_dry_run_says_what_would_happen_and_does_nothing(api, dana, platform):
    ServiceFactory(name="search", title="Old", tier=3)

    report = imported(api(dana), "services", TABLE, dry_run=True).json()

    assert [row["outcome"] for row in report["rows"]] == ["added", "added", "changed"]
    assert report["is_written"] is False
    assert list(Service.objects.values_list("name", "title")) == [("search", "Old")]


def test_a_wrong_row_is_told_by_line_and_nothing_is_written(api, dana):
    table = "name,tier,depends_on\ngood,1,\nbad,9,\ngood,2,\nlost,1,nothing\n"

    response = imported(api(dana), "services", table)

    report = response.json()
    assert response.status_code == 400
    assert [(row["line"], row["outcome"], *row["errors"]) for row in report["rows"]] == [
        (2, "added"),
        (3, "wrong", "tier"),
        (4, "wrong", "name"),
        (5, "wrong", "depends_on"),
    ]
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "table",
    [
        "",
        "title\nx\n",
        "name,password\nx,y\n",
        "name,name\nx,y\n",
        'name\n"x',
        "\x00",
        b"name\n\xff",
    ],
)
def test_a_table_that_is_none_is_refused(table, api, dana):
    response = imported(api(dana), "services", table)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_a_spreadsheet_would_run_nothing_of_what_is_taken_out(api, dana):
    formula = '=HYPERLINK("http://evil.test")'
    ConfigurationItemFactory(name="-1+1", environment=formula)
    ConfigurationItemFactory(name="web;1", kind="@host")

    table = api(dana).get("configuration-items/export/")
    report = imported(api(dana), "configuration-items", table.content).json()

    assert table["Content-Disposition"] == 'attachment; filename="configuration-items.csv"'
    cells = [cell for line in table.text.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.strip('"').startswith(("=", "+", "-", "@"))]
    assert report["unchanged"] == 2
    assert set(ConfigurationItem.objects.values_list("environment", flat=True)) == {formula, ""}


def test_a_large_table_costs_few_statements(api, dana, django_assert_max_num_queries):
    rows = "".join(f"host-{each},server,\n" for each in range(500))

    with django_assert_max_num_queries(40):
        report = imported(api(dana), "configuration-items", f"name,kind,service\n{rows}").json()

    assert report["added"] == 500
