"""What an API token may be narrowed to."""

from collections.abc import Collection

from itsm.core.errors import Invalid

READ, WRITE = "read", "write"


def allows(scopes: Collection[str], *, collection: str, writes: bool) -> bool:
    """Whether a token with these scopes may read or write this collection."""
    if not scopes:
        return True
    wanted = {WRITE} if writes else {READ, WRITE}
    wanted |= {f"{collection}:{each}" for each in wanted}
    return not wanted.isdisjoint(scopes)


def checked(scopes: Collection[str]) -> list[str]:
    """The scopes, sorted; Invalid when one of them means nothing."""
    for scope in scopes:
        if scope.rpartition(":")[2] not in (READ, WRITE):
            raise Invalid(
                f"{scope!r} is no scope; use read, write, or COLLECTION:read, COLLECTION:write.",
                field="scopes",
            )
    return sorted(set(scopes))
