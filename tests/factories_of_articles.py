"""Articles to test with, put into a state directly, without the road that leads there."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from knowledge.models import LIVE, Article, Version
from tests.factories import TeamFactory, UserFactory


class ArticleFactory(DjangoModelFactory[Article]):
    """A how-to of the Platform team."""

    class Meta:
        model = Article

    number = factory.Sequence(lambda count: f"KB-{900_000 + count}")
    kind = "how_to"
    owner_team = factory.SubFactory(TeamFactory, slug="platform", name="Platform")
    created_by = factory.SubFactory(UserFactory, username="alice")


class VersionFactory(DjangoModelFactory[Version]):
    """The first English version of an article for staff."""

    class Meta:
        model = Version

    article = factory.SubFactory(ArticleFactory)
    language = "en"
    number = 1
    title = "Connect to the VPN"
    summary = "How to reach the house from outside."
    body = "## Steps\n\n1. Start the client.\n2. Sign in."
    author = factory.SubFactory(UserFactory, username="alice")
    writers = factory.LazyAttribute(lambda version: [version.author.pk])
    published_at = factory.LazyAttribute(
        lambda version: timezone.now() if version.state in LIVE else None
    )
    review_due_at = factory.LazyAttribute(
        lambda version: timezone.now() + timedelta(days=180) if version.state in LIVE else None
    )
