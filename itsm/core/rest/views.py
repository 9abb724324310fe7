"""The class every collection of the API is built on."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from itsm.core.errors import Invalid, NotAllowed, NotFound
from itsm.core.fields import cleaned
from itsm.core.rest import answering, reading
from itsm.core.rest.asking import Asked
from itsm.core.rest.description import OperationSchema
from itsm.core.rest.limits import PerUser
from itsm.core.rest.operations import Operation
from itsm.core.rest.pages import Orderings, page
from itsm.core.rest.refusing import answer_to
from itsm.core.rest.shapes import Shape


class Collection(ViewSet):
    """The records of one sort: their endpoints are the methods marked ``@operation``."""

    collection: ClassVar[str]
    title: ClassVar[str] = ""  # as a heading, where the name of the collection does not say it
    shape: ClassVar[Shape]
    needs: ClassVar[str] = ""  # the capability without which nothing of this can be seen
    filterset: ClassVar[Any] = None
    orderings: ClassVar[Orderings] = {"id": ("id",)}
    default_ordering: ClassVar[str] = "-id"

    schema = OperationSchema()
    renderer_classes = [answering.JSON, answering.Problem]
    parser_classes = [reading.JSON]
    throttle_classes = [PerUser]
    metadata_class = None

    @property
    def operation(self) -> Operation | None:
        """What is being asked for."""
        found: Operation | None = getattr(getattr(self, self.action or "", None), "operation", None)
        return found

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        # The framework says only afterwards what is asked for, and the parsers depend on it.
        self.action = self.action_map.get((request.method or "").lower(), "")
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        operation = self.operation
        if operation is None:
            raise MethodNotAllowed(str(request.method), _("This cannot be done here."))
        if self.needs and not request.user.has_perm(self.needs):
            raise NotAllowed(_("You may not see these."))
        for value in kwargs.values():
            if isinstance(value, str) and ("\x00" in value or len(value) > 300):
                raise NotFound(_("There is nothing here."))
        self._check_parameters(request, operation)

    def get_parsers(self) -> list[Any]:
        takes_files = self.operation is not None and self.operation.takes_files
        return [MultiPartParser()] if takes_files else [reading.JSON()]

    def get_exception_handler(self) -> Any:
        return answer_to

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:  # noqa: FBT001, FBT002 the framework's signature
        gives_file = self.operation is not None and self.operation.gives_file
        return super().perform_content_negotiation(request, force=force or gives_file)

    def given(self, request: Asked, *, partly: bool = False) -> dict[str, Any]:
        """The clean values of the body; Invalid names every field that is wrong."""
        operation = self.operation
        fields = operation.fields(self) if operation else None
        return cleaned(fields or (), self.body(request), partly=partly)

    def body(self, request: Asked) -> Mapping[str, Any]:
        """The names and values of the body, as they were sent."""
        body = request.data
        if self.operation is not None and self.operation.takes_files:
            return request.POST.dict()
        if not isinstance(body, Mapping):
            raise Invalid(_("Send a JSON object."))
        return body

    def page(self, request: Asked, queryset: QuerySet[Any], **options: Any) -> Response:
        """One page of the records, after the filters of the address."""
        return page(
            request,
            self.narrowed(request, queryset),
            options.get("shape", self.shape),
            orderings=options.get("orderings", self.orderings),
            default=options.get("default", self.default_ordering),
            is_selected=options.get("is_selected", False),
            is_endless=options.get("is_endless", False),
        )

    def narrowed(self, request: Asked, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The records that match the filters of the address."""
        if self.filterset is None or not set(request.query_params) & set(
            self.filterset.base_filters
        ):
            return queryset
        filters = self.filterset(request.query_params, queryset=queryset, request=request)
        if not filters.is_valid():
            wrong = {name: [str(each) for each in told] for name, told in filters.errors.items()}
            name, sentences = next(iter(wrong.items()))
            raise Invalid(sentences[0], field=name, errors=wrong)
        found: QuerySet[Any] = filters.qs
        return found

    def one(self, request: Asked, queryset: QuerySet[Any], *, status: int = 200) -> Response:
        """The only record of the queryset."""
        return Response(self.shape.one(queryset, request.user), status)

    def _check_parameters(self, request: Asked, operation: Operation) -> None:
        known = operation.query(self)
        for name, values in request.query_params.lists():
            if name not in known:
                raise Invalid(
                    _("There is no parameter %(name)s here.") % {"name": name[:100]},
                    field=name[:100],
                )
            if len(values) > 1:
                raise Invalid(_("Give %(name)s once.") % {"name": name}, field=name)
            reading.check_text(values[0], field=name)
