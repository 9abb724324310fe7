"""The topics administrators think in, and which models belong to each."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

TOPICS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("People and rights"), ("User", "Team", "ApiToken")),
    (_("Services and components"), ("Service", "ConfigurationItem")),
    (_("Monitoring"), ("MonitoringSource", "Alert", "DeadLetter", "ParkedPost")),
    (_("Working hours"), ("Calendar",)),
    (_("Under the bonnet"), ("Event", "Delivery", "Chore", "Heartbeat")),
)


def by_topic(apps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps, put together by topic; what is unknown keeps to its app."""
    listed = {name for _title, names in TOPICS for name in names}
    topics: dict[str, list[dict[str, Any]]] = {str(title): [] for title, _names in TOPICS}
    by_name = {model["object_name"]: model for app in apps for model in app["models"]}
    for title, names in TOPICS:
        topics[str(title)] += [by_name[name] for name in names if name in by_name]
    for app in apps:
        title = str(app["name"])
        rest = [each for each in app["models"] if each["object_name"] not in listed]
        topics.setdefault(title, []).extend(rest)
    last = str(TOPICS[-1][0])
    order = [*(title for title in topics if title != last), last]
    return [_topic(title, topics[title]) for title in order if topics[title]]


def _topic(title: str, models: Sequence[dict[str, Any]]) -> dict[str, Any]:
    label = models[0]["model"]._meta.app_label
    return {
        "name": title,
        "app_label": label,
        "app_url": reverse("admin:app_list", args=[label]),
        "has_module_perms": True,
        "models": models,
    }
