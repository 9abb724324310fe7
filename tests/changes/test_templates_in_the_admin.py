"""Templates and pipelines in the admin ask for words, not for JSON."""

from typing import Any

import pytest
from django.test import Client

from changes.models import ChangeTemplate, Pipeline
from itsm.people.models import User
from tests.administration.forms import filled
from tests.integrations.pipelines import Tool

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, dana: User) -> Client:
    """A client signed in as dana."""
    client.force_login(dana)
    return client


def test_what_changes_may_say_otherwise_is_ticked_and_read_in_words(admin: Client) -> None:
    template = ChangeTemplate.objects.create(slug="release", name="Release")
    address = f"/admin/changes/changetemplate/{template.pk}/change/"
    version: dict[str, Any] = {
        "versions-TOTAL_FORMS": 1,
        "versions-0-category": "deploy",
        "versions-0-title": "Release",
        "versions-0-open_fields": ["service", "test_plan"],
    }

    admin.post(address, {**filled(admin.get(address).context), **version})

    assert template.versions.get().editable == ["service", "test_plan"]
    assert "Service, How it is tested" in admin.get(address).content.decode()


def test_hosts_that_may_be_answered_stand_one_in_a_line(admin: Client) -> None:
    pipeline = Pipeline.objects.get(pk=Tool.of("github").pipeline.pk)
    address = f"/admin/changes/pipeline/{pipeline.pk}/change/"
    page = admin.get(address)

    assert "api.github.com\napp.terraform.io" in page.content.decode()
    lines = "api.github.com\r\n\r\n ci.example.test "
    admin.post(address, {**filled(page.context), "answer_hosts": lines})

    pipeline.refresh_from_db()
    assert pipeline.answer_hosts == ["api.github.com", "ci.example.test"]
