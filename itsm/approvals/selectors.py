"""Questions about approvals: who is asked, who may answer, what was said."""

from collections.abc import Collection

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from itsm.approvals.models import Approval, Rule, Stage, Substitute, Vote
from itsm.people.models import Membership, User
from itsm.people.roles import Role
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets


def rules_for(kind: str, purpose: str) -> QuerySet[Rule]:
    """The rows of a decision table, in the order they are tried."""
    return Rule.objects.filter(kind=kind, purpose=purpose, is_active=True)


def _whole(approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    votes = Vote.objects.select_related("user", "team", "cast_by").order_by("pk")
    stages = Stage.objects.order_by("position").prefetch_related(Prefetch("votes", votes))
    return approvals.prefetch_related(Prefetch("stages", stages))


def approvals_of(ticket: Ticket) -> QuerySet[Approval]:
    """What was asked about a ticket, newest first, with all that was said."""
    return _whole(Approval.objects.filter(ticket=ticket.pk)).order_by("-pk")


def latest_of(tickets: Collection[int], purpose: str) -> dict[int, Approval]:
    """What was asked last about each of these tickets for a purpose, with all that was said."""
    found = _whole(Approval.objects.filter(ticket__in=tickets, purpose=purpose)).order_by("pk")
    return {each.ticket_id: each for each in found}


def approvals_with(pks: Collection[int]) -> QuerySet[Approval]:
    """The approvals with these ids."""
    return Approval.objects.filter(pk__in=pks)


def votes_on(approvals: Collection[int]) -> QuerySet[Vote]:
    """All that was asked and said on the approvals with these ids."""
    votes = Vote.objects.filter(stage__approval__in=approvals)
    return votes.select_related("stage", "user", "team", "cast_by").order_by("pk")


def visible_approvals(user: User) -> QuerySet[Approval]:
    """The approvals of tickets this person may see, or in which he has a vote."""
    mine = votes_open_to(user).values("stage__approval")
    seen = visible_tickets(user).select_related(None).values("pk")
    return Approval.objects.filter(Q(ticket__in=seen) | Q(pk__in=mine))


def principals_of(user: User) -> set[int]:
    """Whom this person votes for today: himself and those he is a substitute of."""
    today = timezone.localdate()
    others = Substitute.objects.filter(
        substitute=user, starts_on__lte=today, ends_on__gte=today
    ).values_list("principal", flat=True)
    return {user.pk, *others}


def votes_open_to(user: User) -> QuerySet[Vote]:
    """The votes this person may cast now, by himself, his teams, his role or as a substitute.

    Who has cast one in a stage is asked there no more, however many of its seats are his.
    """
    principals = principals_of(user)
    open_votes = Vote.objects.filter(
        state=Vote.State.REQUESTED,
        stage__state=Stage.State.OPEN,
        stage__approval__state="requested",
    )
    teams = Membership.objects.filter(user__in=principals).values("team")
    # A role is everybody: unlike who is named, it may judge only what it may see anyway.
    seen = visible_tickets(user).select_related(None).values("pk")
    of_role = Q(role__in=_seats_of(user.role), stage__approval__ticket__in=seen)
    passed_on = Q(escalated_to__in=principals) | Q(
        escalated_role__in=_seats_of(user.role), stage__approval__ticket__in=seen
    )
    mine = Q(user__in=principals) | Q(team__in=teams) | of_role | passed_on
    heard = Vote.objects.filter(cast_by=user).values("stage")
    return open_votes.filter(mine).exclude(
        Q(stage__approval__barred__contains=[user.pk]) | Q(stage__in=heard)
    )


def _seats_of(role: str) -> list[str]:
    """The roles whose vote somebody of this role may cast: administrators also managers'."""
    return [role, Role.MANAGER] if role == Role.ADMIN else [role]


def stage_with(pk: object) -> Stage | None:
    """The stage with this id, with what it is a stage of."""
    found = Stage.objects.filter(pk=pk) if isinstance(pk, int) else Stage.objects.none()
    return found.select_related("approval__ticket__service").first()


def is_asked(user: User, stage: Stage) -> bool:
    """Whether the stage waits for this person's word now."""
    return votes_open_to(user).filter(stage=stage.pk).exists()


def due_stages(column: str) -> QuerySet[Stage]:
    """The open stages in which it is time to remind, or to escalate, longest overdue first."""
    due = Stage.objects.filter(
        state=Stage.State.OPEN, approval__state="requested", **{f"{column}__lte": timezone.now()}
    )
    return due.select_related("approval").order_by(column)


def waiting_for(user: User) -> QuerySet[Approval]:
    """The approvals that wait for this person's word, oldest first."""
    asked = votes_open_to(user).values("stage__approval")
    waiting = Approval.objects.filter(pk__in=asked).select_related("ticket__service")
    return _whole(waiting).order_by("due_at", "pk")


def open_vote_ids(user: User, approvals: Collection[Approval]) -> set[int]:
    """Which votes of these approvals the person may cast."""
    return set(
        votes_open_to(user)
        .filter(stage__approval__in=[each.pk for each in approvals])
        .values_list("pk", flat=True)
    )


def is_granted(ticket: Ticket, purpose: str) -> bool:
    """Whether the latest leave asked for this purpose was given."""
    latest = Approval.objects.filter(ticket=ticket.pk, purpose=purpose).order_by("-pk").first()
    return latest is not None and latest.state == Approval.State.APPROVED
