"""Where a service request stands, in the portal: never its steps, only its stages."""

from itsm.portal.order_words import AT, STAGES, words_of_request
from itsm.portal.wording import Stage
from requests.models import ServiceRequest


def stages_of_request(service_request: ServiceRequest) -> list[Stage]:
    """The way of a request, and where on it the request is; none once it went another way."""
    if service_request.state not in AT or service_request.undoing:
        return []
    needs_leave = bool(service_request.version_of_item.approval)
    steps = [each for each in STAGES if needs_leave or each[0] != "approval"]
    here = [name for name, _words in steps].index(AT[service_request.state])
    words = words_of_request(service_request.state)
    return [
        Stage(
            words if place == here else usual,
            "is-now" if place == here else "is-past" if place < here else "",
        )
        for place, (_name, usual) in enumerate(steps)
    ]
