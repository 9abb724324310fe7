"""Who is asked in a stage, and to whom it goes when they do not answer."""

from collections.abc import Collection, Iterable

from django.utils import timezone

from itsm.approvals.models import Stage, Substitute, Vote
from itsm.people.models import Membership, User
from itsm.people.roles import Role
from itsm.people.selectors import manager_of

# Of these everybody is told; to write to every agent about every change would be noise.
TOLD_ROLES = (Role.MANAGER, Role.ADMIN)


def asked_in(stage: Stage, votes: Iterable[Vote]) -> list[int]:
    """Whom to tell that these votes of a stage wait: each with today's substitutes."""
    found: set[int] = set()
    teams, roles = set[int](), set[str]()
    for vote in votes:
        found |= {each for each in (vote.user_id, vote.escalated_to_id) if each}
        teams |= {vote.team_id} if vote.team_id else set()
        roles |= {each for each in (vote.role, vote.escalated_role) if each in TOLD_ROLES}
    found |= set(Membership.objects.filter(team__in=teams).values_list("user", flat=True))
    found |= substitutes_of(found)
    found |= set(User.objects.filter(role__in=roles).values_list("pk", flat=True))
    heard = set(stage.votes.exclude(cast_by=None).values_list("cast_by", flat=True))
    able = User.objects.filter(pk__in=found, is_active=True, is_bot=False)
    able = able.exclude(pk__in=[*stage.approval.barred, *heard])
    return list(able.order_by("pk").values_list("pk", flat=True))


def substitutes_of(people: Collection[int]) -> set[int]:
    """Who votes for these people today."""
    today = timezone.localdate()
    found = Substitute.objects.filter(
        principal__in=people, starts_on__lte=today, ends_on__gte=today
    )
    return set(found.values_list("substitute", flat=True))


def senior_to(vote: Vote, *, barred: Collection[int]) -> User | None:
    """The manager of the person who is asked, or who leads the team; None when there is none."""
    if vote.role:
        return None
    if vote.user and (above := manager_of(vote.user, without=barred)):
        return above
    if vote.user_id:
        memberships = Membership.objects.filter(user=vote.user_id).values_list("team", flat=True)
        teams = set(memberships)
    else:
        teams = {each for each in (vote.team_id,) if each}
    leads = User.objects.filter(
        memberships__team__in=teams, memberships__is_lead=True, is_active=True, is_bot=False
    )
    return leads.exclude(pk__in=[*barred, vote.user_id or 0]).order_by("pk").first()
