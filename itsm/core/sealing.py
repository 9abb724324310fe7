"""The chain of seals over all events, by which any later tampering is noticed.

Sealing happens behind the events, by the clock, so that whatever publishes pays nothing. The digest
of each seal covers the seal before it; the newest, the head, is also written to a file outside the
database and to the log, so that a tail cut off together with its seals is noticed as well.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from itsm.core.chores import chore
from itsm.core.models import Seal

logger = structlog.get_logger(__name__)

BATCH = 5000
MOST_BATCHES = 20  # in one round, so that a long backlog does not hold other chores up
MARK = struct.Struct(">q16s")
GENESIS = "0" * 64
BEFORE_ALL = -(2**63)  # also an event with an id below the first one is an insertion
READ = """
SELECT id, jsonb_build_array(id, xid, name, subject_type, subject_id, actor_id, public,
                             (extract(epoch FROM happened_at) * 1000000)::bigint, data)::text
FROM core_event WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
"""


@chore(every=timedelta(minutes=1))
def seal_events() -> None:
    """Seal what every transaction is done with, and write the head down outside the database."""
    head = None
    for _batch in range(MOST_BATCHES):
        seal = _seal_batch()
        if seal is None:
            break
        head = seal
    if head is not None:
        _write_head(head)


def heads_file() -> Path:
    """Where heads are written down: one line each, oldest first."""
    return settings.DATA_DIR / "audit" / "heads.log"


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole chain gave."""

    faults: Sequence[str]
    seals: int
    events: int
    head: str


def verify(*, head: str = "") -> Verdict:
    """Compare every sealed event with its seal, and the chain with the heads written down."""
    faults: list[str] = []
    before, last_id, events, digests = GENESIS, BEFORE_ALL, 0, {GENESIS}
    for expected, seal in enumerate(Seal.objects.order_by("number").iterator(chunk_size=50), 1):
        if seal.number != expected:
            faults.append(f"A seal is missing before seal {seal.number}.")
            break
        marks = bytes(seal.marks)
        if _digest(before, seal.number, seal.last_id, marks) != seal.digest:
            faults.append(f"Seal {seal.number} does not follow from the one before it.")
        faults += _differences(seal, marks, _marks(_rows(last_id, seal.last_id)))
        before, last_id, events = seal.digest, seal.last_id, events + seal.events
        digests.add(seal.digest)
    faults += _missing_heads(digests, [*_heads_written(), *([head] if head else [])])
    return Verdict(faults, len(digests) - 1, events, before)


def _seal_batch() -> Seal | None:
    """Add the next seal; None when there is nothing that can be sealed yet."""
    with transaction.atomic():
        previous = Seal.objects.order_by("-number").first() or _before_the_first()
        if previous.next_id == previous.last_id:
            return _note_the_next(previous)
        if not _is_over(previous.next_xid):
            return None
        rows = _rows(previous.last_id, previous.next_id, most=BATCH)
        if len(rows) == BATCH:
            return _add(previous, rows, rows[-1][0], _pending(previous))
        return _add(previous, rows, previous.next_id, _noted())


def _before_the_first() -> Seal:
    return Seal(number=0, last_id=BEFORE_ALL, digest=GENESIS, next_id=BEFORE_ALL, next_xid=0)


def _pending(seal: Seal) -> tuple[int, int]:
    return seal.next_id, seal.next_xid


def _note_the_next(previous: Seal) -> Seal | None:
    """Everything noted is sealed: note what has come since, in a seal of no events."""
    noted = _noted()
    return None if noted[0] <= previous.last_id else _add(previous, [], previous.last_id, noted)


def _add(
    previous: Seal, rows: Sequence[tuple[int, str]], last_id: int, up_to: tuple[int, int]
) -> Seal:
    number, marks = previous.number + 1, _marks(rows)
    return Seal.objects.create(
        number=number,
        last_id=last_id,
        events=len(rows),
        marks=marks,
        digest=_digest(previous.digest, number, last_id, marks),
        next_id=max(up_to[0], last_id),
        next_xid=up_to[1],
    )


def _noted() -> tuple[int, int]:
    """The newest id given out so far, and a transaction that began after it was.

    When all transactions up to that one have ended, no event up to that id can still appear: a
    sequence hands out ids before their transactions commit, and not in the order they do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM core_event_id_seq WHERE is_called")
        row = cursor.fetchone()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return (row[0] if row else 0), cursor.fetchone()[0]


def _is_over(xid: int) -> bool:
    """Whether all transactions up to this one have ended; those of a restored cluster have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s"
            " OR pg_snapshot_xmax(pg_current_snapshot())::text::bigint < %s",
            [xid, xid],
        )
        return bool(cursor.fetchone()[0])


def _rows(after: int, up_to: int, *, most: int | None = None) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(READ, [after, up_to, most])
        return list(cursor.fetchall())


def _marks(rows: Iterable[tuple[int, str]]) -> bytes:
    return b"".join(
        MARK.pack(number, hashlib.sha256(text.encode()).digest()[:16]) for number, text in rows
    )


def _digest(before: str, number: int, last_id: int, marks: bytes) -> str:
    return hashlib.sha256(f"{before}:{number}:{last_id}:".encode() + marks).hexdigest()


def _differences(seal: Seal, sealed: bytes, present: bytes) -> Iterator[str]:
    """How the events there are differ from those that were sealed."""
    if sealed == present:
        return
    was: dict[int, bytes] = dict(MARK.iter_unpack(sealed))
    now: dict[int, bytes] = dict(MARK.iter_unpack(present))
    for number in sorted(was.keys() | now.keys()):
        if number not in now:
            yield f"Event {number} was removed (seal {seal.number})."
        elif number not in was:
            yield f"Event {number} was inserted afterwards (seal {seal.number})."
        elif was[number] != now[number]:
            yield f"Event {number} was changed (seal {seal.number})."


def _write_head(head: Seal) -> None:
    path = heads_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{head.number} {head.digest} {timezone.now().isoformat()}\n")
    logger.info("audit.sealed", seal=head.number, digest=head.digest, last_id=head.last_id)


def _heads_written() -> list[str]:
    path = heads_file()
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split()[1] for line in lines if len(line.split()) == 3]


def _missing_heads(digests: set[str], heads: Iterable[str]) -> Iterator[str]:
    for head in dict.fromkeys(heads):
        if head not in digests:
            yield f"The chain lacks head {head[:16]}…, which was written down: its tail was cut."
