"""Articles and their versions: a version's words are frozen once they are given to review."""

from functools import reduce
from operator import add
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, GeneratedField, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.inventory.models import Service
from itsm.people.models import Team


class Kind(models.TextChoices):
    """What an article is for."""

    HOW_TO = "how_to", _("How-to")
    TROUBLESHOOTING = "troubleshooting", _("Troubleshooting")
    KNOWN_ERROR = "known_error", _("Known error")
    RUNBOOK = "runbook", _("Runbook")
    FAQ = "faq", _("Questions and answers")
    POLICY = "policy", _("Policy")


class Audience(models.TextChoices):
    """Who may read a version."""

    STAFF = "staff", _("Staff")
    PUBLIC = "public", _("Everybody")


class State(models.TextChoices):
    """Where a version stands."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    NEEDS_REVIEW = "needs_review", _("Needs review")
    PENDING_RETIREMENT = "pending_retirement", _("Retirement asked for")
    RETIRED = "retired", _("Retired")
    OUTDATED = "outdated", _("Outdated")


# In work, read by its audience, and over; at most one of the first two sorts a language.
IN_WORK = (State.DRAFT, State.REVIEW, State.SCHEDULED)
LIVE = (State.PUBLISHED, State.NEEDS_REVIEW, State.PENDING_RETIREMENT)


class Stale(models.TextChoices):
    """Why a version has to be looked at again."""

    DUE = "due", _("Nobody has looked at it for a long time")
    CHANGE = "change", _("A change it is linked to was closed")
    VOTES = "votes", _("Too few of its readers found it helpful")
    FIXED = "fixed", _("The known error it tells of was fixed")
    SERVICE = "service", _("Its service was retired")


class Article(models.Model):
    """One thing worth knowing, in one or more languages; its words are in its versions."""

    number = models.CharField(max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    owner_team = models.ForeignKey(
        Team, models.PROTECT, related_name="articles", verbose_name=_("team that owns it")
    )
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, blank=True, related_name="articles"
    )
    # Where it came from when it was taken in from a folder, so that it is known again.
    origin = models.CharField(max_length=250, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["origin"], condition=~Q(origin=""), name="one_article_an_origin"
            )
        ]

    def __str__(self) -> str:
        return self.number


def _words(*parts: tuple[str, str]) -> Case:
    """The words of these columns, each as it stands and by its stem in its language."""

    def stemmed(config: str) -> Any:
        vectors = [SearchVector(name, weight=weight, config=config) for name, weight in parts]
        return reduce(add, vectors)

    return Case(
        When(language="de", then=stemmed("simple") + stemmed("german")),
        default=stemmed("simple") + stemmed("english"),
    )


class Version(models.Model):
    """What an article says in one language from one publication to the next."""

    article = models.ForeignKey(Article, models.CASCADE, db_index=False, related_name="versions")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    number = models.PositiveIntegerField(editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT, editable=False)
    title = models.CharField(_("title"), max_length=250)
    summary = models.CharField(_("in one sentence"), max_length=500, blank=True)
    keywords = models.CharField(_("other words people look for"), max_length=250, blank=True)
    body = models.TextField(_("text"), max_length=100_000, blank=True)
    audience = models.CharField(
        _("audience"), max_length=8, choices=Audience, default=Audience.STAFF
    )
    note = models.CharField(_("what is new"), max_length=250, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    # Everybody whose words are in it: none of them judges a public one.
    writers = ArrayField(models.BigIntegerField(), default=list, editable=False)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)
    saves = models.PositiveIntegerField(default=1, editable=False)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid until"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    review_due_at = models.DateTimeField(null=True, editable=False)
    stale_because = models.CharField(max_length=10, choices=Stale, blank=True, editable=False)
    # Short, and what somebody who looks for it types; the other holds every word.
    head = GeneratedField(
        expression=_words(("title", "A"), ("keywords", "B")),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    search = GeneratedField(
        expression=_words(("title", "A"), ("keywords", "B"), ("summary", "B"), ("body", "D")),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "language", "number"], name="one_article_version_a_number"
            ),
            models.UniqueConstraint(
                fields=["article", "language"],
                condition=Q(state__in=[each.value for each in LIVE]),
                name="one_published_version",
            ),
            models.UniqueConstraint(
                fields=["article", "language"],
                condition=Q(state__in=[each.value for each in IN_WORK]),
                name="one_version_in_work",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="article_version_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[each.value for each in LIVE])
                | Q(published_at__isnull=False, review_due_at__isnull=False),
                name="article_published_since",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="version_by_state"),
            models.Index(fields=["author", "-id"], name="version_of_author"),
            models.Index(
                fields=["-id"],
                name="version_live_newest",
                condition=Q(state__in=[each.value for each in LIVE]),
            ),
            GinIndex(
                fields=["head"],
                name="version_head",
                condition=Q(state__in=[each.value for each in LIVE]),
                fastupdate=False,
            ),
            GinIndex(
                fields=["search"],
                name="version_search",
                condition=Q(state__in=[each.value for each in LIVE]),
                fastupdate=False,
            ),
            models.Index(
                fields=["publish_at"], name="version_to_publish", condition=Q(state="scheduled")
            ),
            models.Index(
                fields=["valid_to"],
                name="version_valid_to",
                condition=Q(state__in=[each.value for each in LIVE], valid_to__isnull=False),
            ),
            models.Index(
                fields=["review_due_at"], name="version_review_due", condition=Q(state="published")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_live(self) -> bool:
        """Whether its audience reads it."""
        return self.state in LIVE

    @property
    def is_public(self) -> bool:
        """Whether end users read it, once it is published."""
        return self.audience == Audience.PUBLIC


class Image(models.Model):
    """A picture in the text of an article, kept under a name nobody can guess."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="images")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=80, unique=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Synonym(models.Model):
    """Words that mean the same to whoever searches."""

    words = models.CharField(
        _("words"),
        max_length=250,
        unique=True,
        help_text=_("With commas between, such as: vpn, tunnel, remote access"),
    )

    class Meta:
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        ordering = ["words"]

    def __str__(self) -> str:
        return self.words
