"""What conditions may ask of alerts."""

from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.facts import LIST, NUMBER, Situation, Subject, fact, subjects
from itsm.monitoring.models import Alert, Status
from itsm.monitoring.selectors import alert_with_service
from itsm.monitoring.severities import CHOICES

subjects.add("alert")(Subject(find=alert_with_service, ticket_id=lambda alert: alert.incident_id))


def _alert(situation: Situation) -> Alert | None:
    return situation.subject if isinstance(situation.subject, Alert) else None


@fact("alert.title", label=_l("Title of the alert"))
def title(situation: Situation) -> Any:
    """What the alert says."""
    alert = _alert(situation)
    return alert.title if alert else None


@fact("alert.severity", label=_l("Severity of the alert"), choices=CHOICES)
def severity(situation: Situation) -> Any:
    """How bad the alert is."""
    alert = _alert(situation)
    return alert.severity if alert else None


@fact("alert.status", label=_l("Status of the alert"), choices=Status.choices)
def status(situation: Situation) -> Any:
    """How the alert stands."""
    alert = _alert(situation)
    return alert.status if alert else None


@fact("alert.source", label=_l("Source of the alert"))
def source(situation: Situation) -> Any:
    """The tool that reported it."""
    alert = _alert(situation)
    return alert.source.slug if alert else None


@fact("alert.service", label=_l("Service of the alert"))
def service(situation: Situation) -> Any:
    """The service it is about."""
    alert = _alert(situation)
    return alert.service.name if alert and alert.service else ""


@fact("alert.labels", label=_l("Labels of the alert (name=value)"), sort=LIST)
def labels(situation: Situation) -> Any:
    """Its labels, each as name=value."""
    alert = _alert(situation)
    return [f"{name}={value}" for name, value in alert.labels.items()] if alert else []


@fact("alert.count", label=_l("How often it was reported"), sort=NUMBER)
def count(situation: Situation) -> Any:
    """How often the tool has reported it."""
    alert = _alert(situation)
    return alert.count if alert else None
