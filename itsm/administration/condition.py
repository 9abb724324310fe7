"""How the installation is doing, in the few numbers an administrator acts upon."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import doctor, metrics
from itsm.core.health import OLDEST_DEBT
from itsm.core.models import Chore, Event, Seal
from itsm.monitoring.models import DeadLetter, MonitoringSource, ParkedPost

SILENT_AFTER = timedelta(days=1)
UNSEALED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Sign:
    """One sign of health: whether it is well, in words, and where to look."""

    title: str
    is_well: bool
    says: str
    address: str = ""


def signs() -> list[Sign]:
    """The signs, the worst first."""
    found = [*_findings(), *_deliveries(), _letters(), _parked(), _chores(), _silent(), _sealed()]
    return sorted(found, key=lambda each: each.is_well)


def _findings() -> list[Sign]:
    found = doctor.findings()
    if not found:
        return [Sign(_("Settings and parts"), True, _("The doctor finds nothing."))]
    return [Sign(_("Settings and parts"), False, each) for each in found]


def _deliveries() -> list[Sign]:
    owed, oldest, given_up = metrics.debts()
    address = reverse("admin:core_delivery_changelist")
    told = _("%(owed)d wait, the oldest for %(seconds)d s.") % {"owed": owed, "seconds": oldest}
    waiting = told if owed else _count(0)
    return [
        Sign(_("Deliveries on their way"), oldest < OLDEST_DEBT, waiting, address),
        Sign(
            _("Deliveries given up"),
            not given_up,
            _count(given_up),
            f"{address}?given_up_at__isempty=0",
        ),
    ]


def _letters() -> Sign:
    count = DeadLetter.objects.filter(replayed_at=None).count()
    address = reverse("admin:monitoring_deadletter_changelist") + "?replayed_at__isempty=1"
    return Sign(_("Posts that could not be read"), not count, _count(count), address)


def _parked() -> Sign:
    count = ParkedPost.objects.filter(due_at=None).count()
    address = reverse("admin:monitoring_parkedpost_changelist")
    return Sign(_("Accepted posts that got stuck"), not count, _count(count), address)


def _chores() -> Sign:
    failing = list(Chore.objects.exclude(error="").values_list("name", flat=True))
    says = ", ".join(each.rpartition(".")[2] for each in failing) or _count(0)
    return Sign(_("Chores that failed"), not failing, says, reverse("admin:core_chore_changelist"))


def _silent() -> Sign:
    since = timezone.now() - SILENT_AFTER
    silent = MonitoringSource.objects.filter(is_active=True, last_heard_at__lt=since)
    names = list(silent.values_list("name", flat=True)[:5])
    address = reverse("admin:monitoring_monitoringsource_changelist")
    return Sign(_("Sources silent for a day"), not names, ", ".join(names) or _count(0), address)


def _sealed() -> Sign:
    seal = Seal.objects.order_by("-number").only("last_id", "sealed_at").first()
    newer = Event.objects.filter(happened_at__lt=timezone.now() - UNSEALED_FOR)
    late = newer.filter(pk__gt=seal.last_id if seal else 0).order_by("pk")[:1].exists()
    says = _("Not sealed for ten minutes.") if late else _("Sealed up to now.")
    return Sign(_("Audit chain"), not late, says, reverse("admin:audit"))


def _count(count: int) -> str:
    return str(count) if count else _("None.")
