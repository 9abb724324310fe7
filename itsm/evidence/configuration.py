"""How changes of the sources of evidence are told of."""

from itsm.core.configuration import Kind, kinds
from itsm.evidence.models import EvidenceSource, LogSource


def _queries(source: EvidenceSource) -> list[str]:
    return [
        f"{each.name}: {each.measures} {each.service or ''} {each.query} {each.is_active}"
        for each in source.queries.order_by("name").select_related("service")
    ]


kinds[EvidenceSource] = Kind("evidence_source", parts={"queries": _queries})
kinds[LogSource] = Kind("log_source", added="connected")
