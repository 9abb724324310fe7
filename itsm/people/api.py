"""People and teams in the API."""

from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core import sheets
from itsm.core.errors import NotFound
from itsm.core.fields import Choice, Email, Field, Flag, Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, flag, instant, maybe, several, text
from itsm.core.rest.tables import TableCollection
from itsm.core.rest.views import Collection
from itsm.core.sheets import Report
from itsm.people import actions
from itsm.people.actions.importing import PERSON_COLUMNS
from itsm.people.fields import Anybody, Slug, Username, UserNames, Zone
from itsm.people.filters import TeamFilters, UserFilters
from itsm.people.models import Team, User
from itsm.people.roles import Role
from itsm.people.selectors import (
    leads_of,
    members_of,
    slugs_of_teams_of,
    visible_teams,
    visible_users,
)


def _finish_teams(rows: list[Row], _user: User) -> None:
    ids = [row["_id"] for row in rows]
    members, leads = members_of(ids), leads_of(ids)
    for row in rows:
        row["members"] = members.get(row["_id"], [])
        row["leads"] = leads.get(row["_id"], [])


def _finish_users(rows: list[Row], _user: User) -> None:
    teams = slugs_of_teams_of([row["_id"] for row in rows])
    for row in rows:
        row["teams"] = teams.get(row["_id"], [])


TEAM = Shape(
    "Team",
    (
        Column("slug", text()),
        Column("name", text()),
        Column("email", text()),
        Column("assignment", text(enum=list(Team.Assignment.values))),
        Column("members", several(text()), None),
        Column("leads", several(text()), None),
    ),
    hidden=("id",),
    finish=_finish_teams,
)
USER = Shape(
    "User",
    (
        Column("username", text()),
        Column("name", text()),
        Column("email", text()),
        Column("role", text(enum=list(Role.values))),
        Column("is_bot", flag()),
        Column("is_active", flag()),
        Column("is_vip", flag(), internal=True),
        Column("manager", maybe(text()), "manager__username"),
        Column("time_zone", text()),
        Column("language", text()),
        Column("teams", several(text()), None),
        Column("date_joined", instant()),
    ),
    hidden=("id",),
    finish=_finish_users,
)

TEAM_FIELDS: tuple[Field, ...] = (
    Slug(name="slug", label=_l("Short name, for addresses"), required=True, max_length=60),
    Line(name="name", required=True, max_length=120),
    Email(name="email"),
    Choice(name="assignment", label=_l("Who gets new tickets"), choices=Team.Assignment.choices),
    UserNames(name="members", label=_l("User names")),
    UserNames(name="leads", label=_l("User names of members who lead it")),
)
USER_FIELDS: tuple[Field, ...] = (
    Username(name="username", required=True, max_length=80),
    Line(name="name", max_length=120),
    Email(name="email"),
    Choice(name="role", choices=Role.choices),
    Flag(name="is_active", label=_l("May sign in"), default=True),
    Flag(name="is_vip", label=_l("Very important")),
    Anybody(name="manager", label=_l("User name of the manager")),
    Zone(name="time_zone", max_length=40),
)


class TeamCollection(Collection):
    """People who own services and work on tickets together."""

    collection = "teams"
    shape = TEAM
    needs = "tickets.view_all"
    filterset = TeamFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"name": ("name", "id")}
    default_ordering = "name"

    @operation("get", "", _l("List teams"), gives=TEAM, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, visible_teams(request.user))

    @operation("post", "", _l("Form a team"), takes=TEAM_FIELDS, gives=TEAM, status=201)
    def create(self, request: Asked) -> Response:
        team = actions.add_team(actor=request.user, values=self.given(request))
        return self.one(request, visible_teams(request.user).filter(pk=team.pk), status=201)

    @operation("get", "<slug:slug>/", _l("Show one team"), gives=TEAM)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self.one(request, visible_teams(request.user).filter(slug=slug))

    @operation("patch", "<slug:slug>/", _l("Change a team"), takes=TEAM_FIELDS, gives=TEAM)
    def change(self, request: Asked, slug: str) -> Response:
        team = visible_teams(request.user).filter(slug=slug).first()
        if team is None:
            raise NotFound(_("There is no such team."))
        values = self.given(request, partly=True)
        actions.change_team(team=team, actor=request.user, values=values)
        return self.one(request, visible_teams(request.user).filter(pk=team.pk))


class UserCollection(TableCollection):
    """People, and the programs that act under their own name."""

    collection = "users"
    shape = USER
    filterset = UserFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"username": ("username", "id")}
    default_ordering = "username"

    @operation("get", "", _l("List people"), gives=USER, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, visible_users(request.user))

    @operation("post", "", _l("Register a person"), takes=USER_FIELDS, gives=USER, status=201)
    def create(self, request: Asked) -> Response:
        user = actions.add_user(actor=request.user, values=self.given(request))
        return self.one(request, visible_users(request.user).filter(pk=user.pk), status=201)

    @operation("get", "me/", _l("Show who you are"), gives=USER)
    def me(self, request: Asked) -> Response:
        return self.one(request, visible_users(request.user).filter(pk=request.user.pk))

    @operation("get", "<str:username>/", _l("Show one person"), gives=USER)
    def retrieve(self, request: Asked, username: str) -> Response:
        return self.one(request, visible_users(request.user).filter(username__iexact=username))

    @operation(
        "patch",
        "<str:username>/",
        _l("Change a person"),
        takes=USER_FIELDS,
        gives=USER,
        refuses=(409,),
    )
    def change(self, request: Asked, username: str) -> Response:
        user = visible_users(request.user).filter(username__iexact=username).first()
        if user is None:
            raise NotFound(_("There is no such person."))
        values = self.given(request, partly=True)
        actions.change_user(user=user, actor=request.user, values=values)
        return self.one(request, visible_users(request.user).filter(pk=user.pk))

    def take_in(self, *, text: str, request: Asked, dry_run: bool) -> Report:
        return actions.import_people(text=text, actor=request.user, dry_run=dry_run)

    def table(self, request: Asked) -> str:
        people = visible_users(request.user).filter(is_bot=False)
        rows, _beside = self.shape.read(people, request.user)
        return sheets.written(rows, columns=PERSON_COLUMNS)
