"""What Terraform says there is: the resources of a state, as candidates for the inventory. Pure.

Of their values only a few that tell what something is are read, never what is marked as sensitive:
providers do not mark everything that is.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from changes.pipelines import ComponentsSeen
from itsm.inventory.actions import Found
from itsm.monitoring.payload import Part

# What tells one thing from another, and what people call it; nothing that could open a door.
TELLING = frozenset(
    {
        "arn", "availability_zone", "cluster_name", "engine", "engine_version", "fqdn",
        "hostname", "id", "identifier", "image", "instance_class", "instance_type", "ip_address",
        "kubernetes_version", "location", "machine_type", "name", "namespace", "private_ip",
        "public_ip", "region", "size", "version", "zone",
    }
)  # fmt: skip
# What is no component, or a secret itself: a random string for instance is its own id.
NO_COMPONENT = re.compile(
    r"^(random|null|tls|time|local|template)_|secret|passw|token|credential|_key(_pair)?$"
)
CALLED = ("fqdn", "hostname", "name", "identifier", "cluster_name")
MOST = 5000  # resources of one state
DEEPEST = 20  # modules within modules
LONGEST_VALUE = 200
LONGEST_NAME = 200


def components_in(values: Part, *, without: Collection[str] = ()) -> list[ComponentsSeen]:
    """What there is in the values of a state, but for these addresses; nothing says nothing."""
    resources = _resources(values["root_module"], depth=0) if values else iter(())
    found = {
        each.address: each for each in map(_component, resources) if each.address not in without
    }
    components = list(found.values())[:MOST]
    return [ComponentsSeen(components=components)] if components else []


def _resources(module: Part, *, depth: int) -> Iterator[Part]:
    if not module or depth > DEEPEST:
        return
    for each in module["resources"].each() if module["resources"] else ():
        if each["mode"].text() != "data" and not NO_COMPONENT.search(each["type"].text()):
            yield each
    for each in module["child_modules"].each() if module["child_modules"] else ():
        yield from _resources(each, depth=depth + 1)


def _component(resource: Part) -> Found:
    address = resource.require("address").text()[:500]
    told = _told(resource["values"].value, resource["sensitive_values"].value)
    named = next((told[each] for each in CALLED if told.get(each)), "")
    return Found(
        address=address,
        name=(named or address)[:LONGEST_NAME],
        kind=resource["type"].text()[:40],
        attributes={"terraform": address, **told},
    )


def _told(values: Any, sensitive: Any) -> dict[str, str]:
    if not isinstance(values, Mapping) or sensitive is True:
        return {}
    marks = sensitive if isinstance(sensitive, Mapping) else {}
    return {
        name: str(value)
        for name, value in sorted(values.items())
        if name in TELLING and not marks.get(name) and _is_plain(value)
    }


def _is_plain(value: Any) -> bool:
    is_word = isinstance(value, str | int) and not isinstance(value, bool)
    return is_word and 0 < len(str(value)) <= LONGEST_VALUE and str(value).isprintable()
