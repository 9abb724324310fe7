"""What becomes of articles: used on records, shown to people, found helpful or not."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.core.fields import Field, Flag
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import may_work
from knowledge import selectors
from knowledge.actions.moving import question_it
from knowledge.actions.reviews import note_or_open
from knowledge.actions.writing import locked
from knowledge.models import Article, Feedback, Showing, Sort, Stale, Use, UseSort, Version

SAID: tuple[Field, ...] = (
    Flag(name="helpful", label=_l("Did it help?")),
    Field(name="comment", label=_l("What is missing or wrong"), max_length=2000),
)
# Of fewer votes nothing is concluded.
LEAST_VOTES = 10
LEAST_HELPFUL = 60  # percent


@transaction.atomic
def use_article(*, article: Article, ticket: Ticket, actor: User, sort: str = UseSort.USED) -> Use:
    """Say what a record is to an article; said twice, nothing changes."""
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
    use, is_new = Use.objects.get_or_create(
        article=article, ticket_id=ticket.pk, sort=sort, defaults={"user": actor}
    )
    if is_new:
        data = {"ticket": ticket.pk, "sort": sort}
        events.publish("article.used", article, actor=actor, data=data)
        data = {"article": article.number, "sort": sort}
        events.publish(f"{ticket.kind}.article_linked", ticket, actor=actor, data=data)
    return use


@transaction.atomic
def unuse_article(*, use: Use, ticket: Ticket, actor: User) -> None:
    """Say that a record has nothing to do with an article after all."""
    if not may_work(actor, ticket):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
    data = {"article": use.article.number, "sort": use.sort}
    events.publish(f"{ticket.kind}.article_unlinked", ticket, actor=actor, data=data)
    use.delete()


@transaction.atomic
def rate_article(*, version: Version, actor: User, helpful: bool, comment: str = "") -> Feedback:
    """Say whether a version helped; whoever answers for it hears why it did not."""
    if not version.is_live:
        raise Refused(_("Nobody reads this version now."))
    said, _is_new = Feedback.objects.update_or_create(
        version=version,
        user=actor,
        defaults={"helpful": helpful, "comment": comment, "given_at": timezone.now()},
    )
    data = {"version": version.number, "language": version.language, "helpful": helpful}
    events.publish("article.rated", version.article, actor=actor, data=data)
    if not helpful:
        told = _("%(name)s says: %(words)s")
        if not comment:
            told = _("%(name)s did not find it helpful and did not say why.")
        said_by = told % {"name": actor, "words": comment}
        locked(version.article)
        note_or_open(version=version, sort=Sort.FEEDBACK, words=said_by, actor=system_user())
    if _is_doubtful(version):
        question_it(version=version, because=Stale.VOTES)
    return said


def _is_doubtful(version: Version) -> bool:
    yes, no = selectors.votes_of([version]).get(version.pk, (0, 0))
    return yes + no >= LEAST_VOTES and yes * 100 < LEAST_HELPFUL * (yes + no)


def note_shown(*, articles: Iterable[Article], user: User, place: str) -> None:
    """Keep that articles were put before somebody, once a day for each and place."""
    now = timezone.now()
    day = timezone.localdate()
    Showing.objects.bulk_create(
        [Showing(article=each, user=user, place=place, day=day, shown_at=now) for each in articles],
        ignore_conflicts=True,
    )
