"""Suspected causes on the pages of incidents and changes."""

import pytest
from django.test import Client

from changes.actions import find_causes
from changes.models import Attribution
from incidents.models import Incident
from itsm.people.models import User
from itsm.people.selectors import system_user
from tests.changes.test_causes import done
from tests.factories import (
    IncidentFactory,
)

pytestmark = pytest.mark.django_db


class TestPages:
    @pytest.fixture
    def found(self) -> Attribution:
        change = done(outcome="failed", title="New certificate")
        incident = IncidentFactory(service=change.service, title="Handshakes fail")
        find_causes(incident_id=incident.pk, actor=system_user())
        return Attribution.objects.get()

    def test_both_pages_show_the_suspicion_and_why(
        self, found: Attribution, client: Client, alice: User
    ) -> None:
        client.force_login(alice)

        on_incident = client.get(f"/incidents/{found.incident.number}/").content.decode()
        on_change = client.get(f"/changes/{found.change.number}/").content.decode()

        for page, other in ((on_incident, found.change), (on_change, found.incident)):
            assert other.number in page
            assert other.title in page
            assert "It changed the service of the incident." in page
            assert "It did not go well." in page
        assert "Name another change" in on_incident

    def test_where_none_is_suspected_the_first_is_named(self, client: Client, alice: User) -> None:
        client.force_login(alice)

        page = client.get(f"/incidents/{IncidentFactory().number}/").content.decode()

        assert "Name a change" in page
        assert "Name another change" not in page

    def test_the_button_confirms_and_leads_back(
        self, found: Attribution, client: Client, alice: User
    ) -> None:
        client.force_login(alice)
        back = f"/changes/{found.change.number}/"

        answer = client.post(f"/changes/causes/{found.pk}/", {"word": "confirm", "back": back})

        assert (answer.status_code, answer["Location"]) == (302, back)
        assert Attribution.objects.get().provenance == "confirmed"
        page = client.get(back).content.decode()
        assert "Confirmed" in page

    def test_it_leads_back_to_no_foreign_place(
        self, found: Attribution, client: Client, alice: User
    ) -> None:
        client.force_login(alice)

        answer = client.post(
            f"/changes/causes/{found.pk}/", {"word": "reject", "back": "https://evil.example"}
        )

        assert answer["Location"] == f"/incidents/{found.incident.number}/"

    def test_another_change_can_be_named_on_the_page(self, client: Client, alice: User) -> None:
        incident, change = IncidentFactory(), done()
        client.force_login(alice)

        for number in ("CHG-0", change.number.lower()):
            client.post("/changes/causes/", {"incident": incident.number, "change": number})

        assert Incident.objects.get().caused_by_change_id == change.pk
        assert "There is no CHG-0." in client.get(f"/incidents/{incident.number}/").content.decode()

    def test_auditors_are_shown_no_buttons(
        self, found: Attribution, client: Client, audrey: User
    ) -> None:
        client.force_login(audrey)

        page = client.get(f"/incidents/{found.incident.number}/").content.decode()

        assert found.change.number in page
        assert f"/changes/causes/{found.pk}/" not in page
        assert client.post(f"/changes/causes/{found.pk}/", {"word": "confirm"}).status_code == 403
