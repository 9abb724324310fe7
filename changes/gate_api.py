"""The gate in the API: asking it, what it said, the permits it gave, and starting with one."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes import actions, gatekeeping, selectors
from changes.actions import Answer, Artifact, Patience
from changes.gate import Verdict, worded
from changes.models import GateDecision, GateWait, Permit
from itsm.core.errors import NotFound
from itsm.core.fields import Field, Line, Number
from itsm.core.parking import HEADER, Place, happenings
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import InstantFilter, Words, parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Shape,
    flag,
    instant,
    mapping,
    maybe,
    number,
    several,
    text,
)
from itsm.core.rest.views import Collection
from itsm.people.models import User
from itsm.tickets.fields import TicketNumber

PENDING = 202
VERDICTS = [each.word for each in Verdict]


def _worded(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rules as they are shown: their sentences in the reader's language."""
    return [{**each, "why": worded(each["why"])} for each in rules]


PERMIT = Shape(
    "Permit",
    (
        Column("code", text()),
        Column("change", text(), "change__number"),
        Column("state", text(enum=list(Permit.State.values))),
        Column("environment", text()),
        Column("artifact_digest", text()),
        Column("sha", text()),
        Column("decision", number(), "decision_id"),
        Column("issued_to", maybe(text()), "issued_to__username"),
        Column("issued_at", instant()),
        Column("expires_at", instant()),
        Column("ended_at", maybe(instant())),
        Column("why_ended", text()),
    ),
)
DECIDED = (
    Column("id", number()),
    Column("change", text(), "change__number"),
    Column("occasion", text(enum=list(GateDecision.Occasion.values))),
    Column("verdict", text(enum=VERDICTS)),
    Column("rules", several(mapping()), show=_worded),
    Column("leaves", several(text())),
    Column("retry_at", maybe(instant())),
    Column("inputs_hash", text()),
    Column("policy_version", text()),
    Column("asked_by", maybe(text()), "asked_by__username"),
    Column("made_at", instant()),
    Column("times", number()),
    Column("last_asked_at", instant()),
)
DECISION = Shape("GateDecision", (*DECIDED, Column("inputs", mapping())))
WAIT = {
    "type": "object",
    "properties": {
        "id": number(),
        "address": text(),
        "created_at": instant(),
        "deadline_at": instant(),
        "default": text(enum=["allow", "deny"]),
        "answered_at": maybe(instant()),
        "is_by_default": flag(),
    },
}
ANSWER = Shape(
    "GateAnswer",
    (
        *DECIDED,
        Column("permit", maybe(PERMIT.schema())),
        Column("expires_at", maybe(instant())),
        Column("retry_after", maybe(number())),
        Column("guard", maybe(mapping())),
        Column("is_final", flag()),
        Column("wait", maybe(WAIT)),
    ),
)
CHANGE = TicketNumber(name="change", label=_l("Number of the change"), required=True)
ARTIFACT: tuple[Field, ...] = (
    Line(name="artifact_digest", label=_l("Digest of what is to go out"), max_length=128),
    Line(name="sha", label=_l("Revision it was made from"), max_length=64),
)
LONGEST_WAIT = 300
WAITING: tuple[Field, ...] = (
    Number(
        name="wait", label=_l("Seconds the answer may take, if it is none yet"), most=LONGEST_WAIT
    ),
    Number(
        name="deadline",
        label=_l("Seconds until the default is the answer; without it the policy's"),
        least=1,
        most=7 * 24 * 3600,
    ),
    Line(name="callback_url", label=_l("Where the answer is posted"), max_length=500),
    Line(name="callback_secret", label=_l("What it is signed with"), max_length=200),
)


class DecisionFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows what the gate said."""

    change = django_filters.CharFilter(field_name="change__number", label="Number of the change.")
    verdict = Words(choices=[(each, each) for each in VERDICTS], label="What it said.")
    occasion = Words(choices=GateDecision.Occasion.choices, label="Why it was asked.")
    made_after = InstantFilter("made_at", lookup_expr="gte", label="Said then or later.")

    class Meta:
        model = GateDecision
        fields: ClassVar[list[str]] = []


class GateCollection(Collection):
    """May this change go out now? Every rule answers, and the strictest one wins."""

    collection = "gate"
    shape = DECISION
    needs = "changes.work"
    filterset = DecisionFilters

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Put aside what is no answer yet, for as long as the client wants to wait."""
        found = super().finalize_response(request, response, *args, **kwargs)
        seconds = _patience_of(request) if response.status_code == PENDING else 0
        if seconds:
            wait = response.data["wait"]["id"]
            found[HEADER] = Place("gate", wait, seconds, f"/api/v1/gate/waits/{wait}/").header()
        return found

    @operation(
        "post",
        "",
        _l("Ask whether a change may go out now, and wait until it may or may not"),
        takes=(CHANGE, *ARTIFACT, *WAITING),
        gives=ANSWER,
        refuses=(404,),
    )
    def decide(self, request: Asked) -> Response:
        given = self.given(request)
        change = given["change"]
        artifact = _artifact(given)
        if not any(given[each.name] for each in WAITING):
            answer = actions.ask_gate(change=change, actor=request.user, artifact=artifact)
            return Response(self._answer(request, answer))
        answer, wait = actions.ask_and_wait(
            change=change,
            actor=request.user,
            artifact=artifact,
            patience=Patience(
                deadline=timedelta(seconds=given["deadline"]) if given["deadline"] else None,
                callback_url=given["callback_url"],
                callback_secret=given["callback_secret"],
            ),
        )
        return self._waited(request, wait.pk)

    @operation(
        "get",
        "waits/<int:wait_id>/",
        _l("Show the answer to a question that waits, or wait for it"),
        gives=ANSWER,
        parameters={"wait": {**number(minimum=0, maximum=LONGEST_WAIT)}},
    )
    def waited(self, request: Asked, wait_id: int) -> Response:
        if (given := request.query_params.get("wait")) is not None:
            WAITING[0].clean(given)
        return self._waited(request, wait_id)

    def _waited(self, request: Asked, wait_id: int) -> Response:
        wait = gatekeeping.visible_waits(request.user).filter(pk=wait_id).first()
        if wait is None:
            raise NotFound(_("There is no such question."))
        told = self._answer(request, Answer(wait.change, wait.decision, wait.permit), wait)
        return Response(told, 200 if wait.answered_at else PENDING)

    @operation(
        "post",
        "start/",
        _l("Start a change with the permit the gate gave for it"),
        takes=(CHANGE, Line(name="permit", required=True, max_length=32), *ARTIFACT),
        gives=PERMIT,
        refuses=(404, 409),
    )
    def start(self, request: Asked) -> Response:
        given = self.given(request)
        change = selectors.change_for(request.user, given["change"])
        actions.start_with_permit(
            change=change, actor=request.user, permit=given["permit"], artifact=_artifact(given)
        )
        permits = gatekeeping.permits_of(change).filter(code=given["permit"])
        return Response(PERMIT.one(permits, request.user))

    @operation(
        "get", "decisions/", _l("List what the gate said"), gives=DECISION, many=PAGE,
        parameters=parameters_of,
    )  # fmt: skip
    def decisions(self, request: Asked) -> Response:
        return self.page(request, gatekeeping.visible_decisions(request.user))

    @operation("get", "decisions/<int:decision_id>/", _l("Show one decision"), gives=DECISION)
    def decision(self, request: Asked, decision_id: int) -> Response:
        found = gatekeeping.visible_decisions(request.user).filter(pk=decision_id)
        return self.one(request, found)

    @operation("get", "permits/<str:code>/", _l("Show a permit"), gives=PERMIT)
    def permit(self, request: Asked, code: str) -> Response:
        found = gatekeeping.visible_permits(request.user).filter(code=code)
        return Response(PERMIT.one(found, request.user))

    def _answer(
        self, request: Asked, answer: Answer, wait: GateWait | None = None
    ) -> dict[str, Any]:
        told = _row(answer, DECIDED, answer.decision, "asked_by", request.user)
        retry_at, permit = told["retry_at"], answer.permit
        seconds = (retry_at - timezone.now()).total_seconds() if retry_at else 0
        return told | {
            "permit": _row(answer, PERMIT.columns, permit, "issued_to", request.user)
            if permit
            else None,
            "expires_at": permit.expires_at if permit else None,
            "retry_after": max(1, round(seconds)) if retry_at else None,
            "guard": gatekeeping.guard_of(told["verdict"], answer.policy),
            "is_final": gatekeeping.is_final(answer.decision, answer.change, answer.words)
            if wait is None
            else wait.answered_at is not None,
            "wait": None if wait is None else _told(wait),
        }


def _row(
    answer: Answer, columns: Sequence[Column], record: Any, person: str, asker: User
) -> dict[str, Any]:
    """A record at hand as its shape shows it: the answer is waited for, so it is not read again."""
    is_ours = getattr(record, f"{person}_id") == asker.pk
    whose = asker if is_ours else getattr(record, person)
    row: dict[str, Any] = {"change": answer.change.number}
    row[person] = whose.username if whose else None
    for each in columns:
        if each.name not in row:
            value = getattr(record, str(each.source))
            row[each.name] = each.show(value) if each.show else value
    return {each.name: row[each.name] for each in columns}


def _told(wait: GateWait) -> dict[str, Any]:
    return {
        "id": wait.pk,
        "address": f"{settings.BASE_URL}/api/v1/gate/waits/{wait.pk}/",
        "created_at": wait.created_at,
        "deadline_at": wait.deadline_at,
        "default": "allow" if wait.opens_at_deadline else "deny",
        "answered_at": wait.answered_at,
        "is_by_default": wait.is_by_default,
    }


def _patience_of(request: Any) -> int:
    """The seconds this client wants to wait, already found to be a number where it is answered."""
    given = request.query_params if request.method == "GET" else request.data
    return int(given.get("wait") or 0)


def _artifact(given: Mapping[str, Any]) -> Artifact:
    return Artifact(given["artifact_digest"], given["sha"])


happenings.add("gate")(gatekeeping.answered)
