"""Writing the drawn past, many rows a statement, and only what the actions would write."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from incidents.actions.ending import auto_close_at
from incidents.actions.past import insert_incidents, number_incidents
from incidents.models import Detection, Incident
from incidents.workflow import workflow
from itsm.core.models import Event
from itsm.dashboard.demo.past import Moment, Past
from itsm.inventory.models import ConfigurationItem, Service
from itsm.monitoring.models import Alert, MonitoringSource
from itsm.monitoring.sources import RESOLVED
from itsm.people.models import User
from itsm.tickets.models import Channel, Comment
from itsm.tickets.priority import priority_of


class Writer:
    """The past on its way into the tables."""

    def __init__(self, *, source: MonitoringSource, system: User, now: datetime) -> None:
        self.source = source
        self.system = system
        self.now = now
        self.people = {each.username: each for each in User.objects.all()}
        self.services = {each.name: each for each in Service.objects.select_related("owner_team")}
        self.components = {each.name: each for each in ConfigurationItem.objects.all()}
        self.events: list[Event] = []
        self.comments: list[tuple[Comment, Event]] = []

    def write(self, past: Sequence[Past]) -> None:
        """Write these incidents with all that happened to them."""
        if not past:
            return
        self.events, self.comments = [], []
        incidents = [self._incident(each) for each in past]
        number_incidents(incidents)
        for incident, each in zip(incidents, past, strict=True):
            self._tell(incident, each)
        insert_incidents(incidents)
        self._write_comments()
        self.events.sort(key=lambda event: event.happened_at)
        Event.objects.bulk_create(self.events)
        pairs = zip(incidents, past, strict=True)
        Alert.objects.bulk_create([self._alert(*pair) for pair in pairs if not pair[1].caller])

    def _incident(self, past: Past) -> Incident:
        service = self.services[past.service]
        caller = self.people.get(past.caller)
        return Incident(
            kind="incident",
            title=past.title,
            service=service,
            team=service.owner_team,
            caller=caller,
            opened_by=caller or self.source.bot,
            opened_at=past.opened_at,
            detected_at=past.opened_at,
            assigned_at=past.opened_at,
            impact=past.impact,
            urgency=past.urgency,
            priority=priority_of(past.impact, past.urgency),
            source=Channel.PORTAL if caller else Channel.MONITORING,
            detection=Detection.USER if caller else Detection.ALERT,
            state="new",
            phase=workflow.states["new"].phase,
        )

    def _tell(self, incident: Incident, past: Past) -> None:
        """Its whole life, as far as it has come by now."""
        self._happened(incident, "opened", past.opened_at, incident.opened_by, {})
        for moment in past.moments:
            if moment.at <= self.now:
                WHAT[moment.what](self, incident, past, moment)

    def _acknowledged(self, incident: Incident, _past: Past, moment: Moment) -> None:
        incident.acknowledged_at = incident.responded_at = moment.at
        incident.acknowledged_by = incident.assignee = self.people[moment.who]
        diff = {"assignee_id": [None, incident.assignee.pk]}
        self._moved(incident, moment, None, diff)

    def _started(self, incident: Incident, _past: Past, moment: Moment) -> None:
        self._moved(incident, moment, "in_progress")

    def _paused(self, incident: Incident, _past: Past, moment: Moment) -> None:
        incident.on_hold_reason = moment.text
        self._moved(incident, moment, "on_hold", {"on_hold_reason": ["", moment.text]})

    def _resumed(self, incident: Incident, _past: Past, moment: Moment) -> None:
        diff = {"on_hold_reason": [incident.on_hold_reason, ""]}
        incident.on_hold_reason = ""
        self._moved(incident, moment, "in_progress", diff)

    def _resolved(self, incident: Incident, past: Past, moment: Moment) -> None:
        incident.resolved_at = moment.at
        incident.resolved_by = self._actor(moment)
        incident.resolution_code, incident.resolution_notes = past.code, past.notes
        incident.auto_close_at = auto_close_at(incident)
        self._moved(incident, moment, "resolved", {"resolution_code": ["", past.code]})

    def _reopened(self, incident: Incident, past: Past, moment: Moment) -> None:
        self._said(incident, past, moment, public=True)
        incident.reopen_count += 1
        incident.last_reopened_at, incident.last_reopened_by = moment.at, self._actor(moment)
        incident.resolved_at = incident.resolved_by = incident.auto_close_at = None
        incident.resolution_code = incident.resolution_notes = ""
        self._moved(incident, moment, "in_progress", {"resolution_code": [past.code, ""]})

    def _closed(self, incident: Incident, _past: Past, moment: Moment) -> None:
        incident.closed_at = moment.at
        incident.auto_close_at = None
        self._moved(incident, moment, "closed")

    def _commented(self, incident: Incident, past: Past, moment: Moment) -> None:
        self._said(incident, past, moment, public=True)

    def _noted(self, incident: Incident, past: Past, moment: Moment) -> None:
        self._said(incident, past, moment, public=False)

    def _said(self, incident: Incident, _past: Past, moment: Moment, *, public: bool) -> None:
        author = self._actor(moment)
        said = Comment(
            ticket_id=incident.pk,
            author=author,
            body=moment.text,
            public=public,
            created_at=moment.at,
        )
        word = "commented" if public else "noted"
        within = "reopen" if moment.what == "reopened" else ""
        event = self._happened(incident, word, moment.at, author, {"within": within}, public=public)
        self.comments.append((said, event))

    def _moved(
        self,
        incident: Incident,
        moment: Moment,
        target: str | None,
        diff: Mapping[str, Any] | None = None,
    ) -> None:
        before = incident.state
        if target is not None:
            workflow._enter(incident, target)
        incident.version += 1
        incident.updated_at = moment.at
        told: dict[str, Any] = dict(diff or {})
        if incident.state != before:
            told["state"] = [before, incident.state]
        data = {"from": before, "to": incident.state, "diff": told, "given": {}}
        self._happened(incident, moment.what, moment.at, self._actor(moment), data)

    def _happened(
        self,
        incident: Incident,
        what: str,
        at: datetime,
        actor: User,
        data: Mapping[str, Any],
        *,
        public: bool = True,
    ) -> Event:
        event = Event(
            name=f"incident.{what}",
            subject_type="incident",
            subject_id=incident.pk,
            actor=actor,
            public=public,
            data=dict(data),
            happened_at=at,
        )
        self.events.append(event)
        return event

    def _actor(self, moment: Moment) -> User:
        return self.people[moment.who] if moment.who else self.system

    def _write_comments(self) -> None:
        Comment.objects.bulk_create([said for said, _event in self.comments])
        for said, event in self.comments:
            event.data["comment"] = said.pk

    def _alert(self, incident: Incident, past: Past) -> Alert:
        component = self.components.get(past.component)
        ended = incident.resolved_at or self.now
        return Alert(
            source=self.source,
            fingerprint=f"past-{incident.pk}",
            status=RESOLVED,
            severity=past.severity,
            title=past.title,
            service=incident.service,
            configuration_item=component,
            incident_id=incident.pk,
            labels={"service": past.service, "instance": past.component},
            starts_at=past.opened_at,
            ends_at=ended,
            last_seen_at=ended,
            heard_firing_at=past.opened_at,
            heard_clear_at=ended,
            changed_at=ended,
            content_hash="",
        )


What = Callable[[Writer, Incident, Past, Moment], None]
WHAT: dict[str, What] = {
    "acknowledged": Writer._acknowledged,
    "started": Writer._started,
    "paused": Writer._paused,
    "resumed": Writer._resumed,
    "resolved": Writer._resolved,
    "reopened": Writer._reopened,
    "closed": Writer._closed,
    "commented": Writer._commented,
    "noted": Writer._noted,
}
