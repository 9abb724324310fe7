"""Approvals in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.approvals import actions, selectors
from itsm.approvals.models import Approval
from itsm.core.errors import NotFound
from itsm.core.fields import Field
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import FlagFilter, parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, instant, mapping, maybe, number, several, text
from itsm.core.rest.views import Collection


def _finish(rows: list[Row], _user: Any) -> None:
    told: dict[int, list[dict[str, Any]]] = {}
    for each in selectors.votes_on([row["id"] for row in rows]):
        told.setdefault(each.stage.approval_id, []).append(
            {
                "stage": each.stage.name,
                "seat": each.seat,
                "state": each.state,
                "cast_by": each.cast_by.username if each.cast_by else None,
                "comment": each.comment,
            }
        )
    for row in rows:
        row["votes"] = told.get(row["id"], [])


APPROVAL = Shape(
    "Approval",
    (
        Column("id", number()),
        Column("ticket", text(), "ticket__number"),
        Column("kind", text(), "ticket__kind"),
        Column("title", text(), "ticket__title"),
        Column("purpose", text()),
        Column("state", text(enum=list(Approval.State.values))),
        Column("rule", text(), "rule_name"),
        Column("snapshot", mapping()),
        Column("snapshot_hash", text()),
        Column("opened_at", instant()),
        Column("due_at", maybe(instant())),
        Column("decided_at", maybe(instant())),
        Column("votes", several(mapping()), None),
    ),
    finish=_finish,
)
COMMENT = Field(name="comment", label=_l("Why"), max_length=5000)
SEEN = Field(name="seen", label=_l("The hash of the snapshot you judged"), max_length=64)


class ApprovalFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows approvals."""

    state = django_filters.ChoiceFilter(choices=Approval.State.choices, label="What it came to.")
    ticket = django_filters.CharFilter(field_name="ticket__number", label="Number of the ticket.")
    mine = FlagFilter(method="waiting_for_me", label="Only what waits for your word.")

    class Meta:
        model = Approval
        fields: ClassVar[list[str]] = []

    def waiting_for_me(self, approvals: Any, _name: str, value: Any) -> Any:
        asked = selectors.votes_open_to(self.request.user).values("stage__approval")
        return approvals.filter(pk__in=asked) if value else approvals.exclude(pk__in=asked)


class ApprovalCollection(Collection):
    """Leave that was asked for, and what was said."""

    collection = "approvals"
    shape = APPROVAL
    filterset = ApprovalFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",)}
    default_ordering = "-id"

    @operation("get", "", _l("List approvals"), gives=APPROVAL, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_approvals(request.user))

    @operation("get", "<int:approval_id>/", _l("Show one approval"), gives=APPROVAL)
    def retrieve(self, request: Asked, approval_id: int) -> Response:
        found = selectors.visible_approvals(request.user).filter(pk=approval_id)
        return self.one(request, found)

    @operation(
        "post",
        "<int:approval_id>/approve/",
        _l("Say yes"),
        takes=(COMMENT, SEEN),
        gives=APPROVAL,
        refuses=(409,),
    )
    def approve(self, request: Asked, approval_id: int) -> Response:
        return self._vote(request, approval_id, "approved")

    @operation(
        "post",
        "<int:approval_id>/reject/",
        _l("Say no"),
        takes=(Field(name="comment", label=_l("Why"), required=True, max_length=5000), SEEN),
        gives=APPROVAL,
        refuses=(409,),
    )
    def reject(self, request: Asked, approval_id: int) -> Response:
        return self._vote(request, approval_id, "rejected")

    @operation(
        "post",
        "<int:approval_id>/abstain/",
        _l("Say neither"),
        takes=(COMMENT, SEEN),
        gives=APPROVAL,
        refuses=(409,),
    )
    def abstain(self, request: Asked, approval_id: int) -> Response:
        return self._vote(request, approval_id, "abstained")

    def _vote(self, request: Asked, approval_id: int, word: str) -> Response:
        values = self.given(request)
        approval = selectors.visible_approvals(request.user).filter(pk=approval_id).first()
        if approval is None:
            raise NotFound(_("There is no such approval."))
        actions.vote(approval=approval, actor=request.user, word=word, **values)
        # Whether he may see it is not asked again: by his word it may have gone from his sight.
        return self.one(request, selectors.approvals_with([approval_id]))
