import pytest
from django.db import IntegrityError

from itsm.people.models import User
from itsm.people.roles import CAPABILITIES, Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_a_role_carries_its_capabilities_and_no_other(role: str) -> None:
    user = UserFactory(role=role)
    every = set().union(*CAPABILITIES.values())

    allowed = {each for each in every if user.has_perm(each)}

    assert allowed >= CAPABILITIES[role]
    if role not in (Role.ADMIN, Role.AUDITOR):
        assert allowed == CAPABILITIES[role]


@pytest.mark.parametrize(("role", "writes"), [(Role.ADMIN, True), (Role.AUDITOR, False)])
def test_the_admin_lets_administrators_write_and_auditors_read(role: str, writes: bool) -> None:
    user = UserFactory(role=role)

    assert user.is_staff
    assert user.has_perm("inventory.view_service")
    assert user.has_perm("inventory.change_service") is writes


def test_who_may_not_sign_in_may_do_nothing(dana: User) -> None:
    dana.is_active = False

    assert not dana.has_perm("tickets.work")


@pytest.mark.parametrize("change", ["password", "role", "is_active"])
def test_sessions_end_with_a_new_password_role_or_right_to_sign_in(
    change: str, alice: User
) -> None:
    before = alice.get_session_auth_hash()

    setattr(alice, change, {"password": "new", "role": Role.ADMIN, "is_active": False}[change])

    assert alice.get_session_auth_hash() != before


def test_two_people_cannot_have_one_name_in_two_cases(alice: User) -> None:
    with pytest.raises(IntegrityError):
        UserFactory(username="ALICE")
