"""The alerts page: filters, saying that somebody is on them, and one alert."""

import re

import pytest

from itsm.monitoring.models import Alert, Status
from itsm.people.models import User
from tests.factories import IncidentFactory, ServiceFactory
from tests.screens.conftest import HOSTILE, Browser

pytestmark = pytest.mark.django_db


def titles(page: str) -> list[str]:
    return sorted(re.findall(r'href="/alerts/\d+/">(Disk \w is full)', page))


@pytest.mark.parametrize(
    ("query", "letters"),
    [
        ("", "abc"),
        ("?status=resolved", "d"),
        ("?status=all", "abcd"),
        ("?status=acked", ""),
        ("?status=nonsense", "abc"),
        ("?q=disk+b", "b"),
        ("?severity=critical", ""),
        ("?severity=warning", "abc"),
        ("?source=none", ""),
        ("?service=none", ""),
        ("?after=nonsense-1", "abc"),
        ("?after=9999999999999999-1", "abc"),
    ],
)
def test_the_stream_is_narrowed(as_: Browser, alice: User, firing: None, query: str, letters: str):
    page = as_(alice).get(f"/alerts/{query}").content.decode()

    assert titles(page) == [f"Disk {each} is full" for each in letters]


def test_how_bad_an_alert_is_is_said_in_the_language_of_who_reads(
    as_: Browser, alice: User, firing: None
):
    page = as_(alice).get("/alerts/", headers={"Accept-Language": "de"}).content.decode()

    assert '">Warnung</span>' in page
    assert '">Warning</span>' not in page


def test_many_are_acknowledged_at_once_and_those_that_are_over_are_left_alone(
    as_: Browser, alice: User, firing: None
):
    keys = list(Alert.objects.order_by("fingerprint").values_list("pk", flat=True))

    as_(alice).post("/alerts/acknowledge/", {"alert": [keys[0], keys[1], keys[3], "rubbish"]})

    found = Alert.objects.order_by("fingerprint").values_list("status", flat=True)
    assert list(found) == [Status.ACKED, Status.ACKED, Status.FIRING, Status.RESOLVED]


def test_an_auditor_may_look_but_not_acknowledge(as_: Browser, audrey: User, firing: None):
    browser, alert = as_(audrey), Alert.objects.filter(status=Status.FIRING).first()
    assert alert is not None

    assert browser.get(f"/alerts/{alert.pk}/").status_code == 200
    assert browser.post("/alerts/acknowledge/", {"alert": alert.pk}).status_code == 403
    assert Alert.objects.get(pk=alert.pk).status == Status.FIRING


@pytest.mark.parametrize("next_page", ["https://evil.test/", "//evil.test", "/admin/", "", "/\\x"])
def test_the_way_back_leads_to_alerts_only(as_: Browser, alice: User, firing: None, next_page: str):
    answer = as_(alice).post("/alerts/acknowledge/", {"next": next_page})

    assert answer.headers["Location"] == "/alerts/"


def test_what_a_tool_says_is_shown_as_text_and_its_scripts_are_no_links(
    as_: Browser, alice: User, firing: None
):
    alert = Alert.objects.filter(status=Status.FIRING).get(fingerprint="a")
    Alert.objects.filter(pk=alert.pk).update(
        title=HOSTILE[:200],
        labels={"job": HOSTILE},
        links={"Bad": "javascript:alert(1)", "Graph": "https://grafana.test/d/1"},
    )

    page = as_(alice).get(f"/alerts/{alert.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page
    assert 'href="https://grafana.test/d/1"' in page


@pytest.mark.parametrize("path", ["/", "/services/checkout/", "/alerts/"])
def test_an_alert_does_not_tell_of_an_incident_one_may_not_see(
    as_: Browser, alice: User, mona: User, firing: None, path: str
):
    secret = IncidentFactory(confidential=True)
    Alert.objects.update(incident=secret, service=ServiceFactory(name="checkout"))

    assert secret.number in as_(mona).get(path).content.decode()
    page = as_(alice).get(path).content.decode()
    assert "Disk a is full" in page
    assert secret.number not in page
