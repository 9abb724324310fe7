"""Taking in a post of a pipeline: once, however often it comes, or refused with its reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from changes.actions.applying import Applied, apply_signals
from changes.models import Pipeline, PipelinePost
from changes.pipelines import Signal, key_of, payload_of, pipelines
from itsm.core.errors import Refused
from itsm.monitoring.sources import Malformed

HEARD_PRECISION = timedelta(minutes=1)
KEPT_FOR = timedelta(days=30)  # longer than any tool sends a post again
KEPT_BYTES = 256 * 1024  # of what was refused
MOST_REFUSED = 1000  # per pipeline: a tool that sends rubbish all day must not fill the disk


def hear(
    *,
    pipeline: Pipeline,
    body: bytes,
    content_type: str,
    headers: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """Do what a post asks for and say what came of it; the same post again changes nothing.

    What cannot be read is kept where no secret can be in it, and the reason raised as Malformed.
    """
    note_heard(pipeline=pipeline, now=now)
    key = key_of(body, headers=headers)
    try:
        payload = payload_of(body, content_type=content_type)
        signals = pipelines[pipeline.kind]().parse(payload, headers=headers)
    except Malformed as error:
        _keep(pipeline, key, body, error, now)
        raise
    try:
        return _done(pipeline, key, signals, now)
    except Refused as refusal:
        # Read well, but not to be done as it stands: as wrong as what could not be read.
        wrong = Malformed(str(refusal))
        _keep(pipeline, key, body, wrong, now)
        raise wrong from None


def _done(pipeline: Pipeline, key: str, signals: Sequence[Signal], now: datetime) -> dict[str, Any]:
    """The answer to a post: of the one before where it came before, else of what it brought."""
    with transaction.atomic():
        # Of two posts about one run each could open a change, and the same post could count twice.
        locked = Pipeline.objects.select_for_update(no_key=True).filter(pk=pipeline.pk)
        list(locked.order_by().values_list("pk"))
        before = PipelinePost.objects.filter(pipeline=pipeline, key=key).order_by()
        known = next(iter(before.values_list("pk", "answer", "error")), None)
        if known is not None and not known[2]:
            return dict(known[1])
        # One that was refused is done now that it can be.
        post = PipelinePost(pk=known[0] if known else None, pipeline=pipeline, key=key)
        post.answer = _answer(apply_signals(pipeline=pipeline, signals=signals, now=now))
        post.received_at = now
        post.save(force_insert=known is None)
    return dict(post.answer)


def note_heard(*, pipeline: Pipeline, now: datetime) -> None:
    """Remember when the pipeline was last heard of, to the minute."""
    since = now - HEARD_PRECISION
    if pipeline.last_heard_at is None or pipeline.last_heard_at < since:
        Pipeline.objects.filter(
            Q(last_heard_at=None) | Q(last_heard_at__lt=since), pk=pipeline.pk
        ).update(last_heard_at=now)


def forget_posts(*, now: datetime) -> int:
    """Delete what is so old that no tool would send it again; how many posts that were."""
    return PipelinePost.objects.filter(received_at__lt=now - KEPT_FOR).delete()[0]


def _answer(applied: Applied) -> dict[str, Any]:
    change = applied.change
    return {
        "status": "accepted" if applied.count else "ignored",
        "accepted": applied.count,
        "number": change.number if change else None,
        "url": f"{settings.BASE_URL}/changes/{change.number}/" if change else None,
        "state": change.state if change else None,
    }


def _keep(pipeline: Pipeline, key: str, body: bytes, error: Malformed, now: datetime) -> None:
    refused = PipelinePost.objects.filter(pipeline=pipeline).exclude(error="")
    kept = body[:KEPT_BYTES] if pipelines[pipeline.kind].keeps_refused else None
    PipelinePost.objects.update_or_create(
        pipeline=pipeline,
        key=key,
        defaults={
            "error": error.message[:2000],
            "path": error.path[:250].replace("\0", ""),
            "body": kept,
            "received_at": now,
        },
    )
    oldest = refused.order_by("-id").values_list("id", flat=True)[MOST_REFUSED : MOST_REFUSED + 1]
    if (last := oldest.first()) is not None:
        refused.filter(id__lte=last).delete()
