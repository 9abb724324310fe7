"""Sessions in a table of our own, so that people see where they are signed in and can end it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from itsm.core.kept_questions import kept_question
from itsm.people.models import Session
from itsm.people.models.session import IDLE, LONGEST

# A use is written down this seldom, so that reading a page seldom costs a write.
NOTED_EVERY = timedelta(minutes=1)


@kept_question
def _sessions(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


class SessionStore(DatabaseStore):
    """Django's sessions, with whose they are and their last use beside them."""

    device = ""
    place = ""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.began_at = timezone.now()

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def describe(self, *, device: str, place: str) -> None:
        """Remember which browser asks, and from where."""
        self.device, self.place = device, place

    def _get_session_from_db(self) -> Session | None:
        found: list[Session] = _sessions(self.session_key or "", timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()
        if row is None:
            return {}
        self.began_at = row.began_at
        self.device, self.place = self.device or row.device, self.place or row.place
        now = timezone.now()
        if now - row.used_at > NOTED_EVERY:
            Session.objects.filter(pk=row.pk).update(
                used_at=now, expire_date=self._end(now), device=self.device, place=self.place
            )
        return self.decode(row.session_data)

    def create(self) -> None:
        self.began_at = timezone.now()
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        now = timezone.now()
        return Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self._end(now),
            user_id=data.get(SESSION_KEY),
            device=self.device,
            place=self.place,
            began_at=self.began_at,
            used_at=now,
        )

    def _end(self, now: datetime) -> datetime:
        return min(now + IDLE, self.began_at + LONGEST)
