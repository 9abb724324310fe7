"""Where evidence comes from, the lines posted to us, and the packs made of all of it."""

from itsm.evidence.models.lines import LogLine, LogSource
from itsm.evidence.models.packs import EvidencePack
from itsm.evidence.models.sources import LOG_LINES, EvidenceQuery, EvidenceSource

__all__ = [
    "LOG_LINES",
    "EvidencePack",
    "EvidenceQuery",
    "EvidenceSource",
    "LogLine",
    "LogSource",
]
