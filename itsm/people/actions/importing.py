"""Taking people in from a table: all of it or, when a row is wrong, nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from itsm.core import configuration, events, sheets
from itsm.core.errors import Invalid, Refused
from itsm.core.fields import Choice, Email, Field, Flag, Line, cleaned
from itsm.core.sheets import ADDED, CHANGED, WRONG, Report, RowReport
from itsm.people.actions.directory import check_may_edit, check_own_rights
from itsm.people.actions.sessions import end_sessions
from itsm.people.fields import Username, Zone
from itsm.people.models import Membership, Team, User
from itsm.people.roles import Role

OWN: tuple[Field, ...] = (
    Username(name="username", required=True, max_length=80),
    Line(name="name", max_length=120),
    Email(name="email"),
    Choice(name="role", choices=Role.choices),
    Flag(name="is_active"),
    Flag(name="is_vip"),
    Zone(name="time_zone", max_length=40),
)
PERSON_COLUMNS = (*(each.name for each in OWN), "manager", "teams")
# Left empty, these are emptied; of the others, what there is stays.
MAY_BE_EMPTY = ("name", "email")


@transaction.atomic
def import_people(*, text: str, actor: User, dry_run: bool) -> Report:
    """Register and change people as the table says; people it does not name stay as they are.

    Nobody gets a password: whoever is new asks for one, or signs in by another house.
    """
    check_may_edit(actor)
    rows = sheets.read(text, columns=PERSON_COLUMNS, key="username")
    return sheets.concluded(_Intake(rows, actor).take(), dry_run=dry_run)


@dataclass
class _Seat:
    """A row of the table, whom it is about, and how that person was before; nothing if new."""

    row: Mapping[str, str]
    report: RowReport
    user: User
    before: configuration.Picture

    @property
    def is_new(self) -> bool:
        return not self.before


class _Intake:
    """One table on its way in, by a few statements however many rows it has."""

    def __init__(self, rows: Sequence[Mapping[str, str]], actor: User) -> None:
        self.rows, self.actor = rows, actor
        names = {row.get(name, "").lower() for row in rows for name in ("username", "manager")}
        known = User.objects.annotate(plain=Lower("username")).filter(plain__in=names)
        self.people: dict[str, User] = {
            each.username.lower(): each for each in known.select_related("manager")
        }
        self.teams = {each.slug: each for each in Team.objects.all()}
        self.places: dict[int, set[str]] = {}
        places = Membership.objects.filter(user__in=[each.pk for each in self.people.values()])
        for pk, slug in places.values_list("user", "team__slug"):
            self.places.setdefault(pk, set()).add(slug)

    def take(self) -> list[RowReport]:
        """Everybody's own row first, then who is above whom, then the teams."""
        reports, seats = [], []
        taken: set[str] = set()
        for line, row in enumerate(self.rows, start=2):
            report = RowReport(line, row.get("username", "")[:80])
            reports.append(report)
            try:
                seats.append(self._seat(row, report, taken))
            except Invalid as refusal:
                report.outcome, report.errors = WRONG, refusal.errors
            except Refused as refusal:
                report.outcome, report.errors = WRONG, {"role": [str(refusal)]}
        User.objects.bulk_create([each.user for each in seats if each.is_new])
        self.people |= {each.user.username.lower(): each.user for each in seats}
        self._set_managers(seats)
        names = [each.name for each in OWN if each.name != "username"]
        written = [each.user for each in seats if each.report.outcome != WRONG]
        User.objects.bulk_update(written, [*names, "manager"], batch_size=500)
        self._set_teams(seats)
        self._tell([each for each in seats if each.report.outcome != WRONG])
        return reports

    def _seat(self, row: Mapping[str, str], report: RowReport, taken: set[str]) -> _Seat:
        given = {
            # A spreadsheet writes TRUE.
            each.name: row[each.name].lower() if each.sort in ("choice", "flag") else row[each.name]
            for each in OWN
            if row.get(each.name) or (each.name in MAY_BE_EMPTY and each.name in row)
        }
        values = cleaned(OWN, {"username": "", **given}, partly=True)
        name = values.pop("username")
        if name.lower() in taken:
            raise Invalid(_("%(name)s is in the table twice.") % {"name": name}, field="username")
        taken.add(name.lower())
        user = self.people.get(name.lower())
        if user is not None and user.is_bot:
            raise Invalid(_("This is a program."), field="username")
        before = configuration.columns_of(user) if user is not None else {}
        if user is None:
            user = User(username=name)
            user.set_unusable_password()
        else:
            check_own_rights(user, actor=self.actor, values=values)
        for column, value in values.items():
            setattr(user, column, value)
        return _Seat(row, report, user, before)

    def _set_managers(self, seats: Sequence[_Seat]) -> None:
        """Who is above each, now that all of them are there."""
        rows = User.objects.exclude(manager=None).values_list("pk", "manager_id")
        above: dict[int, int | None] = dict(rows)
        for seat in seats:
            if "manager" not in seat.row:
                continue
            try:
                seat.user.manager = self._manager(seat.row["manager"])
            except Invalid as refusal:
                seat.report.outcome, seat.report.errors = WRONG, refusal.errors
            above[seat.user.pk] = seat.user.manager_id
        for seat in seats:
            if seat.report.outcome != WRONG and _is_above_oneself(seat.user.pk, above):
                words = _("%(name)s would be above and below the same people.")
                told = {"manager": [words % {"name": seat.row.get("manager", "")}]}
                seat.report.outcome, seat.report.errors = WRONG, told

    def _manager(self, name: str) -> User | None:
        if not name:
            return None
        found = self.people.get(name.lower())
        if found is None or not found.is_active:
            words = _("Nobody has the user name '%(name)s'.") % {"name": name[:80]}
            raise Invalid(words, field="manager")
        if found.is_bot:
            raise Invalid(_("A program is nobody's manager."), field="manager")
        return found

    def _set_teams(self, seats: Sequence[_Seat]) -> None:
        """Let each be in exactly the teams of the row; who leads one already goes on leading it."""
        joined, left = [], []
        for seat in seats:
            if "teams" not in seat.row or seat.report.outcome == WRONG:
                continue
            wanted = {part.strip() for part in seat.row["teams"].split(";")} - {""}
            if missing := sorted(wanted - self.teams.keys()):
                words = _("No team has the short name %(name)s.") % {"name": missing[0][:60]}
                seat.report.outcome, seat.report.errors = WRONG, {"teams": [words]}
                continue
            present = self.places.get(seat.user.pk, set())
            joined += [(self.teams[each], seat.user) for each in sorted(wanted - present)]
            left += [(self.teams[each], seat.user) for each in sorted(present - wanted)]
            if wanted != present:
                seat.report.outcome = CHANGED
        touched = {team.pk: team for team, _user in (*joined, *left)}
        before = {pk: configuration.picture_of(team) for pk, team in touched.items()}
        Membership.objects.bulk_create([Membership(team=team, user=user) for team, user in joined])
        for team in touched.values():
            gone = [user.pk for each, user in left if each.pk == team.pk]
            Membership.objects.filter(team=team, user__in=gone).delete()
            configuration.note_change(team, before=before[team.pk], actor=self.actor, imported=True)

    def _tell(self, seats: Sequence[_Seat]) -> None:
        told = {}
        for seat in seats:
            after = configuration.columns_of(seat.user)
            told[seat.user.pk] = configuration.changes(seat.before, after)
            if seat.is_new:
                seat.report.outcome = ADDED
            elif told[seat.user.pk]:
                seat.report.outcome = CHANGED
            if seat.before and {"role", "is_active"} & told[seat.user.pk].keys():
                end_sessions(user=seat.user, actor=self.actor)

        def data_of(user: User) -> dict[str, Any]:
            return {"name": str(user)[:200], "imported": True, "changes": told[user.pk]}

        made = [each.user for each in seats if each.is_new]
        changed = [each.user for each in seats if not each.is_new and told[each.user.pk]]
        events.publish("user.registered", *made, actor=self.actor, data_of=data_of)
        events.publish("user.changed", *changed, actor=self.actor, data_of=data_of)


def _is_above_oneself(pk: int, above: Mapping[int, int | None]) -> bool:
    seen = {pk}
    at = above.get(pk)
    while at is not None:
        if at in seen:
            return True
        seen.add(at)
        at = above.get(at)
    return False
