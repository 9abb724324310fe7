"""The exceptions that mean 'no, and here is why, in words a person can act on'."""

from collections.abc import Mapping, Sequence


class Refused(Exception):  # noqa: N818 an answer, not an error
    """A rule of the domain forbids this; views show the sentence, the API answers 409 with it."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Invalid(Refused):
    """What was given cannot be used, whatever the state; the API answers 400 with the fields."""

    def __init__(
        self,
        sentence: str,
        *,
        field: str | None = None,
        errors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(sentence, field=field)
        self.errors = errors or ({field: [sentence]} if field else {})


class NotAllowed(Refused):
    """The actor lacks the permission; the API answers 403."""


class NotFound(Refused):
    """There is no such thing for this person; the API answers 404."""


class Stale(Refused):
    """Somebody else changed it meanwhile; the API answers 412."""
