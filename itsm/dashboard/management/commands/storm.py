"""Posts a storm of alerts to the running product of this checkout, for a newcomer to watch."""

import http.client
import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from itsm.dashboard.demo.cascade import posts
from itsm.env import is_loopback
from itsm.monitoring.actions import create_source, rotate_token
from itsm.monitoring.models import MonitoringSource

NAME = "Storm rehearsal"
LONGEST, FASTEST = 600, 50


class Command(BaseCommand):
    """A database gets slow, payments fail, checkout fails, pods restart; then most of it clears."""

    help = "Post a realistic storm of alerts to the product that runs here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=75, help="How long (10 to 600).")
        parser.add_argument("--rate", type=float, default=4, help="Posts a second (at most 50).")

    def handle(self, *_: Any, seconds: float, rate: float, **__: Any) -> None:
        if not (10 <= seconds <= LONGEST and 0 < rate <= FASTEST):
            raise CommandError(f"Give 10 to {LONGEST} seconds and a rate of at most {FASTEST}.")
        address = urlsplit(settings.BASE_URL)
        if settings.IS_PUBLIC or not is_loopback(address.hostname or ""):
            raise CommandError("A storm is only for a product on a loopback address.")
        source, token = _source()
        self.stdout.write(f"Open {settings.BASE_URL}/ as alice and watch: the storm begins.")
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
        path = f"/hooks/{source.slug}/"
        sent, numbers = self._rage(connection, path, token, seconds=seconds, rate=rate)
        self.stdout.write(f"{sent} posts became {len(numbers)} incidents:")
        for number in sorted(numbers):
            self.stdout.write(f"  {settings.BASE_URL}/incidents/{number}/")
        self.stdout.write(
            "Most have resolved themselves; the order queue still waits for somebody."
        )

    def _rage(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        token: str,
        *,
        seconds: float,
        rate: float,
    ) -> tuple[int, set[str]]:
        began, begin = timezone.now(), time.monotonic()
        length = timedelta(seconds=seconds)
        sent, numbers = 0, set[str]()
        while (share := (time.monotonic() - begin) / seconds) < 1:
            for body in posts(share=share, began=began, length=length):
                numbers |= _post(connection, path, token, body)
                sent += 1
                time.sleep(1 / rate)
        for body in posts(share=1, began=began, length=length):
            numbers |= _post(connection, path, token, body)
            sent += 1
        return sent, numbers


def _source() -> tuple[MonitoringSource, str]:
    """A source of its own, with a new token each time: no other tool's token is touched."""
    source = MonitoringSource.objects.filter(name=NAME).first()
    if source is None:
        return create_source(kind="alertmanager", name=NAME, actor=None)
    return source, rotate_token(source=source, actor=None)


def _post(
    connection: http.client.HTTPConnection, path: str, token: str, body: dict[str, Any]
) -> set[str]:
    """The incidents that the alerts of this post belong to."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
    except OSError as error:
        raise CommandError(
            f"Nothing answers at {settings.BASE_URL}: {error}. `make run`?"
        ) from None
    if answer.status != 202:
        raise CommandError(f"The product answered {answer.status}: {text[:200]!r}")
    return {each["incident"] for each in json.loads(text)["alerts"] if each["incident"]}
