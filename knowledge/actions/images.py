"""Putting pictures into articles: judged as every file of the house, and only pictures."""

import secrets
from collections.abc import Sequence

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from itsm.tickets.actions.attachments import MOST_FILES, judge
from knowledge.actions.writing import check_may_write
from knowledge.markup import PICTURES
from knowledge.models import Article, Image, Version

MOST_BYTES = 5 * 1024 * 1024
MOST_IMAGES = 100


@transaction.atomic
def add_images(
    *, article: Article, files: Sequence[UploadedFile[bytes]], actor: User
) -> list[Image]:
    """Keep pictures with an article; Invalid when one of them is none, and none is kept."""
    check_may_write(actor)
    if not files or len(files) > MOST_FILES:
        raise Invalid(_("Choose one to %(most)d pictures.") % {"most": MOST_FILES}, field="files")
    if article.images.count() + len(files) > MOST_IMAGES:
        raise Refused(_("An article has at most %(most)d pictures.") % {"most": MOST_IMAGES})
    types = [_type_of(each) for each in files]
    kept = [
        Image.objects.create(
            article=article,
            name=(file.name or "image")[-200:],
            content_type=content_type,
            size=file.size or 0,
            stored_as=default_storage.save(f"articles/{secrets.token_hex(24)}", file),
            author=actor,
        )
        for file, content_type in zip(files, types, strict=True)
    ]
    data = {"names": [each.name for each in kept]}
    events.publish("article.image_added", article, actor=actor, data=data)
    return kept


@transaction.atomic
def add_uploaded(*, version: Version, files: Sequence[UploadedFile[bytes]], actor: User) -> None:
    """Put pictures that came with the form at the end of the text."""
    if not files:
        return
    images = add_images(article=version.article, files=files, actor=actor)
    shown = "\n\n".join(markdown_of(each) for each in images)
    version.body = f"{version.body.rstrip()}\n\n{shown}\n"
    version.saves += 1
    version.save(update_fields=["body", "saves"])


def markdown_of(image: Image) -> str:
    """How a text shows the picture."""
    name = "".join(each for each in image.name if each not in "[]()\n")
    return f"![{name}]({address_of_image(image)})"


def address_of_image(image: Image) -> str:
    """Where a picture is."""
    return f"{PICTURES}{image.stored_as.removeprefix('articles/')}/"


def _type_of(file: UploadedFile[bytes]) -> str:
    content_type = judge(file)
    if not content_type.startswith("image/"):
        raise Invalid(_("%(name)s is no picture.") % {"name": file.name}, field="files")
    if (file.size or 0) > MOST_BYTES:
        raise Invalid(_("%(name)s is larger than 5 MB.") % {"name": file.name}, field="files")
    return content_type
