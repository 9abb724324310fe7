"""Every change of the configuration is an event that says who changed what."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.test import Client

from changes.actions import connect_pipeline
from changes.models import Board, ChangeTemplate, GatePolicy, Window
from itsm.approvals.models import Rule, Substitute
from itsm.automation.models import RunBudget
from itsm.core.admins import ConfigurationAdmin
from itsm.core.models import Event
from itsm.evidence.actions import LOG_SOURCES
from itsm.evidence.models import EvidenceSource
from itsm.inventory.models import ConfigurationItem, Service
from itsm.monitoring.actions import create_source, set_up
from itsm.monitoring.models import MonitoringSource
from itsm.notifications.models import ChatApp
from itsm.people.actions import change_team, change_user, issue_token, join_team
from itsm.people.models import (
    Delegate,
    FactorRule,
    IdentityProvider,
    LdapDirectory,
    Team,
    User,
)
from itsm.sla.models import Calendar, Objective
from knowledge.models import Synonym
from problems.models import CauseCategory
from requests.models import Target
from tests.administration.forms import filled
from tests.factories import (
    CategoryFactory,
    ConfigurationItemFactory,
    EndpointFactory,
    MessageTemplateFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
    WebhookFactory,
)

pytestmark = pytest.mark.django_db

PLANTED = "planted-secret-4711"

# Of each model that can be changed in the admin: one record, and one field changed.
CHANGES: dict[str, tuple[Callable[[], Any], str, Any]] = {
    "automation.runbudget": (
        lambda: RunBudget.objects.create(tier=1, runs_an_hour=3),
        "runs_an_hour",
        2,
    ),
    "people.user": (UserFactory, "name", "Gina Rossi"),
    "people.team": (TeamFactory, "name", "Network"),
    "inventory.service": (ServiceFactory, "title", "Shop"),
    "inventory.configurationitem": (ConfigurationItemFactory, "environment", "staging"),
    "sla.calendar": (lambda: Calendar.objects.create(name="Berlin"), "time_zone", "Europe/Berlin"),
    "people.factorrule": (lambda: FactorRule.objects.create(role="agent"), "role", "manager"),
    "people.identityprovider": (
        lambda: IdentityProvider.objects.create(
            name="Okta", slug="okta", issuer="https://login.example.org", client_id="steady"
        ),
        "name",
        "Okta EU",
    ),
    "people.ldapdirectory": (
        lambda: LdapDirectory.objects.create(
            name="Office", address="ldaps://ldap.example.org", base="dc=example,dc=org"
        ),
        "name",
        "Head office",
    ),
    "changes.board": (
        lambda: Board.objects.create(
            slug="cab",
            name="CAB",
            team=TeamFactory(),
            chair=UserFactory(),
            first_at=datetime(2026, 12, 1, 13, tzinfo=UTC),
        ),
        "name",
        "The board",
    ),
    "approvals.rule": (
        lambda: Rule.objects.create(kind="change", purpose="authorize", name="Board"),
        "name",
        "The board",
    ),
    "knowledge.synonym": (
        lambda: Synonym.objects.create(words="vpn, tunnel"),
        "words",
        "vpn, tunnel, remote access",
    ),
    "approvals.substitute": (
        lambda: Substitute.objects.create(
            principal=UserFactory(),
            substitute=UserFactory(),
            starts_on=date(2026, 11, 1),
            ends_on=date(2061, 11, 9),
        ),
        "starts_on",
        "2026-11-02",
    ),
    "changes.window": (
        lambda: Window.objects.create(
            sort="freeze",
            name="Year end",
            starts_at=datetime(2026, 12, 20, tzinfo=UTC),
            ends_at=datetime(2027, 1, 2, tzinfo=UTC),
        ),
        "name",
        "Christmas",
    ),
    "sla.objective": (
        lambda: Objective.objects.create(service=ServiceFactory(), name="Availability"),
        "window_days",
        30,
    ),
    "problems.causecategory": (
        lambda: CauseCategory.objects.create(slug="defect", name="Defect"),
        "name",
        "Software defect",
    ),
    "evidence.evidencesource": (
        lambda: EvidenceSource.objects.create(
            name="Prometheus",
            kind="prometheus",
            address="https://prometheus.example.org",
            secret=PLANTED,
        ),
        "account",
        "steady",
    ),
    "evidence.logsource": (
        lambda: LOG_SOURCES.connect(kind="syslog-ng", name="Syslog", actor=None)[0],
        "name",
        "Syslog EU",
    ),
    "requests.category": (CategoryFactory, "name", "Hardware"),
    "requests.target": (
        lambda: Target.objects.create(
            slug="cloud", name="Cloud", address="https://cloud.example.org", secret=PLANTED
        ),
        "name",
        "The cloud",
    ),
    "changes.gatepolicy": (GatePolicy.objects.create, "permit_minutes", 30),
    "changes.changetemplate": (
        lambda: ChangeTemplate.objects.create(slug="restart", name="Restart a pool"),
        "name",
        "Restart one pool",
    ),
    "changes.pipeline": (
        lambda: connect_pipeline(kind="github", name="Checkout", actor=None)[0],
        "name",
        "Checkout EU",
    ),
    "people.delegate": (
        lambda: Delegate.objects.create(person=UserFactory(), delegate=UserFactory()),
        "ends_on",
        "2061-01-01",
    ),
    "notifications.messagetemplate": (MessageTemplateFactory, "subject", "News of {number}"),
    "notifications.endpoint": (EndpointFactory, "name", "War room"),
    "notifications.webhookendpoint": (WebhookFactory, "name", "The shop's program"),
    "notifications.chatapp": (
        lambda: ChatApp.objects.create(name="Slack", slug="slack", signing_secret=PLANTED),
        "name",
        "Slack of the shop",
    ),
    "monitoring.monitoringsource": (
        lambda: create_source(kind="alertmanager", name="Prometheus", actor=None)[0],
        "name",
        "Prometheus EU",
    ),
}


def changeable() -> list[str]:
    """The models whose records dana can change in the admin."""
    request: Any = type("Asked", (), {"user": User(role="admin", is_active=True)})()
    return sorted(
        model._meta.label_lower
        for model, shown in django_admin.site._registry.items()
        if shown.has_change_permission(request)
    )


@pytest.mark.parametrize("label", changeable())
def test_a_change_in_the_admin_is_an_event_with_old_and_new(
    label: str, admin: Client, dana: User
) -> None:
    make, name, value = CHANGES[label]
    record = make()
    old = getattr(record, name)
    address = f"/admin/{label.replace('.', '/')}/{record.pk}/change/"

    answer = admin.post(address, filled(admin.get(address).context, **{name: value}))

    assert answer.status_code == 302, answer.context["errors"]
    event = Event.objects.filter(name__endswith=".changed").latest("id")
    assert (event.actor, event.subject_id) == (dana, record.pk)
    assert event.data["changes"] == {name: [str(old) if isinstance(old, date) else old, value]}


@pytest.mark.parametrize("label", changeable())
def test_saving_without_a_change_is_no_event(label: str, admin: Client) -> None:
    record = CHANGES[label][0]()
    address = f"/admin/{label.replace('.', '/')}/{record.pk}/change/"
    before = Event.objects.count()

    admin.post(address, filled(admin.get(address).context))

    assert Event.objects.count() == before


@pytest.mark.parametrize("model", [User, Team, Service, ConfigurationItem, Calendar])
def test_a_removal_in_the_admin_is_an_event_that_keeps_what_it_was(
    model: Any, admin: Client, dana: User
) -> None:
    record = CHANGES[model._meta.label_lower][0]()
    address = f"/admin/{model._meta.label_lower.replace('.', '/')}/"
    name = str(record)

    admin.post(
        address,
        {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"},
    )

    event = Event.objects.latest("id")
    assert not model.objects.filter(pk=record.pk).exists()
    assert (event.name.rpartition(".")[2], event.actor) == ("removed", dana)
    assert event.data["name"] == name
    assert event.data["changes"]


def test_whoever_can_be_changed_without_an_action_is_recorded_by_the_admin() -> None:
    by_actions = {"monitoring.monitoringsource", "changes.pipeline", "evidence.logsource"}

    silent = [
        model._meta.label_lower
        for model, shown in django_admin.site._registry.items()
        if model._meta.label_lower in set(changeable()) - by_actions
        and not isinstance(shown, ConfigurationAdmin)
    ]

    assert silent == []


def test_a_new_record_in_the_admin_is_an_event(admin: Client, dana: User) -> None:
    page = admin.get("/admin/people/team/add/")

    admin.post("/admin/people/team/add/", filled(page.context, name="Network", slug="network"))

    event = Event.objects.get(name="team.formed")
    assert event.actor == dana
    assert event.data["changes"]["name"] == [None, "Network"]


def test_a_field_edited_in_the_list_is_an_event(admin: Client) -> None:
    service = ServiceFactory(tier=2)
    page = admin.get("/admin/inventory/service/")
    forms = page.context["cl"].formset
    posted = {
        **{f"form-{name}": value for name, value in forms.management_form.initial.items()},
        "form-0-id": service.pk,
        "form-0-tier": 1,
        "form-0-status": "production",
        "_save": "Save",
    }

    admin.post("/admin/inventory/service/", posted)

    assert Event.objects.get(name="service.changed").data["changes"] == {"tier": [2, 1]}


def test_members_are_part_of_the_team_through_every_door(
    admin: Client, dana: User, alice: User, platform: Team
) -> None:
    """Through the API here; through the admin in a journey."""
    change_team(team=platform, actor=dana, values={"members": [alice, dana], "leads": [dana]})

    event = Event.objects.filter(name="team.changed").latest("id")
    assert event.data["changes"] == {"members": [["alice (lead)"], ["alice", "dana (lead)"]]}


def test_a_new_role_is_told_with_the_old_one(dana: User, alice: User) -> None:
    change_user(user=alice, actor=dana, values={"role": "manager"})

    event = Event.objects.latest("id")
    assert event.data["changes"] == {"role": ["agent", "manager"]}


def test_no_secret_gets_into_an_event(admin: Client, dana: User) -> None:
    """P37."""
    source, token = create_source(kind="grafana", name="Grafana", actor=dana)
    given = {"hmac_secret": PLANTED, "mapping": {"auth": {"password": PLANTED}}}
    set_up(source=source, actor=dana, settings=given)
    _api_token, plain = issue_token(user=dana, name="CI", actor=dana)
    admin.post(
        f"/admin/people/user/{dana.pk}/password/",
        {"password1": PLANTED, "password2": PLANTED, "usable_password": "true"},
    )

    written = json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert PLANTED not in written
    assert token not in written
    assert plain not in written
    assert MonitoringSource.objects.get().hmac_secret == PLANTED
    changed = Event.objects.get(name="source.changed")
    assert changed.data["changes"]["hmac_secret"] == "changed"
    assert Event.objects.get(name="user.changed").data["changes"] == {"password": "changed"}


def test_an_import_tells_what_it_changed(admin: Client, dana: User) -> None:
    service = ServiceFactory(name="checkout", tier=3)
    ServiceFactory(name="payments")
    client = Client(headers={"Authorization": f"Bearer {issue_token(user=dana, name='x')[1]}"})

    client.post(
        "/api/v1/services/import/",
        "name,tier,depends_on\ncheckout,1,payments\n",
        content_type="text/csv",
    )

    told = [each.data["changes"] for each in Event.objects.filter(name="service.changed")]
    assert told == [{"tier": [3, 1]}, {"depends_on": [[], ["payments"]]}]
    assert {each.subject_id for each in Event.objects.filter(name="service.changed")} == {
        service.pk
    }


def test_a_team_given_up_takes_nobody_by_surprise(admin: Client, alice: User, platform: Team):
    join_team(user=alice, team=platform, actor=None)

    admin.post(f"/admin/people/team/{platform.pk}/delete/", {"post": "yes"})

    event = Event.objects.get(name="team.removed")
    assert event.data["changes"]["members"] == [["alice"], None]
