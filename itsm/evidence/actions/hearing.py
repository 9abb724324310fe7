"""Taking in log lines that are posted to us, and forgetting them again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from itsm.evidence.models import LogLine, LogSource
from itsm.evidence.ports import Told, formats
from itsm.evidence.records import records_in
from itsm.monitoring.actions import Toolbox

KEPT = timedelta(days=1)
FORGOTTEN_AT_ONCE = 20_000
HEARD_PRECISION = timedelta(minutes=1)
# Clocks differ, and what was held up comes late; what is further away than this is no time at all.
OLDEST, NEWEST = timedelta(days=30), timedelta(minutes=10)
LOG_SOURCES = Toolbox(
    model=LogSource, kinds=formats, rotated="log_source.token_rotated", bots="logs"
)


@transaction.atomic
def take_in(*, source: LogSource, body: bytes, now: datetime, media_type: str = "") -> int:
    """Keep the lines of one post; how many. Malformed when it cannot be read."""
    tool = formats[source.kind]
    read = tool.packed.get(media_type, records_in)
    told = tool.lines(read(body), now=now)
    kept = [_line(source, each, now) for each in told if each.text.strip()]
    LogLine.objects.bulk_create(kept, batch_size=1000)
    if source.last_heard_at is None or source.last_heard_at < now - HEARD_PRECISION:
        LogSource.objects.filter(pk=source.pk).update(last_heard_at=now)
    return len(kept)


def _line(source: LogSource, told: Told, now: datetime) -> LogLine:
    is_sound = now - OLDEST <= told.at <= now + NEWEST
    return LogLine(
        source=source,
        at=told.at if is_sound else now,
        level=told.level,
        host=told.host[:200],
        program=told.program[:120],
        service=told.service[:120],
        text=told.text[:2000],
        received_at=now,
    )


def forget_old_lines(*, now: datetime) -> int:
    """Delete what is older than a day, and of each source what is too much; how many lines."""
    gone = _delete(LogLine.objects.filter(received_at__lt=now - KEPT).order_by("received_at"))
    for source in LogSource.objects.order_by("pk"):
        newest = LogLine.objects.filter(source=source).order_by("-id")
        oldest = newest.values_list("id", flat=True)[source.most_lines : source.most_lines + 1]
        for last in oldest:
            too_many = LogLine.objects.filter(source=source, id__lte=last)
            gone += _delete(too_many.order_by("id"))
    return gone


def _delete(lines: QuerySet[LogLine]) -> int:
    """Some at a time, so that nobody waits for a long transaction."""
    ids = lines.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]
    return LogLine.objects.filter(pk__in=list(ids)).delete()[0]
