"""The people every test knows, and the one word the test database needs."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from itsm.people.actions import join_team
from itsm.people.models import Team, User
from itsm.people.roles import Role
from tests.factories import TeamFactory, UserFactory
from tests.tables import (  # noqa: F401 fixtures for all
    _tables_are_emptied_quickly,
    django_db_setup,
)
from tests.world import world  # noqa: F401 a fixture for all

# A busy machine is no fault of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


# The files that take longest, first the longest: short ones then fill the end of a parallel run.
# Those with a browser stand together, as does what else has one below: whoever goes on to another
# sort of test ends the browser and the house, and starts both again for the next.
LONGEST = (
    *("journeys/test_every_page.py", "frame/test_storm.py", "api/test_rubbish.py"),
    *("tests/test_doors.py", "frame/test_gate_waits.py", "frame/test_supervision.py"),
    *("journeys/test_record.py", "journeys/test_calendar.py", "journeys/test_account.py"),
    *("journeys/test_steady_gate.py", "journeys/test_portal.py"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long."""

    def place(item: pytest.Item) -> int:
        file = "/".join(item.path.parts[-2:])
        if file in LONGEST:
            return LONGEST.index(file)
        has_browser = item.path.parent.name == "journeys"
        is_slow = item.get_closest_marker("slow") is not None
        return len(LONGEST) + (0 if has_browser else 1 if is_slow else 2)

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no rubbish while collecting, which makes none: it takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What stays for the whole run is not looked through for rubbish again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let the test runner empty the append-only tables between tests; nobody else may."""
    from django.conf import settings  # noqa: PLC0415 settings are not ready at import

    options = settings.DATABASES["default"]["OPTIONS"]
    options["options"] = f"{options.get('options', '')} -c steady.may_truncate_events=yes".strip()


@pytest.fixture
def platform(db: None) -> Team:
    """The team of alice, who leads it, and bob."""
    return TeamFactory(slug="platform", name="Platform")


@pytest.fixture
def service_desk(db: None) -> Team:
    """The team of erin."""
    return TeamFactory(slug="service-desk", name="Service Desk")


@pytest.fixture
def alice(platform: Team) -> User:
    """An agent who leads the Platform team."""
    user = UserFactory(username="alice", role=Role.AGENT)
    join_team(user=user, team=platform, is_lead=True, actor=None)
    return user


@pytest.fixture
def bob(platform: Team) -> User:
    """An agent in the Platform team."""
    user = UserFactory(username="bob", role=Role.AGENT)
    join_team(user=user, team=platform, actor=None)
    return user


@pytest.fixture
def erin(service_desk: Team) -> User:
    """An agent in the Service Desk team."""
    user = UserFactory(username="erin", role=Role.AGENT)
    join_team(user=user, team=service_desk, actor=None)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """An end user."""
    return UserFactory(username="charlie")


@pytest.fixture
def frank(db: None) -> User:
    """Another end user."""
    return UserFactory(username="frank")


@pytest.fixture
def dana(db: None) -> User:
    """An administrator."""
    return UserFactory(username="dana", role=Role.ADMIN)


@pytest.fixture
def mona(db: None) -> User:
    """A process manager."""
    return UserFactory(username="mona", role=Role.MANAGER)


@pytest.fixture
def audrey(db: None) -> User:
    """An auditor, who reads everything and changes nothing."""
    return UserFactory(username="audrey", role=Role.AUDITOR)


@pytest.fixture
def bot(db: None) -> User:
    """A program that acts under its own name."""
    return UserFactory(username="bot", role=Role.AGENT, is_bot=True)
