"""Dana's browser."""

import pytest
from django.test import Client

from itsm.people.models import User


@pytest.fixture
def admin(dana: User) -> Client:
    """A client signed in as dana."""
    client = Client()
    client.force_login(dana)
    return client
