"""What the demo company knows: articles written, judged and used, some of them growing old."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from incidents.models import Incident
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval
from itsm.people.models import Membership, User
from knowledge import actions
from knowledge.folders import read_leaf
from knowledge.models import Article, Place, Showing, Stale, State, Synonym, UseSort, Version

Step = tuple[datetime, Callable[[], object]]
FOLDER = Path(__file__).with_name("known")
SYNONYMS = (
    "vpn, tunnel, remote access, fernzugang",
    "wifi, wlan, wireless",
    "printer, drucker",
    "laptop, notebook, computer",
    "password, passwort, kennwort",
    "till, cash desk, pos, kasse",
)
EVERY = timedelta(days=3)
USED_ON = 4  # incidents of its service on which each article helped
# Who said what of which article: whether it helped, and what is missing.
SAID = (
    ("luis", "vpn-connect", True, ""), ("priya", "vpn-connect", True, ""),
    ("oskar", "vpn-connect", False, "Which app? There are two of them on my phone."),
    ("zoe", "printer-jam", True, "It was in tray 2!"), ("ben", "locked-out", True, ""),
    ("sofia", "locked-out", True, ""), ("henrik", "mail-phone", False, ""),
)  # fmt: skip


def articles(*, people: dict[str, User], now: datetime) -> list[Step]:
    """Everything that is known, one article every few days, and what became of it."""
    paths = sorted(FOLDER.glob("*.md"))
    steps: list[Step] = [(now - timedelta(days=55), _set_synonyms)]
    for place, path in enumerate(paths):
        written = _Written(path.name, path.read_text())
        at = now - timedelta(days=54) + EVERY * place
        steps += [(at, written.write), (at + timedelta(hours=5), written.judge)]
    after = [(5, lambda: _use(now)), (4, lambda: _say(people)), (3, _grow_old), (2, _draft)]
    return [*steps, *((now - timedelta(hours=hours), step) for hours, step in after)]


def _set_synonyms() -> None:
    Synonym.objects.bulk_create(Synonym(words=each) for each in SYNONYMS)


class _Written:
    """One file on its way to its readers."""

    def __init__(self, name: str, text: str) -> None:
        self.leaf = read_leaf(name, text)
        self.version: Version | None = None

    def write(self) -> None:
        given = dict(self.leaf.given)
        known = Article.objects.filter(origin=self.leaf.origin).first()
        if known is not None:
            writer = _of_team(known)[0]
            language = given.pop("language")
            self.version = actions.save_article(
                article=known, language=language, given=given, actor=writer
            )
        else:
            origin = actions.Origin(file=self.leaf.origin)
            writer = User.objects.filter(
                memberships__team__services__name=given["service"], memberships__is_lead=True
            )[0]
            self.version = actions.write_article(given=given, actor=writer, origin=origin)
        actions.submit(version=self.version, actor=writer)

    def judge(self) -> None:
        assert self.version is not None  # noqa: S101 it was written some hours ago
        judge = _of_team(self.version.article)[1]
        approval = Approval.objects.get(
            ticket__kind="article_review", state=Approval.State.REQUESTED
        )
        vote(approval=approval, actor=judge, word="approved")


def _of_team(article: Article) -> list[User]:
    places = Membership.objects.filter(team=article.owner_team).select_related("user")
    return [each.user for each in places.order_by("-is_lead", "pk")]


def _use(now: datetime) -> None:
    """Let each have helped on a few incidents, and have been shown to who then filed nothing."""
    readers = list(User.objects.filter(role="requester", is_active=True).order_by("pk"))
    for place, article in enumerate(Article.objects.order_by("pk")):
        solved = Incident.objects.filter(
            service=article.service, resolved_at__isnull=False, confidential=False
        )
        for incident in solved.order_by("-pk")[:USED_ON]:
            actions.use_article(article=article, ticket=incident, actor=_of_team(article)[0])
        Showing.objects.bulk_create(
            Showing(article=article, user=reader, place=kind, day=at.date(), shown_at=at)
            for turn, reader in enumerate(readers[: 3 + place % 5])
            for at in [now - timedelta(days=2 + (place * 7 + turn * 3) % 26, hours=turn)]
            for kind in (Place.SUGGESTED, Place.READ)[: 1 + turn % 2]
        )


def _say(people: dict[str, User]) -> None:
    for who, origin, helpful, comment in SAID:
        version = _live(origin)
        actions.rate_article(version=version, actor=people[who], helpful=helpful, comment=comment)


def _grow_old() -> None:
    """One may no longer hold, and one has a next version that is judged."""
    actions.question_it(version=_live("restart-search"), because=Stale.CHANGE)
    version = _live("vpn-connect")
    text = version.body.replace("sign-in app", "sign-in app **Nordwind Key**")
    writer = _of_team(version.article)[0]
    given: dict[str, Any] = {"body": text, "note": "Names the app"}
    draft = actions.save_article(article=version.article, language="en", given=given, actor=writer)
    actions.submit(version=draft, actor=writer)


def _draft() -> None:
    """Somebody has begun to write down what was just solved."""
    incident = Incident.objects.filter(service__name="wifi", resolved_at__isnull=False).last()
    if incident is not None:
        words = {**actions.words_from(incident, "troubleshooting"), "audience": "staff"}
        writer = User.objects.get(username="sana")
        version = actions.write_article(given=words, actor=writer)
        actions.use_article(
            article=version.article, ticket=incident, actor=writer, sort=UseSort.SOURCE
        )


def _live(origin: str) -> Version:
    return Version.objects.select_related("article__owner_team").get(
        article__origin=origin, language="en", state=State.PUBLISHED
    )
