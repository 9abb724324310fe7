"""Windows in the admin: their times are those of the zone they name."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from changes.models import Window
from itsm.people.models import User
from tests.administration.forms import filled

pytestmark = pytest.mark.django_db


def test_a_window_is_shown_and_saved_by_the_clocks_of_its_own_zone(
    client: Client, dana: User
) -> None:
    window = Window.objects.create(
        sort="freeze",
        name="Night",
        starts_at=datetime(2026, 1, 10, 21, 0, tzinfo=UTC),
        ends_at=datetime(2026, 1, 11, 1, 0, tzinfo=UTC),
        time_zone="Europe/Berlin",
    )
    client.force_login(dana)
    address = f"/admin/changes/window/{window.pk}/change/"
    given = filled(client.get(address).context)

    client.post(address, {**given, "ends_at_1": "03:00"})

    window.refresh_from_db()
    assert str(given["starts_at_1"]) == "22:00:00"
    assert window.starts_at == datetime(2026, 1, 10, 21, 0, tzinfo=UTC)
    assert window.ends_at == datetime(2026, 1, 11, 2, 0, tzinfo=UTC)
