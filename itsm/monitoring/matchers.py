"""Which alerts a silence is about; pure.

A matcher is written ``name=value``: a label or one of ours (title, service, component, severity,
source), then ``=`` is, ``!=`` is not, ``^=`` begins with, ``*=`` has in it. No regular expressions,
since one slow one would hold up a storm.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itsm.monitoring.severities import is_worse

WRITTEN = re.compile(r"\s*([A-Za-z_][\w./-]*)\s*(!=|\^=|\*=|=)\s*(.*?)\s*\Z", re.DOTALL)
ENVIRONMENT_LABELS = ("environment", "env")
ENVIRONMENTS = {"prod": "production", "prd": "production", "live": "production"}
PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An alert as far as silences look at it."""

    title: str = ""
    severity: str = "warning"
    source: str = ""
    service_id: int | None = None
    service: str = ""
    component_id: int | None = None
    component: str = ""
    environment: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a silence is about; everything it names must fit."""

    key: int
    matchers: Sequence[str] = ()
    services: frozenset[int] = frozenset()
    components: frozenset[int] = frozenset()
    environment: str = ""
    most_severity: str = "critical"  # what is worse breaks through

    def covers(self, target: Target) -> bool:
        """Whether this alert is held back; one that is worse than was said is not."""
        if is_worse(target.severity, than=self.most_severity):
            return False
        if self.environment and self.environment != environment_of(target):
            return False
        return self._is_place_of(target) and all(fits(each, target) for each in self.matchers)

    def _is_place_of(self, target: Target) -> bool:
        if not self.services and not self.components:
            return bool(self.matchers)
        if self.components and target.component_id is not None:
            return target.component_id in self.components
        return target.service_id in self.services


def is_matcher(text: str) -> bool:
    """Whether this can be read as a matcher."""
    return WRITTEN.match(text) is not None


def fits(matcher: str, target: Target) -> bool:
    """Whether an alert fits a matcher; one that cannot be read fits nothing."""
    found = WRITTEN.match(matcher)
    if found is None:
        return False
    name, operator, wanted = found.groups()
    value = _value(name, target)
    if operator == "!=":
        return value != wanted
    if operator == "^=":
        return bool(wanted) and value.startswith(wanted)
    if operator == "*=":
        return bool(wanted) and wanted in value
    return value == wanted


def environment_of(target: Target) -> str:
    """Where an alert comes from; without a word on it, from production."""
    said = (str(target.labels.get(each, "")) for each in ENVIRONMENT_LABELS)
    word = next(filter(None, said), "") or target.environment or PRODUCTION
    return ENVIRONMENTS.get(word.lower(), word.lower())


def _value(name: str, target: Target) -> str:
    own = {
        "title": target.title,
        "severity": target.severity,
        "source": target.source,
        "service": target.service,
        "component": target.component,
    }
    return own[name] if name in own else str(target.labels.get(name, ""))
