"""Writing runbooks down: each edit is a new version, and secrets only ever go in."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.automation.definition import SECRET, read_definition
from itsm.automation.models import Runbook, RunbookSecret, RunbookVersion
from itsm.core import configuration, events
from itsm.core.errors import Invalid, NotAllowed
from itsm.people.models import User
from itsm.tickets import likeness

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SECRET = 20_000


@transaction.atomic
def add_runbook(*, slug: str, facts: Mapping[str, Any], text: str, actor: User) -> Runbook:
    """Write a new runbook down."""
    _check_may_write(actor)
    if not SLUG.fullmatch(slug) or len(slug) > 60:
        raise Invalid(_("Use small letters, digits and hyphens."), field="slug")
    if Runbook.objects.filter(slug=slug).exists():
        raise Invalid(_("There is a runbook with this short name."), field="slug")
    runbook = Runbook.objects.create(slug=slug, **facts)
    configuration.note_addition(runbook, actor=actor)
    _write(runbook, text, actor)
    _remember(runbook, text)
    return runbook


@transaction.atomic
def change_runbook(
    *,
    runbook: Runbook,
    facts: Mapping[str, Any],
    text: str | None,
    actor: User,
    expected_revision: int | None = None,
) -> Runbook:
    """Change what is said of a runbook; another text is another version."""
    _check_may_write(actor)
    held = Runbook.objects.select_for_update().get(pk=runbook.pk)
    configuration.check_version(held, held.revision, expected_revision)
    before = configuration.picture_of(held)
    for name, value in facts.items():
        setattr(held, name, value)
    held.revision += 1
    held.save()
    configuration.note_change(held, before=before, actor=actor)
    newest = held.versions.order_by("-number").first()
    if text is not None and (newest is None or newest.text != text):
        _write(held, text, actor)
    _remember(held, text if text is not None else newest.text if newest else "")
    return held


@transaction.atomic
def set_secret(*, runbook: Runbook, name: str, value: str, actor: User) -> None:
    """Give a secret to a runbook, or another value to one it has."""
    _check_may_write(actor)
    if not SECRET.fullmatch(name):
        raise Invalid(_("Name it in capitals, digits and underscores."), field="name")
    if not value or len(value) > LONGEST_SECRET or "\x00" in value:
        raise Invalid(_("Give the secret."), field="value")
    RunbookSecret.objects.update_or_create(
        runbook=runbook,
        name=name,
        defaults={"value": value, "set_by": actor, "set_at": timezone.now()},
    )
    events.publish("runbook.secret_changed", runbook, actor=actor, data={"name": name})


@transaction.atomic
def remove_secret(*, runbook: Runbook, name: str, actor: User) -> None:
    """Take a secret away from a runbook."""
    _check_may_write(actor)
    if RunbookSecret.objects.filter(runbook=runbook, name=name).delete()[0]:
        events.publish("runbook.secret_removed", runbook, actor=actor, data={"name": name})


def _write(runbook: Runbook, text: str, actor: User) -> RunbookVersion:
    document, _definition = read_definition(text)
    number = runbook.versions.count() + 1
    version = RunbookVersion.objects.create(
        runbook=runbook, number=number, text=text, document=document, created_by=actor
    )
    data = {"name": runbook.name, "version": number}
    events.publish("runbook.version_added", runbook, actor=actor, data=data)
    return version


def _remember(runbook: Runbook, text: str) -> None:
    """Keep its words, by which it is found for troubles it may help with."""
    words = f"{runbook.slug.replace('-', ' ')}\n{runbook.description}\n{text}"
    likeness.remember("runbook", [(runbook.pk, runbook.name, words)])


def _check_may_write(actor: User) -> None:
    if not actor.has_perm("runbooks.manage"):
        raise NotAllowed(_("Only process managers write runbooks."))
