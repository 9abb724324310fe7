"""Putting incidents down to changes: computed by the house, confirmed or rejected by people."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import suspects
from changes.attribution import Suspicion
from changes.models import Attribution, Change, CloseCode
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.events import Subject
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.workflow import save_change

AUTO, CONFIRMED, REJECTED = Attribution.Provenance.values


def find_causes(*, incident_id: int, actor: User) -> None:
    """Judge anew which changes may have caused an incident; what people have said stays."""
    incident = Ticket.objects.filter(pk=incident_id, kind="incident").first()
    if incident is None or incident.state == "canceled":
        return
    found = {each.key: each for each in suspects.suspicions_about(incident)}
    with transaction.atomic():
        # Whoever confirms or rejects holds this row, so that no word of theirs is overwritten.
        incident.lock()
        known = list(Attribution.objects.filter(incident=incident.pk))
        was_likely = any(each.is_likely for each in known)
        open_ones = [each for each in known if each.provenance == AUTO]
        kept = [each for each in open_ones if each.change_id in found]
        gone = [each.pk for each in open_ones if each.change_id not in found]
        Attribution.objects.filter(pk__in=gone).delete()
        for each in kept:
            _write(each, found[each.change_id])
        Attribution.objects.bulk_update(kept, ("score", "is_likely", "reasons", "computed_at"))
        fresh = [
            _write(Attribution(incident=incident, change_id=key), suspicion)
            for key, suspicion in found.items()
            if key not in {each.change_id for each in known}
        ]
        Attribution.objects.bulk_create(fresh)
        likely = next((each for each in (*kept, *fresh) if each.is_likely), None)
        if likely is not None and not was_likely:
            data = {"change": likely.change_id, "score": likely.score}
            subject = Subject("incident", incident.pk)
            events.publish("incident.cause_suspected", subject, actor=actor, data=data)


def _write(attribution: Attribution, suspicion: Suspicion) -> Attribution:
    attribution.score, attribution.is_likely = suspicion.score, suspicion.is_likely
    attribution.reasons = [asdict(each) for each in suspicion.reasons]
    attribution.computed_at = timezone.now()
    return attribution


@transaction.atomic
def confirm_cause(*, attribution: Attribution, actor: User) -> Attribution:
    """Say that this change did cause this incident; saying it twice changes nothing."""
    locked = _locked(attribution, actor)
    if locked.provenance == CONFIRMED:
        return locked
    others = Attribution.objects.filter(incident=locked.incident_id, provenance=CONFIRMED)
    if others.exists():
        raise Refused(_("It is put down to another change already; reject that first."))
    _judge(locked, CONFIRMED, actor)
    change = Change.objects.get(pk=locked.change_id)
    if change.close_code == CloseCode.SUCCESSFUL:
        # What caused an incident cannot have been a plain success, not even in hindsight.
        locked.closed_as, change.close_code = change.close_code, CloseCode.SUCCESSFUL_WITH_ISSUES
        locked.save(update_fields=["closed_as"])
        save_change(change)
    events.publish("change.cause_confirmed", change, actor=actor, data=_told(locked))
    return locked


@transaction.atomic
def reject_cause(*, attribution: Attribution, actor: User, comment: str = "") -> Attribution:
    """Say that this change did not cause this incident; the house will not suspect it again."""
    locked = _locked(attribution, actor)
    if locked.provenance == REJECTED:
        return locked
    locked.comment = comment
    closed_as, locked.closed_as = locked.closed_as, ""
    _judge(locked, REJECTED, actor)
    change = Change.objects.get(pk=locked.change_id)
    if closed_as and not change.attributions.filter(provenance=CONFIRMED).exists():
        change.close_code = closed_as
        save_change(change)
    events.publish("change.cause_rejected", change, actor=actor, data=_told(locked))
    return locked


@transaction.atomic
def put_down(*, incident: Ticket, change: Change, actor: User) -> Attribution:
    """Name the change that caused an incident, whether or not it was suspected."""
    if not may_work(actor, incident, "changes.work"):
        raise NotAllowed(_("You may not say what caused %(n)s.") % {"n": incident.number})
    if incident.kind != "incident":
        raise Invalid(_("%(n)s is no incident.") % {"n": incident.number}, field="incident")
    if change.actual_start is None:
        raise Invalid(_("%(n)s was never begun.") % {"n": change.number}, field="change")
    incident.lock()
    attribution, is_new = Attribution.objects.get_or_create(incident=incident, change=change)
    if is_new and (suspicion := suspects.suspicion_of(incident, change)) is not None:
        _write(attribution, suspicion).save()
    return confirm_cause(attribution=attribution, actor=actor)


def _locked(attribution: Attribution, actor: User) -> Attribution:
    """The attribution, with both its tickets held, in the order everybody takes them in."""
    if not may_work(actor, attribution.incident, "changes.work"):
        raise NotAllowed(
            _("You may not say what caused %(n)s.") % {"n": attribution.incident.number}
        )
    ends = (attribution.incident_id, attribution.change_id)
    list(Ticket.objects.select_for_update().filter(pk__in=ends).order_by("pk"))
    found = Attribution.objects.select_for_update().filter(pk=attribution.pk).first()
    if found is None:
        raise Refused(_("It is no longer suspected; name the change yourself."))
    return found


def _judge(attribution: Attribution, provenance: str, actor: User) -> None:
    attribution.provenance = provenance
    attribution.judged_by, attribution.judged_at = actor, timezone.now()
    attribution.save()


def _told(attribution: Attribution) -> dict[str, Any]:
    return {"incident": attribution.incident_id, "score": attribution.score}
