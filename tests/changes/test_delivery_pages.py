"""The pages of delivery: each tile is the sum of the rows it opens."""

import csv
from io import StringIO

import pytest
from django.test import Client

from itsm.people.models import User
from tests.changes.test_dora import DAY, HOUR, NOON, cause, deployed
from tests.factories import (
    ChangeFactory,
    IncidentFactory,
    ServiceFactory,
)


@pytest.mark.django_db
class TestPages:
    SPAN = "start=2026-11-05T12:00:00Z&end=2026-11-15T12:00:00Z"

    def test_each_tile_opens_its_rows(self, client: Client, alice: User) -> None:
        change = ChangeFactory()
        deployed(change=change, revision="aaaaaaaaaaaa")
        deployed(revision="bbbbbbbbbbbb")
        deployed(outcome="failed", revision="cccccccccccc")
        cause(change, IncidentFactory(number="INC-77", opened_at=NOON + HOUR))
        client.force_login(alice)

        answer = client.get(f"/delivery/?{self.SPAN}")

        shown = {}
        for tile in answer.context["tiles"]:
            rows = client.get(tile["address"])
            shown[str(tile["title"])] = (tile["value"], rows.context["count"])
        assert shown == {
            "Lead time": ("3 h", 2),
            "Deployment frequency": ("0.20", 2),
            "Change fail rate": ("66.7 %", 2),
            "Failed deployment recovery time": ("–", 0),
            "Rework rate": ("0.0 %", 0),
        }
        failed = client.get(answer.context["tiles"][2]["address"]).content.decode()
        assert "aaaaaaaaaaaa" in failed
        assert "cccccccccccc" in failed
        assert "bbbbbbbbbbbb" not in failed
        assert "INC-77" in failed
        assert "2 of 3 deployments" in failed

    def test_the_course_adds_up_to_the_whole(self, client: Client, alice: User) -> None:
        for days in range(-4, 5):
            deployed(finished_at=NOON + days * DAY, outcome="failed" if days == 1 else "succeeded")
        client.force_login(alice)

        answer = client.get(f"/delivery/?{self.SPAN}")

        stretches = answer.context["stretches"]
        assert len(stretches) == 10
        assert sum(int(cells["deployments"]) for _name, _address, cells in stretches) == 9
        assert sum(int(cells["failed"]) for _name, _address, cells in stretches) == 1
        counts = [client.get(address).context["count"] for _name, address, _cells in stretches]
        assert sum(counts) == 9
        page = answer.content.decode()
        assert page.count('<svg class="chart"') == 2
        assert "definition 1" in page

    def test_nobody_learns_of_incidents_he_may_not_see(
        self, client: Client, bob: User, mona: User
    ) -> None:
        change = ChangeFactory(confidential=True, number="CHG-5")
        deployed(change=change)
        cause(change, IncidentFactory(number="INC-5", confidential=True, opened_at=NOON + HOUR))

        def told(user: User, page: str) -> str:
            client.force_login(user)
            return client.get(f"/delivery/{page}/?figure=fail_rate&{self.SPAN}").content.decode()

        for page in ("rows", "csv"):
            assert "INC-5" not in told(bob, page)
            assert "CHG-5" not in told(bob, page)
            assert "INC-5" in told(mona, page)
        assert "1 you may not see" in told(bob, "rows")

    def test_the_table_for_other_programs_says_the_same(self, client: Client, alice: User) -> None:
        deployed(service=ServiceFactory(name="=cmd|calc"), revision="abc")
        deployed(outcome="failed")
        client.force_login(alice)

        answer = client.get(f"/delivery/csv/?figure=lead_time&{self.SPAN}")

        (row,) = csv.DictReader(StringIO(answer.content.decode()))
        assert answer["Content-Type"].startswith("text/csv")
        assert (row["service"], row["lead_time_seconds"]) == ("'=cmd|calc", str(3 * 3600))
        assert (row["failed"], row["definition"]) == ("0", "1")

    @pytest.mark.parametrize(
        "query",
        [
            "days=x&environment=%00&service=%27&figure=moon&page=-1",
            "start=2026-13-45&end=now",
            "start=2026-11-15T12:00:00Z&end=2026-11-05T12:00:00Z",
            "start=1900-01-01T00:00:00Z&end=9999-01-01T00:00:00Z",
            "by=moon&page=99999",
        ],
    )
    def test_nonsense_in_the_address_is_as_if_it_was_not_said(
        self, client: Client, alice: User, query: str
    ) -> None:
        client.force_login(alice)

        for page in ("", "rows/", "csv/"):
            assert client.get(f"/delivery/{page}?{query}").status_code == 200

    def test_an_empty_house_says_where_deployments_come_from(
        self, client: Client, alice: User
    ) -> None:
        client.force_login(alice)

        assert "Deployments come from pipelines" in client.get("/delivery/").content.decode()
