"""How bad an alert is, in our five words, and how the tools' words translate; pure."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

CRITICAL = "critical"
HIGH = "high"
WARNING = "warning"
INFO = "info"
LOW = "low"

SEVERITIES = (CRITICAL, HIGH, WARNING, INFO, LOW)  # worst first
CHOICES = [
    (CRITICAL, _("Critical")),
    (HIGH, _("High")),
    (WARNING, _("Warning")),
    (INFO, _("Info")),
    (LOW, _("Low")),
]

# What tools and people write for it; anything else is taken for a warning, so that it is seen.
WORDS: Mapping[str, str] = {
    **{each: each for each in SEVERITIES},
    **dict.fromkeys(("p1", "sev1", "s1", "page", "fatal", "emergency", "disaster"), CRITICAL),
    **dict.fromkeys(("crit", "alert", "down", "unreachable", "blocker"), CRITICAL),
    **dict.fromkeys(("p2", "sev2", "s2", "error", "err", "major", "urgent"), HIGH),
    **dict.fromkeys(
        ("p3", "sev3", "s3", "warn", "minor", "medium", "moderate", "average"), WARNING
    ),
    **dict.fromkeys(("p4", "sev4", "s4", "information", "informational", "notice", "none"), INFO),
    **dict.fromkeys(("p5", "sev5", "s5", "debug", "trivial"), LOW),
}


def severity_of(word: str, *, words: Mapping[str, str] = WORDS, otherwise: str = WARNING) -> str:
    """The severity a tool's word stands for; the source's own table goes before ours."""
    plain = word.strip().lower()
    found = words.get(plain) or WORDS.get(plain) or otherwise
    return found if found in SEVERITIES else otherwise


def is_worse(severity: str, *, than: str) -> bool:
    """Whether the first severity is graver than the second."""
    return SEVERITIES.index(severity) < SEVERITIES.index(than)
