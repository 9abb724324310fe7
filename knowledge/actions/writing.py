"""Writing articles: a first draft, saving it, and a new version of what is published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused, Stale
from itsm.core.fields import Choice, Field, Instant, Line, cleaned
from itsm.inventory.fields import ServiceName
from itsm.inventory.models import Service
from itsm.people.fields import TeamName
from itsm.people.models import Team, User
from itsm.tickets.models import Ticket
from itsm.tickets.numbering import next_number
from knowledge import selectors
from knowledge.models import Article, Audience, Kind, State, Use, UseSort, Version
from knowledge.templates import beginning_of

WORDS: tuple[Field, ...] = (
    Line(name="title", label=_l("Title"), required=True),
    Line(name="summary", label=_l("In one sentence"), max_length=500),
    Line(name="keywords", label=_l("Other words people look for")),
    Field(name="body", label=_l("Text"), max_length=100_000),
    Choice(name="audience", label=_l("Who reads it"), choices=Audience.choices),
    Line(name="note", label=_l("What is new")),
    Instant(name="valid_to", label=_l("Valid until")),
)
ABOUT: tuple[Field, ...] = (
    Choice(name="kind", label=_l("Kind"), choices=Kind.choices),
    TeamName(name="owner_team", label=_l("Team that owns it")),
    ServiceName(name="service", label=_l("Service"), max_length=120),
)
LANGUAGE = Choice(name="language", label=_l("Language"), choices=settings.LANGUAGES)
KEPT = ("title", "summary", "keywords", "body", "audience", "valid_to")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where an article comes from: records it was written from or tells of, or a file."""

    sources: Iterable[Ticket] = ()
    about: Iterable[Ticket] = ()
    file: str = ""


@transaction.atomic
def write_article(
    *, given: Mapping[str, Any], actor: User, origin: Origin | None = None
) -> Version:
    """Begin an article with its first draft; ``given`` is as a form or a program gives it."""
    check_may_write(actor)
    values = cleaned((*WORDS, *ABOUT, LANGUAGE), given)
    kind = values["kind"] or Kind.HOW_TO
    origin = origin or Origin()
    article = Article.objects.create(
        number=next_number("KB"),
        kind=kind,
        owner_team=_owner(values["owner_team"], values["service"], actor),
        service=values["service"],
        origin=origin.file,
        created_by=actor,
    )
    words = {name: values[name] for name in KEPT}
    version = _begin(article, values["language"] or _language(), words, actor, note=values["note"])
    for tickets, sort in ((origin.sources, UseSort.SOURCE), (origin.about, UseSort.ABOUT)):
        Use.objects.bulk_create(
            Use(article=article, ticket_id=each.pk, sort=sort, user=actor) for each in tickets
        )
    return version


@transaction.atomic
def save_article(
    *,
    article: Article,
    language: str,
    given: Mapping[str, Any],
    actor: User,
    seen: str = "",
) -> Version:
    """Save what is written; of what is published this begins the next version.

    ``seen`` is the stamp of the draft the writer began from; Stale when somebody saved since.
    """
    check_may_write(actor)
    values = cleaned((*WORDS, *ABOUT), given, partly=True)
    LANGUAGE.clean(language)
    held = locked(article)
    _set_about(held, values, actor)
    draft = selectors.in_work(held, language)
    if draft is not None and draft.state != State.DRAFT:
        raise Refused(
            _("%(number)s is being judged; take it back before you change it.")
            % {"number": held.number}
        )
    words = {name: values[name] for name in KEPT if name in values}
    if "audience" in words:
        words["audience"] = words["audience"] or (draft.audience if draft else Audience.STAFF)
    if draft is None:
        return _begin(held, language, words, actor, note=values.get("note", ""))
    if seen and seen != stamp_of(draft):
        raise Stale(_("Somebody else has saved it meanwhile; look at that first."))
    return _save(draft, words | {"note": values.get("note", draft.note)}, actor)


def stamp_of(version: Version) -> str:
    """Tells one saving of a draft from the next."""
    return f"{version.number}.{version.saves}"


def locked(article: Article) -> Article:
    """The article, held: whoever writes, judges or publishes comes one after the other."""
    held: Article = (
        Article.objects.select_for_update(of=("self",))
        .select_related("owner_team", "service")
        .get(pk=article.pk)
    )
    return held


def check_may_write(actor: User) -> None:
    """NotAllowed unless the actor writes articles."""
    if not actor.has_perm("knowledge.write"):
        raise NotAllowed(_("You may read articles only."))


def told_of(version: Version) -> dict[str, Any]:
    """What events tell of a version."""
    return {"version": version.number, "language": version.language, "title": version.title}


def _begin(
    article: Article, language: str, words: Mapping[str, Any], actor: User, *, note: str
) -> Version:
    before = Version.objects.filter(article=article, language=language).order_by("-number").first()
    latest = selectors.live(article, language) or before
    start = {name: getattr(latest, name) for name in KEPT} if latest else {}
    columns = start | dict(words)
    columns["audience"] = columns.get("audience") or Audience.STAFF
    if not str(columns.get("title", "")).strip():
        raise Invalid(_("Say in a few words what it is about."), field="title")
    if latest is None and not columns.get("body", "").strip():
        columns["body"] = beginning_of(article.kind)
    version = Version.objects.create(
        article=article,
        language=language,
        number=before.number + 1 if before else 1,
        author=actor,
        writers=[actor.pk],
        note=note,
        **columns,
    )
    events.publish("article.drafted", article, actor=actor, data=told_of(version))
    return version


def _save(draft: Version, words: Mapping[str, Any], actor: User) -> Version:
    changed = [name for name, value in words.items() if getattr(draft, name) != value]
    if not changed:
        return draft
    for name in changed:
        setattr(draft, name, words[name])
    if actor.pk not in draft.writers:
        draft.writers = [*draft.writers, actor.pk]
    draft.saves += 1
    draft.saved_at = timezone.now()
    draft.save(update_fields=[*changed, "writers", "saves", "saved_at"])
    data = told_of(draft) | {"changed": sorted(changed)}
    events.publish("article.edited", draft.article, actor=actor, data=data)
    return draft


def _set_about(article: Article, values: Mapping[str, Any], actor: User) -> None:
    """What the article is, whatever its versions say; only its owners give it to another team."""
    changes = {
        name: values[name]
        for name in ("kind", "owner_team", "service")
        if name in values
        and (values[name] or name == "service")
        and values[name] != getattr(article, name)
    }
    if not changes:
        return
    if "owner_team" in changes and not selectors.is_of_owner(actor, article):
        raise NotAllowed(_("Only those who own the article give it to another team."))
    before = {name: str(getattr(article, name) or "") for name in changes}
    for name, value in changes.items():
        setattr(article, name, value)
    article.save(update_fields=list(changes))
    data = {"diff": {name: [before[name], str(value or "")] for name, value in changes.items()}}
    events.publish("article.reclassified", article, actor=actor, data=data)


def _owner(team: Team | None, service: Service | None, actor: User) -> Team:
    if team is not None:
        return team
    if service is not None and service.owner_team is not None:
        return service.owner_team
    mine = actor.memberships.select_related("team").order_by("-is_lead", "pk").first()
    if mine is None:
        raise Invalid(_("Say which team answers for it."), field="owner_team")
    return mine.team


def _language() -> str:
    wanted = (get_language() or settings.LANGUAGE_CODE)[:2]
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
