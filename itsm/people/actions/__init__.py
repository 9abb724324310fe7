"""What can be done about people, their tokens and their own accounts."""

from itsm.people.actions.delegating import delegate_named, name_delegate, remove_delegate
from itsm.people.actions.directory import (
    add_team,
    add_user,
    change_team,
    change_user,
    issue_token,
    join_team,
    leave_team,
    make_bot,
    note_use,
    revoke_token,
)
from itsm.people.actions.importing import import_people

__all__ = [
    "add_team",
    "add_user",
    "change_team",
    "change_user",
    "delegate_named",
    "import_people",
    "issue_token",
    "join_team",
    "leave_team",
    "make_bot",
    "name_delegate",
    "note_use",
    "remove_delegate",
    "revoke_token",
]
