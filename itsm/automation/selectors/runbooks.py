"""Questions about runbooks."""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from itsm.automation.models import Runbook, RunbookSecret, RunbookVersion
from itsm.core.errors import NotFound
from itsm.people.models import User
from itsm.tickets.likeness import like_text
from itsm.tickets.models import Ticket

MOST_HELPFUL = 3


def visible_runbooks(user: User) -> QuerySet[Runbook]:
    """The runbooks staff may see."""
    runbooks = Runbook.objects.select_related("owner_team")
    return runbooks if user.has_perm("tickets.view_all") else runbooks.none()


def runbooks_like(user: User, text: str) -> QuerySet[Runbook]:
    """The runbooks that have this in their name or short name."""
    named = Q(name__icontains=text) | Q(slug__icontains=text)
    return visible_runbooks(user).filter(named)


def runbooks_that_may_help(user: User, ticket: Ticket) -> list[Runbook]:
    """The runbooks whose words a record shares, the best first; few of its words are too few."""
    found = like_text("runbook", title=ticket.title, body=ticket.description, most=MOST_HELPFUL)
    keys = [each.key for each in found if each.tells]
    known = {each.pk: each for each in visible_runbooks(user).filter(pk__in=keys, is_active=True)}
    return [known[key] for key in keys if key in known]


def runbook_for(user: User, slug: str) -> Runbook:
    """The runbook with this short name; NotFound when there is none this person may see."""
    runbook = visible_runbooks(user).filter(slug=slug).first()
    if runbook is None:
        raise NotFound(_("There is no such runbook."))
    return runbook


def versions_of(runbook: Runbook) -> QuerySet[RunbookVersion]:
    """What a runbook has said, newest first."""
    found = RunbookVersion.objects.filter(runbook=runbook).select_related("created_by", "runbook")
    return found.order_by("-number")


def newest_version_of(runbook: Runbook) -> RunbookVersion:
    """What a runbook says now; NotFound where it says nothing yet."""
    version = versions_of(runbook).first()
    if version is None:
        raise NotFound(_("%(name)s says nothing yet.") % {"name": runbook})
    return version


def newest_versions(runbook_ids: Collection[int]) -> dict[int, RunbookVersion]:
    """What each of these runbooks says now."""
    found = RunbookVersion.objects.filter(runbook__in=runbook_ids).select_related("runbook")
    newest = found.order_by("runbook_id", "-number").distinct("runbook_id")
    return {each.runbook_id: each for each in newest}


def secret_names_of(runbook: Runbook) -> list[RunbookSecret]:
    """The secrets a runbook has, without their values."""
    found = RunbookSecret.objects.filter(runbook=runbook).select_related("set_by")
    return list(found.defer("value").order_by("name"))


def names_of_runbooks() -> list[tuple[str, str]]:
    """The short names of all runbooks, each with what people call it."""
    return list(Runbook.objects.order_by("name").values_list("slug", "name"))


def runbook_named(slug: str) -> Runbook | None:
    """The runbook with this short name that may run, for programs."""
    return Runbook.objects.filter(slug=slug, is_active=True).first()
