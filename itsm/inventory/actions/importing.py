"""Taking services and components in from a table: all of it or, when a row is wrong, nothing."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from itsm.core import configuration, events, sheets
from itsm.core.errors import Invalid
from itsm.core.fields import Field, cleaned
from itsm.core.sheets import ADDED, CHANGED, UNCHANGED, WRONG, Report, RowReport
from itsm.inventory.actions.keeping import check_may_edit, columns_of, set_needs
from itsm.inventory.fields import COMPONENT, SERVICE
from itsm.inventory.models import ConfigurationItem, Service, ServiceDependency
from itsm.inventory.selectors import services_named
from itsm.people.models import Team, User

SERVICE_COLUMNS = tuple(each.name for each in SERVICE)
COMPONENT_COLUMNS = tuple(each.name for each in COMPONENT if each.name != "attributes")


@transaction.atomic
def import_services(*, text: str, actor: User, dry_run: bool) -> Report:
    """Add and change services as the table says; services it does not name stay as they are."""
    check_may_edit(actor)
    rows = sheets.read(text, columns=SERVICE_COLUMNS)
    teams = {each.slug: each for each in Team.objects.all()}
    fields = tuple(each for each in SERVICE if each.name != "depends_on")
    plain = [{name: row[name] for name in row if name != "depends_on"} for row in rows]
    intake = _Intake(Service, fields, actor, event="service")
    intake.take([_with(row, "owner_team", teams) for row in plain])
    if "depends_on" in (rows[0] if rows else {}):
        _take_needs(rows, intake.reports, actor)
    return sheets.concluded(intake.reports, dry_run=dry_run)


@transaction.atomic
def import_components(*, text: str, actor: User, dry_run: bool) -> Report:
    """Add and change components as the table says; others stay as they are."""
    check_may_edit(actor)
    rows = sheets.read(text, columns=COMPONENT_COLUMNS)
    services = services_named({row.get("service", "") for row in rows})
    fields = tuple(each for each in COMPONENT if each.name in COMPONENT_COLUMNS)
    intake = _Intake(ConfigurationItem, fields, actor, event="component")
    intake.take([_with(row, "service", services) for row in rows])
    return sheets.concluded(intake.reports, dry_run=dry_run)


class _Intake:
    """One table on its way into one model: a few statements, however many rows."""

    def __init__(
        self, model: type[models.Model], fields: Sequence[Field], actor: User, *, event: str
    ) -> None:
        self.model = model
        self.fields = fields
        self.actor = actor
        self.event = event
        self.reports: list[RowReport] = []

    def take(self, rows: Sequence[Mapping[str, Any]]) -> None:
        names = [str(row.get("name", "")) for row in rows]
        known = {
            getattr(each, "name"): each  # noqa: B009 the two models share no type that has it
            for each in self.model._default_manager.select_related(*self._relations()).filter(
                name__in=names
            )
        }
        added: dict[str, models.Model] = {}
        changed: dict[str, models.Model] = {}
        before: dict[int, configuration.Picture] = {}
        for line, row in enumerate(rows, start=2):
            report = RowReport(line, str(row.get("name", ""))[:200])
            self.reports.append(report)
            try:
                columns = columns_of(cleaned(self.fields, row, partly=True))
                name = self._name(columns, taken=added.keys() | changed.keys())
            except Invalid as refusal:
                report.outcome, report.errors = WRONG, refusal.errors
                continue
            if name not in known:
                report.outcome, added[name] = ADDED, self.model(**columns)
            elif _differs(known[name], columns):
                before[known[name].pk] = configuration.columns_of(known[name])
                report.outcome, changed[name] = CHANGED, _changed(known[name], columns)
        self._write(list(added.values()), list(changed.values()), before)

    def _relations(self) -> list[str]:
        """The columns that name other records, whose names the audit keeps."""
        columns = self.model._meta.concrete_fields
        return [each.name for each in columns if isinstance(each, models.ForeignKey)]

    def _name(self, columns: Mapping[str, Any], *, taken: Collection[str]) -> str:
        name = str(columns["name"])
        if name in taken:
            raise Invalid(_("%(name)s is in the table twice.") % {"name": name}, field="name")
        return name

    def _write(
        self,
        added: list[models.Model],
        changed: list[models.Model],
        before: Mapping[int, configuration.Picture],
    ) -> None:
        made = self.model._default_manager.bulk_create(added)
        names = [each.name for each in self.fields if each.name != "name"]
        self.model._default_manager.bulk_update(changed, names, batch_size=500)

        def data_of(record: models.Model) -> dict[str, Any]:
            told = configuration.changes(
                before.get(record.pk, {}), configuration.columns_of(record)
            )
            return {"name": str(record)[:200], "imported": True, "changes": told}

        events.publish(f"{self.event}.added", *made, actor=self.actor, data_of=data_of)
        events.publish(f"{self.event}.changed", *changed, actor=self.actor, data_of=data_of)


def _with(row: Mapping[str, Any], name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The row with a name replaced by what it names, so that no row needs a query of its own."""
    return {**row, name: found[row[name]]} if row.get(name) in found else dict(row)


def _differs(record: models.Model, columns: Mapping[str, Any]) -> bool:
    return any(getattr(record, name) != value for name, value in columns.items())


def _changed(record: models.Model, columns: Mapping[str, Any]) -> models.Model:
    for name, value in columns.items():
        setattr(record, name, value)
    return record


def _take_needs(
    rows: Sequence[Mapping[str, str]], reports: Sequence[RowReport], actor: User
) -> None:
    """What each service needs, now that all of them are there."""
    wanted = [
        [part.strip() for part in row.get("depends_on", "").split(";") if part.strip()]
        for row in rows
    ]
    named = {name for names in wanted for name in names} | {report.name for report in reports}
    services = services_named(named)
    present = _present_needs([each.pk for each in services.values()])
    changed: dict[int, list[list[str]]] = {}
    for report, names in zip(reports, wanted, strict=True):
        if report.outcome == WRONG:
            continue
        missing = [name for name in names if name not in services]
        if missing or report.name in names:
            sentence = _("It cannot need %(names)s.") % {"names": ", ".join(missing or names)}
            report.outcome, report.errors = WRONG, {"depends_on": [sentence]}
            continue
        service = services[report.name]
        old = present.get(service.pk, set())
        if old != set(names):
            set_needs(service, [services[name] for name in names])
            changed[service.pk] = [sorted(old), sorted(set(names))]
            report.outcome = CHANGED if report.outcome == UNCHANGED else report.outcome
    events.publish(
        "service.changed",
        *(each for each in services.values() if each.pk in changed),
        actor=actor,
        data_of=lambda each: {
            "name": str(each)[:200],
            "imported": True,
            "changes": {"depends_on": changed[each.pk]},
        },
    )


def _present_needs(pks: Sequence[int]) -> dict[int, set[str]]:
    """The names of what each of the services needs."""
    found: dict[int, set[str]] = {}
    edges = ServiceDependency.objects.filter(service__in=pks)
    for service, needed in edges.values_list("service", "needed__name"):
        found.setdefault(service, set()).add(needed)
    return found
