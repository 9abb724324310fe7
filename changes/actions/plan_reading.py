"""Fetching the plan a pipeline waits with, so that the gate knows what would be destroyed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from changes.actions.applying import apply_signals
from changes.actions.gate_calls import decide_calls, is_named, refuse_call
from changes.models import GateCall, Pipeline
from changes.pipelines import Seen, plans
from itsm.core import http
from itsm.monitoring.bodies import decoded
from itsm.monitoring.sources import Malformed

READER = "terraform"
MOST_REDIRECTS = 2
REDIRECTS = range(300, 400)


def read_plan(*, call_id: int, now: datetime) -> None:
    """Read the plan of a call and decide the call; Unreachable when it could not be had."""
    call = GateCall.objects.select_related("pipeline__bot", "change").filter(pk=call_id).first()
    if call is None or not call.facts.get("plan_url") or call.plan_read_at is not None:
        return
    try:
        signals = plans[READER](_fetched(call))
    except Malformed as error:
        refuse_call(call=call, why=_("Its plan could not be read: %s") % error.message)
        return
    with transaction.atomic():
        pipeline = Pipeline.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=call.pipeline_id
        )
        keys = (call.facts["key"],)
        known = [replace(each, keys=keys) if isinstance(each, Seen) else each for each in signals]
        apply_signals(pipeline=pipeline, signals=known, now=now)
        GateCall.objects.filter(pk=call.pk).update(plan_read_at=now)
        decide_calls(change=call.change, now=now)


def _fetched(call: GateCall) -> Any:
    """The plan, over a redirect if need be; each host must be one that was named."""
    address = call.facts["plan_url"]
    token = call.token or call.pipeline.answer_token
    for _turn in range(MOST_REDIRECTS + 1):
        if not is_named(call.pipeline, address):
            raise Malformed("The plan is on a host that is not among those that may be asked.")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = http.call("GET", address, headers=headers)
        if answer.status_code not in REDIRECTS:
            break
        address = answer.headers.get("Location", "")
        token = ""  # where it leads to has a permission of its own in its address
    if answer.status_code != 200:
        raise http.Unreachable(f"The plan was not given: {answer.status_code}.")
    return decoded(answer.content, content_type="application/json")
