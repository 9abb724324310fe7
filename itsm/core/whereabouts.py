"""Where records are shown outside the administration, as the rooms they belong to say."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

whereabouts: dict[type[Model], Callable[[Any], str]] = {}
