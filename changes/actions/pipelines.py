"""Setting up the tools that deliver."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from changes.models import Pipeline
from changes.pipelines import pipelines
from itsm.core import configuration, events
from itsm.core.errors import Invalid, NotAllowed
from itsm.monitoring.selectors import free_address
from itsm.people import tokens
from itsm.people.actions import make_bot
from itsm.people.models import User


@transaction.atomic
def connect_pipeline(
    *, kind: str, name: str, actor: User | None, settings: Mapping[str, Any] | None = None
) -> tuple[Pipeline, str]:
    """Let a tool tell of deliveries; its token is returned this once."""
    _check_right(actor)
    if kind not in pipelines:
        known = ", ".join(pipelines)
        raise Invalid(_("Choose one of: %(kinds)s.") % {"kinds": known}, field="kind")
    name = name.strip()[:80]
    if not name:
        raise Invalid(_("Give the source a name."), field="name")
    if Pipeline.objects.filter(name=name).exists():
        raise Invalid(_("There is a source of this name already."), field="name")
    slug, plain = free_address(name), tokens.new_token()
    pipeline = Pipeline(
        name=name,
        slug=slug,
        kind=kind,
        # An address is only given once, so a name made of it is free as well.
        bot=make_bot(username=f"pipeline-{slug}", name=name),
        token_hash=tokens.digest(plain),
    )
    _apply(pipeline, settings or {})
    # Where nobody gave a secret of its own, the tool signs with its token: one thing to copy.
    pipeline.secret = pipeline.secret or plain
    pipeline.save()
    configuration.note_addition(pipeline, actor=actor, kind=kind, slug=slug)
    return pipeline, plain


@transaction.atomic
def set_up_pipeline(
    *, pipeline: Pipeline, actor: User | None, settings: Mapping[str, Any]
) -> Pipeline:
    """Change the rules of a pipeline."""
    _check_right(actor)
    before = configuration.picture_of(Pipeline.objects.get(pk=pipeline.pk))
    _apply(pipeline, settings)
    pipeline.save()
    configuration.note_change(pipeline, before=before, actor=actor)
    return pipeline


@transaction.atomic
def rotate_pipeline_token(*, pipeline: Pipeline, actor: User | None) -> str:
    """Give it a new token, returned this once; the old one is worth nothing from now on."""
    _check_right(actor)
    plain = tokens.new_token()
    if tokens.digest(pipeline.secret) == pipeline.token_hash:
        pipeline.secret = plain
    pipeline.token_hash = tokens.digest(plain)
    pipeline.save(update_fields=["token_hash", "secret"])
    events.publish("pipeline.token_rotated", pipeline, actor=actor)
    return plain


def _check_right(actor: User | None) -> None:
    # Nobody is the operator at the machine's own command line.
    if actor is not None and not actor.has_perm("monitoring.edit"):
        raise NotAllowed(_("You may not connect tools."))


def _apply(pipeline: Pipeline, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        setattr(pipeline, name, value)
    try:
        pipeline.clean()
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(sentences[0], field=field) from None
