"""Which alerts a silence covers, as a table."""

from typing import Any

import pytest

from itsm.monitoring.matchers import Scope, Target, environment_of, fits, is_matcher

DISK = Target(
    title="Disk is full",
    severity="warning",
    source="prometheus",
    service_id=1,
    service="checkout",
    component_id=7,
    component="web-1",
    labels={"alertname": "DiskFull", "mount": "/var/lib", "shard": 3},
)


@pytest.mark.parametrize(
    ("matcher", "is_so"),
    [
        ("alertname=DiskFull", True),
        (" alertname = DiskFull ", True),
        ("alertname=diskfull", False),
        ("alertname!=DiskFull", False),
        ("alertname!=Other", True),
        ("missing!=Other", True),
        ("missing=", True),
        ("mount^=/var", True),
        ("mount^=/lib", False),
        ("mount*=lib", True),
        ("mount*=", False),
        ("mount^=", False),
        ("shard=3", True),
        ("title=Disk is full", True),
        ("severity=warning", True),
        ("source=prometheus", True),
        ("service=checkout", True),
        ("component=web-1", True),
        ("nonsense", False),
    ],
)
def test_a_matcher_fits_or_does_not(matcher: str, is_so: bool) -> None:
    assert fits(matcher, DISK) is is_so


@pytest.mark.parametrize("text", ["", "=x", "a b=c", "nonsense", "1a=b"])
def test_what_is_no_matcher_is_told(text: str) -> None:
    assert not is_matcher(text)


@pytest.mark.parametrize(
    ("scope", "is_so"),
    [
        ({"services": {1}}, True),
        ({"services": {2}}, False),
        ({"components": {7}}, True),
        ({"components": {8}}, False),
        ({"services": {1}, "components": {8}}, False),
        ({"services": {2}, "components": {7}}, True),
        ({"services": {1}, "matchers": ("alertname=DiskFull",)}, True),
        ({"services": {1}, "matchers": ("alertname=Other",)}, False),
        ({"matchers": ("alertname=DiskFull", "mount^=/var")}, True),
        ({"matchers": ("alertname=DiskFull", "mount^=/lib")}, False),
        ({}, False),
        ({"services": {1}, "most_severity": "warning"}, True),
        ({"services": {1}, "most_severity": "info"}, False),
        ({"services": {1}, "environment": "production"}, True),
        ({"services": {1}, "environment": "staging"}, False),
    ],
)
def test_everything_a_silence_names_must_fit(scope: dict[str, Any], is_so: bool) -> None:
    sets: dict[str, Any] = {
        name: frozenset(scope[name]) for name in ("services", "components") if name in scope
    }

    assert Scope(key=1, **scope | sets).covers(DISK) is is_so


def test_an_alert_without_component_belongs_to_its_service() -> None:
    of_service = Target(service_id=1)

    assert Scope(key=1, services=frozenset({1}), components=frozenset({8})).covers(of_service)


@pytest.mark.parametrize(
    ("labels", "of_component", "environment"),
    [
        ({}, "", "production"),
        ({"env": "prod"}, "", "production"),
        ({"environment": "Staging"}, "production", "staging"),
        ({}, "staging", "staging"),
    ],
)
def test_an_alert_without_word_of_its_environment_comes_from_production(
    labels: dict[str, str], of_component: str, environment: str
) -> None:
    assert environment_of(Target(labels=labels, environment=of_component)) == environment
