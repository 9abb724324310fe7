"""Which alerts belong together: one key for each outage there can be; pure.

A critical alert does not hide in the incident of a warning, which people may have acknowledged and
left for tomorrow: grave and minor alerts of a service have keys of their own. Minor ones join the
grave incident of their service while there is one, because it explains them.
"""

import hashlib

GRAVE = "grave"
MINOR = "minor"

RANK = {"critical": 0, "high": 1, "warning": 2, "info": 3, "low": 4}


def grade_of(severity: str) -> str:
    """Grave or minor."""
    return GRAVE if severity in ("critical", "high") else MINOR


def keys_for(*, scope: str, severity: str) -> tuple[str, ...]:
    """The keys of the open incidents an alert may join, best first; the last is the one to open."""
    own = f"{scope}:{grade_of(severity)}"
    return (own,) if own.endswith(GRAVE) else (f"{scope}:{GRAVE}", own)


def scope_of(
    *, service_id: int | None, source_id: int, component_id: int | None, title: str
) -> str:
    """What an outage is an outage of: the service, else the component, else the alert by name."""
    if service_id is not None:
        return f"service:{service_id}"
    if component_id is not None:
        return f"component:{component_id}"
    name = hashlib.sha256(title.encode()).hexdigest()[:16]
    return f"source:{source_id}:{name}"


def grave_key(key: str) -> str:
    """The key an incident takes when an alert in it becomes grave."""
    return f"{key.removesuffix(MINOR)}{GRAVE}" if key.endswith(f":{MINOR}") else key
