"""Bringing the demo company to life through the actions people use, with the clock set back."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.dashboard.demo.articles import articles
from itsm.dashboard.demo.automation import automation
from itsm.dashboard.demo.clock import clock_at
from itsm.dashboard.demo.company import (
    COLLEAGUES,
    COMPONENTS,
    HOLIDAYS,
    NEEDS,
    PEOPLE,
    SERVICES,
    TEAMS,
)
from itsm.dashboard.demo.evidence import evidence
from itsm.dashboard.demo.orders import orders
from itsm.dashboard.demo.past import Past, drawn
from itsm.dashboard.demo.problems import problems
from itsm.dashboard.demo.releases import releases
from itsm.dashboard.demo.stories import OUTAGES, STORIES, Outage, Story
from itsm.dashboard.demo.writing import Writer
from itsm.inventory.models import ConfigurationItem, Service, ServiceDependency
from itsm.monitoring.actions import create_source, record_signals
from itsm.monitoring.models import MonitoringSource
from itsm.monitoring.sources import Signal
from itsm.people.actions import join_team
from itsm.people.models import Team, User
from itsm.people.selectors import system_user
from itsm.sla.models import Calendar, Holiday, WorkingHours
from itsm.tickets.actions import comment
from itsm.tickets.models import Channel
from itsm.tickets.search import learn_words

SOURCE = "Alertmanager"
UNUSABLE = "!"
Step = tuple[datetime, Callable[[], object]]


def build(*, password: str) -> str | None:
    """Make the company; the token of its monitoring source, or None when it is there already."""
    if User.objects.filter(username="dana").exists():
        return None
    with transaction.atomic():
        _people(password)
        _inventory()
        _calendar()
        source, token = create_source(kind="alertmanager", name=SOURCE, actor=None)
        # One transaction: hundreds of them would each wait for the disk.
        _history(source)
    learn_words()
    return token


def change_password(password: str) -> bool:
    """Let the demo people sign in with this password; False when it is theirs already."""
    addresses = [f"{row[0]}@example.test" for row in PEOPLE]
    people = User.objects.filter(email__in=addresses)
    if all(person.check_password(password) for person in people.filter(username="dana")):
        return False
    people.update(password=make_password(password))
    return True


def _people(password: str) -> None:
    teams = {slug: Team.objects.create(slug=slug, name=name) for slug, name in TEAMS}
    # Hashed once: the same for all, and a hash is made to be slow.
    kept = make_password(password)
    for username, name, role, team, leads in (*PEOPLE, *COLLEAGUES):
        user = User.objects.create(
            username=username,
            name=name,
            role=role,
            email=f"{username}@example.test",
            password=kept if (username, name, role, team, leads) in PEOPLE else UNUSABLE,
        )
        if team:
            join_team(user=user, team=teams[team], is_lead=leads, actor=None)


def _inventory() -> None:
    teams = {each.slug: each for each in Team.objects.all()}
    for name, title, tier, team, text in SERVICES:
        Service.objects.update_or_create(
            name=name,
            defaults={
                "title": title,
                "tier": tier,
                "owner_team": teams[team],
                "description": text,
                "status": "production",
            },
        )
    services = {each.name: each for each in Service.objects.all()}
    for service, needed in NEEDS:
        ServiceDependency.objects.get_or_create(service=services[service], needed=services[needed])
    for name, kind, service in COMPONENTS:
        ConfigurationItem.objects.get_or_create(
            name=name,
            defaults={"kind": kind, "service": services[service], "environment": "production"},
        )


def _calendar() -> None:
    """Work is done from Monday to Friday, save on a few days of the year."""
    year = timezone.now().year
    calendar = Calendar.objects.create(
        name="Head office", time_zone="Europe/Berlin", is_default=True
    )
    WorkingHours.objects.bulk_create(
        WorkingHours(calendar=calendar, weekday=day, starts=time(8), ends=time(18))
        for day in range(5)
    )
    Holiday.objects.bulk_create(
        Holiday(calendar=calendar, falls_on=f"{each}-{day}", name="Public holiday")
        for each in (year, year + 1)
        for day in HOLIDAYS
    )


def _past(now: datetime) -> list[Past]:
    """The ordinary incidents of the last weeks, worked on by the teams that own the services."""
    staff: dict[str, list[str]] = {}
    for username, _name, role, team, _leads in (*PEOPLE, *COLLEAGUES):
        if role in ("agent", "manager"):
            staff.setdefault(team, []).append(username)
    callers = [each[0] for each in (*PEOPLE, *COLLEAGUES) if each[2] == "requester"]
    workers = {name: staff[team] for name, _title, _tier, team, _text in SERVICES}
    return drawn(now=now, callers=callers, workers=workers)


def _history(source: MonitoringSource) -> None:
    """All that happened, in the order it happened."""
    now = timezone.now()
    writer = Writer(source=source, system=system_user(), now=now)
    past = _past(now)
    people = {each.username: each for each in User.objects.all()}
    steps: list[Step] = []
    for story in STORIES:
        steps += _Told(story, people=people, now=now).steps()
    steps += releases(people=people, now=now)
    steps += orders(people=people, now=now)
    steps += automation(people=people, now=now)
    steps += articles(people=people, now=now)
    steps += problems(people=people, now=now)
    steps += evidence(now=now)
    for outage in OUTAGES:
        steps += _Seen(outage, people=people, source=source, now=now).steps()
    for at, step in sorted(steps, key=lambda each: each[0]):
        if at > now:
            break
        writer.write([each for each in past if each.opened_at <= at])
        past = [each for each in past if each.opened_at > at]
        with clock_at(at):
            step()
    writer.write(past)


class _Told:
    """A story on its way through the actions."""

    def __init__(self, story: Story, *, people: dict[str, User], now: datetime) -> None:
        self.story = story
        self.people = people
        self.began = now - timedelta(hours=story.hours_ago)
        self.incident = Incident()

    def steps(self) -> list[Step]:
        story = self.story
        told: list[Step] = [(self._at(0), self._open)]
        if story.assignee:
            told.append((self._at(4), self._take))
        for who, minutes, public, text in story.said:
            told.append((self._at(minutes), self._say(who, text, public=public)))
        endings = {
            "waiting": self._hold_for_caller,
            "vendor": self._hold_for_vendor,
            "resolved": self._resolve,
            "closed": self._resolve,
        }
        if story.ends in endings:
            told.append((self._at(story.after), endings[story.ends]))
        if story.ends == "closed":
            told.append((self._at(story.after + 7 * 24 * 60), self._close))
        return told

    def _at(self, minutes: int) -> datetime:
        return self.began + timedelta(minutes=minutes)

    def _open(self) -> None:
        story, caller = self.story, self.people[self.story.by]
        report = Report(
            title=story.title,
            description=story.text,
            caller=caller,
            service=Service.objects.get(name=story.service),
            impact=story.impact,
            urgency=story.urgency,
            source=Channel.PORTAL,
            tags=story.tags,
            confidential=story.confidential,
        )
        self.incident = actions.open_incident(report=report, actor=caller)

    def _take(self) -> None:
        worker = self.people[self.story.assignee]
        taken = actions.acknowledge(self.incident, actor=worker)
        actions.start(taken, actor=worker)

    def _say(self, who: str, text: str, *, public: bool) -> Callable[[], object]:
        return lambda: comment(
            ticket=self.incident, actor=self.people[who], body=text, public=public
        )

    def _hold_for_caller(self) -> None:
        actions.hold(
            self.incident,
            actor=self.people[self.story.assignee],
            reason="awaiting_caller",
            comment="Please tell us whether it works now.",
        )

    def _hold_for_vendor(self) -> None:
        actions.hold(
            self.incident,
            actor=self.people[self.story.assignee],
            reason="awaiting_vendor",
            vendor_reference="CDN-20931",
        )

    def _resolve(self) -> None:
        worker = self.people[self.story.assignee]
        actions.resolve(self.incident, actor=worker, code=self.story.code, notes=self.story.notes)

    def _close(self) -> None:
        actions.close(self.incident, actor=self.people[self.story.by])


class _Seen:
    """An outage as monitoring tells it."""

    def __init__(
        self, outage: Outage, *, people: dict[str, User], source: MonitoringSource, now: datetime
    ) -> None:
        self.outage = outage
        self.people = people
        self.source = source
        self.incident: Incident | None = None
        self.began = now - timedelta(hours=outage.hours_ago)

    def steps(self) -> list[Step]:
        outage = self.outage
        told: list[Step] = [(self.began, lambda: self._signal("firing", at=self.began))]
        if outage.worked_by:
            told.append((self.began + timedelta(minutes=5), self._take))
        if outage.note:
            told.append((self.began + timedelta(minutes=11), self._note))
        if outage.minutes is not None:
            over = self.began + timedelta(minutes=outage.minutes)
            told.append((over, lambda: self._signal("resolved", at=over)))
            told.append((over + timedelta(days=9), self._close))
        return told

    def _signal(self, status: str, *, at: datetime) -> None:
        outage = self.outage
        signal = Signal(
            fingerprint=f"demo-{outage.service}-{int(outage.hours_ago * 10)}",
            status=status,
            title=outage.title,
            severity=outage.severity,
            description=outage.text,
            service=outage.service,
            component=outage.component,
            labels={"service": outage.service, "instance": outage.component},
            starts_at=self.began,
            ends_at=at if status == "resolved" else None,
            said_at=at,
        )
        [standing] = record_signals(self.source, signals=[signal], now=at)
        self.incident = self.incident or Incident.objects.filter(number=standing.incident).first()

    def _take(self) -> None:
        worker = self.people[self.outage.worked_by]
        if self.incident is not None:
            actions.start(actions.acknowledge(self.incident, actor=worker), actor=worker)

    def _note(self) -> None:
        worker = self.people[self.outage.worked_by]
        if self.incident is not None:
            comment(ticket=self.incident, actor=worker, body=self.outage.note, public=False)

    def _close(self) -> None:
        if self.incident is not None:
            actions.close(self.incident, actor=system_user())
