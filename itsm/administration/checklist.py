"""What is to be set up before others rely on the product, and what of it is done."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from itsm.core import heartbeats
from itsm.core.models import Event
from itsm.inventory.models import Service, Standing
from itsm.monitoring.models import MonitoringSource
from itsm.people.models import FactorRule, Team, User
from itsm.people.roles import Role
from itsm.sla.models import Calendar

BACKUP_WITHIN = timedelta(days=2)


@dataclass(frozen=True)
class Step:
    """One thing to set up: whether it is done, what is there, and where to go on."""

    title: str
    is_done: bool
    says: str
    address: str
    verb: str
    is_post: bool = False


def steps() -> list[Step]:
    """The steps in the order that makes sense."""
    return [
        *(_people(), _factors(), _services(), _sources()),
        *(_mail(), _hours(), _backups()),
    ]


def _people() -> Step:
    roles = dict(
        User.objects.filter(is_active=True, is_bot=False)
        .values_list("role")
        .annotate(count=Count("pk"))
    )
    agents = roles.get(Role.AGENT, 0) + roles.get(Role.MANAGER, 0)
    empty = Team.objects.annotate(
        people=Count("membership", filter=Q(membership__user__is_active=True))
    ).filter(people=0)
    teams, lonely = Team.objects.count(), empty.count()
    says = _("%(agents)d agents in %(teams)d teams, %(all)d people in all.") % {
        "agents": agents,
        "teams": teams,
        "all": sum(roles.values()),
    }
    if lonely:
        says += (
            " " + ngettext("%d team has no members.", "%d teams have no members.", lonely) % lonely
        )
    return Step(
        _("Colleagues work in teams"),
        bool(agents and teams and not lonely),
        says,
        reverse("admin:people_team_changelist" if agents else "admin:people_user_add"),
        _("See teams") if agents else _("Add a person"),
    )


def _factors() -> Step:
    is_proven = Q(authenticator_app__isnull=False) | Q(passkeys__isnull=False)
    administrators = User.objects.filter(role=Role.ADMIN, is_active=True, is_bot=False)
    bare = administrators.exclude(pk__in=administrators.filter(is_proven).values("pk")).count()
    is_asked = FactorRule.objects.filter(role=Role.ADMIN).exists()
    says = ngettext(
        "%d administrator signs in with a password alone.",
        "%d administrators sign in with a password alone.",
        bare,
    )
    return Step(
        _("Administrators need a second factor"),
        is_asked and not bare,
        says % bare if bare else _("Every administrator has one."),
        reverse(
            "admin:people_factorrule_changelist" if is_asked else "admin:people_factorrule_add"
        ),
        _("See the rule") if is_asked else _("Ask for it"),
    )


def _services() -> Step:
    known = Service.objects.exclude(status=Standing.RETIRED).aggregate(
        all=Count("pk"),
        orphans=Count("pk", filter=Q(owner_team=None)),
        discovered=Count("pk", filter=Q(status=Standing.DISCOVERED)),
    )
    if not known["all"]:
        says = _("None yet. Paste a table, or let alerts name them.")
        return Step(
            _("Services have owners"),
            False,
            says,
            reverse("admin:import", args=["services"]),
            _("Import services"),
        )
    says = ngettext("%d service.", "%d services.", known["all"]) % known["all"]
    if known["orphans"]:
        orphans = ngettext(
            "%d has no owner, so its incidents wait unassigned.",
            "%d have no owner, so their incidents wait unassigned.",
            known["orphans"],
        )
        says += " " + orphans % known["orphans"]
    address = reverse("admin:inventory_service_changelist")
    if known["orphans"]:
        address += "?owner_team__isnull=True"
    return Step(_("Services have owners"), not known["orphans"], says, address, _("See services"))


def _sources() -> Step:
    known = MonitoringSource.objects.filter(is_active=True).aggregate(
        all=Count("pk"), heard=Count("last_heard_at")
    )
    title = _("Monitoring reports")
    if not known["all"]:
        says = _("No tool posts to us yet. Any tool that can post JSON will do.")
        add = reverse("admin:monitoring_monitoringsource_add")
        return Step(title, False, says, add, _("Connect a tool"))
    says = ngettext(
        "%(heard)d of %(all)d source has been heard.",
        "%(heard)d of %(all)d sources have been heard.",
        known["all"],
    )
    see = reverse("admin:monitoring_monitoringsource_changelist")
    return Step(title, bool(known["heard"]), says % known, see, _("See sources"))


def _mail() -> Step:
    title, address = _("Mail arrives"), reverse("admin:test_mail")
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        says = _("EMAIL_URL is unset: mail is written to the log and reaches nobody.")
    elif Event.objects.filter(subject_type="user", name="mail.tested").exists():
        return Step(title, True, _("A test was sent."), address, _("Send another"), is_post=True)
    else:
        says = _("A mail server is set. Send yourself a test.")
    return Step(title, False, says, address, _("Send me a test"), is_post=True)


def _hours() -> Step:
    title, calendar = _("Working hours are known"), Calendar.objects.filter(is_default=True).first()
    if calendar is None:
        says = _("Until you say otherwise: Monday to Friday, 9 to 17, UTC.")
        return Step(title, False, says, reverse("admin:sla_calendar_add"), _("Set them"))
    says = f"{calendar.name}, {calendar.time_zone}"
    change = reverse("admin:sla_calendar_change", args=[calendar.pk])
    return Step(title, True, says, change, _("See calendar"))


def _backups() -> Step:
    at = heartbeats.last_heard().get("backup")
    is_fresh = at is not None and timezone.now() - at < BACKUP_WITHIN
    says = (
        _("The last one was noted on %(day)s.") % {"day": timezone.localtime(at).date().isoformat()}
        if at
        else _("None was noted. End your back-up script with: manage.py note_backup")
    )
    docs: Any = reverse("admin:core_heartbeat_changelist")
    return Step(_("Back-ups are made"), is_fresh, says, docs, _("See signs of life"))
