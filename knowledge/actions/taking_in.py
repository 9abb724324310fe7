"""Folders of Markdown: taken in, again and again with the same end, and taken out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from knowledge import selectors
from knowledge.actions.images import add_images, address_of_image
from knowledge.actions.moving import publish, submit
from knowledge.actions.writing import (
    KEPT,
    Origin,
    check_may_write,
    save_article,
    told_of,
    write_article,
)
from knowledge.folders import Leaf, beside, read_leaf, with_pictures, write_leaf
from knowledge.models import Article, Image, State, Version

ADDED, CHANGED, UNCHANGED, WRONG = "added", "changed", "unchanged", "wrong"
MOST_FILES = 20_000
MOST_BYTES = 1024 * 1024


@dataclass
class Taken:
    """What became, or would become, of one file."""

    path: str
    outcome: str
    number: str = ""
    why: str = ""


def take_in_folder(
    *, folder: Path, actor: User, is_trial: bool = False, publishes: bool = False
) -> list[Taken]:
    """Make articles of the Markdown files below a folder; a file that is wrong stops no other.

    What is new or changed is a draft, which ``publishes`` gives on: for staff at once, for
    everybody to whoever judges it.
    """
    check_may_write(actor)
    root = folder.resolve()
    paths = sorted(each for each in root.rglob("*.md") if each.is_file())[:MOST_FILES]
    return [_take(root, each, actor, is_trial=is_trial, publishes=publishes) for each in paths]


def _take(root: Path, path: Path, actor: User, *, is_trial: bool, publishes: bool) -> Taken:
    name = path.relative_to(root).as_posix()
    try:
        with transaction.atomic():
            taken = _taken(
                root, path, name, actor, publishes=publishes and not is_trial, is_trial=is_trial
            )
            transaction.set_rollback(is_trial)
    except (Refused, UnicodeDecodeError, OSError) as problem:
        return Taken(name, WRONG, why=str(problem))
    return taken


def _taken(
    root: Path, path: Path, name: str, actor: User, *, publishes: bool, is_trial: bool
) -> Taken:
    if path.stat().st_size > MOST_BYTES:
        raise Invalid(_("The file is larger than 1 MB."), field="file")
    leaf = read_leaf(name, path.read_text(encoding="utf-8"))
    article = _known(leaf)
    given = dict(leaf.given)
    language = given.pop("language")
    if article is None:
        version = write_article(
            given={**given, "language": language}, actor=actor, origin=Origin(file=leaf.origin)
        )
        given["body"] = _with_pictures(root, path, leaf, version.article, actor, is_trial=is_trial)
        if given["body"] != version.body:
            version = save_article(
                article=version.article, language=language, given=given, actor=actor
            )
        return _done(name, ADDED, version, actor, publishes=publishes)
    given["body"] = _with_pictures(root, path, leaf, article, actor, is_trial=is_trial)
    latest = selectors.in_work(article, language) or selectors.live(article, language)
    if latest is not None and all(
        str(getattr(latest, each) or "") == given.get(each, str(getattr(latest, each) or ""))
        for each in KEPT
        if each != "valid_to"
    ):
        return Taken(name, UNCHANGED, article.number)
    version = save_article(article=article, language=language, given=given, actor=actor)
    outcome = CHANGED if latest is not None else ADDED
    return _done(name, outcome, version, actor, publishes=publishes)


def _done(name: str, outcome: str, version: Version, actor: User, *, publishes: bool) -> Taken:
    data = told_of(version) | {"file": name[:250]}
    events.publish("article.imported", version.article, actor=actor, data=data)
    if publishes and version.state == State.DRAFT:
        if version.is_public or not selectors.is_of_owner(actor, version.article):
            submit(version=version, actor=actor)
        else:
            publish(version=version, actor=actor)
    return Taken(name, outcome, version.article.number)


def _known(leaf: Leaf) -> Article | None:
    """The article this was taken in as before, or was taken out of here."""
    found = Article.objects.filter(origin=leaf.origin).first()
    if found is None and leaf.number and leaf.home == settings.BASE_URL:
        found = Article.objects.filter(number=leaf.number).first()
    return found


def _with_pictures(
    root: Path, path: Path, leaf: Leaf, article: Article, actor: User, *, is_trial: bool
) -> str:
    """The text with its pictures kept here; one that is here already is not kept twice."""
    places: dict[str, str] = {}
    for each in leaf.pictures:
        file = (path.parent / each).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            raise Invalid(_("There is no picture %(name)s.") % {"name": each}, field="file")
        known = next((kept for kept in article.images.all() if _is_same(kept, file)), None)
        if known is None and is_trial:
            continue
        if known is None:
            uploaded = SimpleUploadedFile(file.name, file.read_bytes())
            (known,) = add_images(article=article, files=[uploaded], actor=actor)
        places[each] = address_of_image(known)
    return with_pictures(str(leaf.given["body"]), places).strip()


def _is_same(image: Image, file: Path) -> bool:
    names = (image.name, _name_outside(image))
    return image.size == file.stat().st_size and file.name in names


def _name_outside(image: Image) -> str:
    return f"{image.article.number}-{image.pk}-{Path(image.name).name}"


def take_out_to(*, folder: Path, actor: User) -> int:
    """Write everything that is read as files; how many that are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for version in _with_images(actor):
        article = version.article
        names = {
            each.stored_as.removeprefix("articles/"): _picture_out(folder, article, each)
            for each in article.images.all()
            if each.stored_as.removeprefix("articles/") in version.body
        }
        stem = article.origin or f"{article.number}-{slugify(version.title)[:60]}"
        path = folder / f"{stem}.{version.language}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * stem.count("/")
        body = beside(version.body, {key: f"{up}{name}" for key, name in names.items()})
        path.write_text(write_leaf(_head_of(version), body), encoding="utf-8")
        count += 1
    return count


def _with_images(actor: User) -> Iterator[Version]:
    found = selectors.all_live(actor).prefetch_related("article__images")
    return found.iterator(chunk_size=500)


def _head_of(version: Version) -> Mapping[str, Any]:
    article = version.article
    return {
        "title": version.title,
        "summary": version.summary,
        "keywords": version.keywords,
        "kind": article.kind,
        "audience": version.audience,
        "language": version.language,
        "team": article.owner_team.slug,
        "service": article.service.name if article.service else "",
        "valid_to": version.valid_to.isoformat() if version.valid_to else "",
        "number": article.number,
        "home": settings.BASE_URL,
    }


def _picture_out(folder: Path, article: Article, image: Image) -> str:
    """Write a picture beside the files; where it is from there."""
    image.article = article
    name = f"images/{_name_outside(image)}"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with default_storage.open(image.stored_as) as kept:
        path.write_bytes(ContentFile(kept.read()).read())
    return name
