"""The changes of the demo company: a release each working day, and what is planned next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from changes import actions
from changes.models import (
    Change,
    ChangeTemplate,
    ChangeType,
    Deployment,
    TemplateVersion,
    Window,
    WindowSort,
)
from itsm.core import configuration
from itsm.core.errors import Refused
from itsm.inventory.models import Service
from itsm.people.models import Team, User

Step = tuple[datetime, Callable[[], object]]
WEEKS = 4
RELEASED = ("search", "catalog", "shop-app", "vouchers", "orders", "search", "checkout")
ENGINEERS = ("bob", "mei", "kofi", "elif", "tomas")
# Of the releases so far, counted from the oldest, those that did not go well.
FAILED = {6: "rolled_back", 13: "failed"}
PLANNED = (
    # title, service, who, type, days from now, hour, hours it takes, how far, why
    ("New version of the card terminal protocol", "tills", "kofi", "normal", 2, 20, 2, "assess",
     "The card networks end the old protocol at the end of the quarter."),
    ("Renew the database of payments", "payments", "mei", "normal", 4, 22, 3, "assess",
     "The running version gets no security updates after January."),
    ("Second uplink for the Oslo shop", "internet", "jonas", "normal", 6, 6, 2, "new",
     "Two outages of the only line this month."),
    ("Let go of the old mail relay", "mail", "omar", "normal", 1, 18, 1, "assess",
     "It is the last machine on an operating system without support."),
)  # fmt: skip


@dataclass
class Release:
    """One version of one service on its way into production."""

    place: int
    service: str
    engineer: User
    version: TemplateVersion
    at: datetime
    outcome: str = "ok"
    change: Change | None = None

    def steps(self) -> list[Step]:
        """What happened, and when; what lies ahead is only planned."""
        return [
            (self.at - timedelta(minutes=40), self._plan),
            (self.at, self._start),
            (self.at + timedelta(minutes=6 + self.place % 5), self._finish),
            (self.at + timedelta(hours=20), self._close),
            (self.at + timedelta(hours=21), self._trust_again),
        ]

    def _plan(self) -> None:
        service = Service.objects.get(name=self.service)
        plan = actions.Plan(
            title=f"Release {service.title} {self.at:%Y.%m.%d}",
            type=ChangeType.STANDARD,
            service=service,
            assignee=self.engineer,
            planned_start=self.at,
            planned_end=self.at + timedelta(minutes=30),
            template_version=self.version,
        )
        change = actions.open_change(plan=plan, actor=self.engineer)
        self.change = actions.submit(change, actor=self.engineer)

    def _start(self) -> None:
        if self.change is None:
            return
        try:
            self.change = actions.start(self.change, actor=self.engineer)
        except Refused:
            # An open incident of the service: nothing is shipped into a fire.
            reason = "The gate was closed; the next release brings it."
            actions.cancel(self.change, actor=self.engineer, reason=reason)
            self.change = None

    def _finish(self) -> None:
        if self.change is None:
            return
        now = timezone.now()
        outcomes = {"ok": "succeeded", "failed": "failed", "rolled_back": "rolled_back"}
        delivered = actions.Delivered(
            delivery_id=f"demo-{self.place}",
            outcome=Deployment.Outcome(outcomes[self.outcome]),
            service=self.change.service,
            revision=f"{(self.place + 7) * 0x9E3779B1 % 2**32:08x}",
            started_at=self.at,
            finished_at=now,
            first_commit_at=self.at - timedelta(hours=5 + self.place * 7 % 40),
            last_commit_at=self.at - timedelta(hours=2),
        )
        actions.register_deployment(delivered=delivered, actor=self.engineer, change=self.change)
        notes = "" if self.outcome == "ok" else "Errors rose on the first node; taken back."
        self.change = actions.complete(
            self.change, actor=self.engineer, outcome=self.outcome, notes=notes
        )

    def _close(self) -> None:
        if self.change is None:
            return
        codes = {"ok": "successful", "failed": "unsuccessful", "rolled_back": "rolled_back"}
        learned = "The load test did not know this query; it does now."
        actions.close(
            self.change,
            actor=self.engineer,
            code=codes[self.outcome],
            notes="Nothing remains.",
            review="" if self.outcome == "ok" else learned,
        )

    def _trust_again(self) -> None:
        """A template that failed asks for leave; here its lead takes it back after the review."""
        template = ChangeTemplate.objects.get(pk=self.version.template_id)
        if template.standing != ChangeTemplate.Standing.DEMOTED:
            return
        before = configuration.picture_of(template)
        template.standing = ChangeTemplate.Standing.ACTIVE
        template.save(update_fields=["standing"])
        configuration.note_change(template, before=before, actor=self.version.created_by)


def releases(*, people: dict[str, User], now: datetime) -> list[Step]:
    """The releases of the last weeks, of today and of tomorrow, and the changes ahead."""
    version = _template(people["alice"], now)
    _windows(now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=back) for back in range(-WEEKS * 7, 2)]
    moments = [each + timedelta(hours=8, minutes=30) for each in days if each.weekday() < 5]
    moments.append(now + timedelta(hours=2))
    steps: list[Step] = []
    for place, at in enumerate(sorted(moments)):
        release = Release(
            place=place,
            service=RELEASED[place % len(RELEASED)],
            engineer=people[ENGINEERS[place % len(ENGINEERS)]],
            version=version,
            at=at,
            outcome=FAILED.get(place, "ok"),
        )
        ahead = release.steps()
        # What is planned for later has been planned by now.
        steps += [(min(ahead[0][0], now), ahead[0][1]), *ahead[1:]]
    return [*steps, (now - timedelta(minutes=5), lambda: _plan_ahead(people, midnight))]


def _plan_ahead(people: dict[str, User], midnight: datetime) -> None:
    for title, service, who, sort, days, hour, hours, state, why in PLANNED:
        start = midnight + timedelta(days=days, hours=hour)
        plan = actions.Plan(
            title=title,
            type=sort,
            service=Service.objects.get(name=service),
            assignee=people[who],
            planned_start=start,
            planned_end=start + timedelta(hours=hours),
            reason=why,
            implementation_plan="Node by node, watching the error rate after each.",
            test_plan="One purchase, one return and one login by hand; then the nightly suite.",
            backout_plan="The former version stays installed; switch back and restart.",
            backout_tested=hours < 3,
        )
        change = actions.open_change(plan=plan, actor=people[who])
        if state != "new":
            actions.submit(change, actor=people[who])


def _template(lead: User, now: datetime) -> TemplateVersion:
    template = ChangeTemplate.objects.create(
        slug="release",
        name="Release of a service",
        owner_team=Team.objects.get(slug="platform"),
        standing=ChangeTemplate.Standing.ACTIVE,
    )
    return TemplateVersion.objects.create(
        template=template,
        number=1,
        category="deploy",
        title="Release",
        implementation_plan="The pipeline rolls it out node by node.",
        test_plan="The pipeline's tests have passed; one purchase on the first node.",
        backout_plan="The pipeline rolls the former version out.",
        backout_tested=True,
        editable=["title", "service"],
        created_by=lead,
        created_at=now - timedelta(weeks=WEEKS + 1),
    )


def _windows(now: datetime) -> None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    saturday = midnight + timedelta(days=(5 - midnight.weekday()) % 7 - 7 * WEEKS, hours=21)
    maintenance = Window.objects.create(
        sort=WindowSort.MAINTENANCE,
        name="ERP maintenance",
        reason="The books are closed on Saturday night.",
        starts_at=saturday,
        ends_at=saturday + timedelta(hours=4),
        repeats="FREQ=WEEKLY;BYDAY=SA",
        time_zone="Europe/Berlin",
        environment="production",
    )
    maintenance.services.set(Service.objects.filter(name="erp"))
    Window.objects.create(
        sort=WindowSort.FREEZE,
        name="Christmas sales",
        reason="The three busiest days of the year.",
        starts_at=midnight + timedelta(days=9),
        ends_at=midnight + timedelta(days=12),
        environment="production",
        exempt_types=["standard"],
    )
