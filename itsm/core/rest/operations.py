"""What one endpoint is, said once: its address, what it takes, what it gives, how it refuses."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.response import Response

from itsm.core.fields import Field
from itsm.core.rest.idempotency import once
from itsm.core.rest.shapes import Schema, Shape

Handler = Callable[..., Any]
OfView = Callable[[Any], Any]

PAGE, LIST, ONE = "page", "list", "one"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One endpoint. What differs between the kinds that share it is a function of the view."""

    name: str
    method: str
    path: str
    summary: Any
    takes: Sequence[Field] | OfView | None = None
    gives: Shape | OfView | None = None
    many: str = ONE
    status: int = 200
    refuses: Sequence[int] = ()
    parameters: Mapping[str, Schema] | OfView | None = None
    takes_files: bool = False
    takes_table: bool = False
    gives_file: bool = False
    matches: bool = False
    secrets: Sequence[str] = ()

    def fields(self, view: Any) -> Sequence[Field] | None:
        """The fields of its body."""
        return self.takes(view) if callable(self.takes) else self.takes

    def shape(self, view: Any) -> Shape | None:
        """The shape of its answer."""
        return self.gives(view) if callable(self.gives) else self.gives

    def query(self, view: Any) -> Mapping[str, Schema]:
        """The parameters of its address."""
        found = self.parameters(view) if callable(self.parameters) else self.parameters
        return found or {}


def operation(method: str, path: str, summary: Any, **more: Any) -> Callable[[Handler], Handler]:
    """Declare a method of a view as an endpoint; a POST with an idempotency key runs once."""

    def declare(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def perform(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
            def work() -> Response:
                answer: Response = handler(view, request, *args, **kwargs)
                return answer

            return once(request, work, secrets=declared.secrets) if method == "post" else work()

        declared = Operation(
            name=handler.__name__, method=method, path=path, summary=summary, **more
        )
        perform.operation = declared  # type: ignore[attr-defined]
        return perform

    return declare


def operations_of(view: type) -> list[Operation]:
    """The endpoints a class of views declares, in the order of their declaration."""
    found: dict[str, Operation] = {}
    for each in reversed(view.__mro__):
        for name, member in vars(each).items():
            if hasattr(member, "operation"):
                found[name] = member.operation
    return list(found.values())
