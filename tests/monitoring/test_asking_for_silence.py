"""Silences that people ask for: in the API and on pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from itsm.core.errors import NotAllowed
from itsm.monitoring import actions
from itsm.monitoring.models import Alert, Silence
from itsm.people.actions import issue_token
from itsm.people.models import User
from tests.factories import ServiceFactory
from tests.monitoring.test_silences import hear, silence, source

__all__ = ["hear", "source"]

pytestmark = pytest.mark.django_db


class TestAsking:
    @pytest.fixture
    def speak(self, alice: User) -> Any:
        def spoken(method: str, address: str, user: User = alice, **body: Any) -> Any:
            token = issue_token(user=user, name="test")[1]
            client = Client(headers={"Authorization": f"Bearer {token}"})
            if method == "get":
                return client.get(f"/api/v1/{address}", body)
            return getattr(client, method)(
                f"/api/v1/{address}", body, content_type="application/json"
            )

        return spoken

    def test_its_whole_life_through_the_api(self, hear: Any, speak: Any) -> None:
        ServiceFactory(name="checkout")
        ends_at = (timezone.now() + timedelta(hours=1)).isoformat()
        made = speak(
            "post", "silences/", reason="Disks", services=["checkout"],
            matchers=["title*=Disk"], ends_at=ends_at,
        )  # fmt: skip
        assert made.status_code == 201, made.content
        key = made.json()["id"]
        hear()

        shown = speak("get", f"silences/{key}/").json()
        held = speak("get", f"silences/{key}/alerts/").json()["results"]
        later = (timezone.now() + timedelta(hours=2)).isoformat()
        moved = speak("patch", f"silences/{key}/", ends_at=later).json()
        ended = speak("post", f"silences/{key}/end/").json()

        assert (shown["standing"], shown["alerts_count"], shown["author"]) == ("on", 1, "alice")
        assert [(each["status"], each["silence"]) for each in held] == [("suppressed", key)]
        assert moved["ends_at"] > ends_at
        assert moved["reason"] == "Disks"
        assert ended["standing"] == "over"
        assert speak("post", f"silences/{key}/end/").status_code == 409
        assert speak("patch", f"silences/{key}/", ends_at=later).status_code == 409

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"reason": " "}, "reason"),
            ({"matchers": []}, "matchers"),
            ({"matchers": ["nonsense"]}, "matchers"),
            ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
            ({"ends_at": "2061-01-01T00:00:00Z"}, "ends_at"),
            ({"starts_at": "2060-01-01T00:00:00Z"}, "ends_at"),
            ({"services": ["nowhere"]}, "services"),
            ({"most_severity": "awful"}, "most_severity"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_name(
        self, given: dict[str, Any], field: str, speak: Any
    ) -> None:
        ends_at = (timezone.now() + timedelta(hours=1)).isoformat()
        body = {"reason": "Disks", "matchers": ["title=Disk"], "ends_at": ends_at} | given

        answer = speak("post", "silences/", **body)

        assert answer.status_code == 400, answer.content
        assert field in answer.json()["errors"]

    def test_lists_are_narrowed_by_how_they_stand(self, alice: User, speak: Any) -> None:
        silence(alice)
        soon = timezone.now() + timedelta(minutes=30)
        silence(alice, reason="Soon", starts_at=soon)
        actions.end_silence(silence=silence(alice, reason="Over"), actor=alice)

        def named(standing: str) -> list[str]:
            found = speak("get", "silences/", standing=standing).json()["results"]
            return [each["reason"] for each in found]

        assert [named(each) for each in ("on", "coming", "over")] == [
            ["Disks are swapped"],
            ["Soon"],
            ["Over"],
        ]

    def test_auditors_and_end_users_silence_nothing(
        self, audrey: User, charlie: User, alice: User
    ) -> None:
        made = silence(alice)

        for outsider in (audrey, charlie):
            with pytest.raises(NotAllowed):
                silence(outsider)
            with pytest.raises(NotAllowed):
                actions.end_silence(silence=made, actor=outsider)

    def test_the_pages_show_what_is_held_back_and_why(
        self, alice: User, client: Client, hear: Any
    ) -> None:
        made = silence(alice)
        hear()
        alert = Alert.objects.get()
        client.force_login(alice)

        listed = client.get("/alerts/?status=suppressed").content.decode()
        one = client.get(f"/alerts/{alert.pk}/").content.decode()
        of_silence = client.get(f"/alerts/silences/{made.pk}/").content.decode()
        of_all = client.get("/alerts/silences/").content.decode()

        for page in (listed, one):
            assert "Disk is full" in page
            assert f'href="/alerts/silences/{made.pk}/"' in page
            assert "Disks are swapped" in page
        assert "Disk is full" in of_silence
        assert "1 alert" in of_all

    def test_a_silence_can_be_asked_for_on_the_page_of_an_alert(
        self, alice: User, client: Client, hear: Any
    ) -> None:
        hear(labels={"alertname": "DiskFull"})
        client.force_login(alice)

        form = client.get(f"/alerts/silences/new/?alert={Alert.objects.get().pk}").content.decode()
        given = {"matchers": "alertname=DiskFull", "services": "checkout", "reason": "Known"}
        ends_at = timezone.localtime() + timedelta(hours=1)
        answer = client.post(
            "/alerts/silences/new/", given | {"ends_at": ends_at.strftime("%Y-%m-%dT%H:%M")}
        )

        assert 'value="alertname=DiskFull"' in form
        made = Silence.objects.get()
        assert answer["Location"] == f"/alerts/silences/{made.pk}/"
        assert made.matchers == ["alertname=DiskFull"]
        client.post(f"/alerts/silences/{made.pk}/end/")
        made.refresh_from_db()
        assert made.ended_at is not None
