"""Who people are, and how they show that they are it."""

from itsm.people.models.directory import ApiToken, Membership, Team, User, UserManager

__all__ = ["ApiToken", "Membership", "Team", "User", "UserManager"]
