"""The password that is printed at a start is the one the demo people have."""

import pytest
from django.core.management import call_command

from itsm.core.supervision.preparing import demo_is_as_told
from itsm.dashboard.demo import change_password
from itsm.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings) -> User:
    settings.DEMO, settings.DEMO_PASSWORD = True, "first-word"
    return User.objects.create_user("dana", email="dana@example.test", password="first-word")


def test_another_password_at_the_next_start_becomes_theirs(demo: User, settings, capsys):
    assert demo_is_as_told()
    settings.DEMO_PASSWORD = "second-word"
    assert not demo_is_as_told()

    call_command("demo")

    demo.refresh_from_db()
    assert demo.check_password("second-word")
    assert "the password is now second-word" in capsys.readouterr().out


def test_nobody_but_the_demo_people_is_changed(demo: User):
    ours = User.objects.create_user("bob", email="bob@company.test", password="own-word")

    change_password("third-word")

    ours.refresh_from_db()
    assert ours.check_password("own-word")
