"""What can be done about people, their tokens and their own accounts."""

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

__all__ = [
    "add_team",
    "add_user",
    "change_team",
    "change_user",
    "issue_token",
    "join_team",
    "leave_team",
    "make_bot",
    "note_use",
    "revoke_token",
]
