"""The API as a whole: its collections, its description, and the page to read and try it."""

from functools import cache
from itertools import chain
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path, resolve
from django.urls.exceptions import Resolver404
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from changes.api import ChangeCollection
from changes.causes_api import AttributionCollection
from changes.connecting import PipelineCollection
from changes.deployments import DeploymentCollection
from changes.dora_api import DeliveryCollection
from changes.gate_api import GateCollection
from changes.templates_api import TemplateCollection
from incidents.api import IncidentCollection
from itsm.approvals.api import ApprovalCollection
from itsm.automation.rules_api import MacroCollection, RuleCollection
from itsm.automation.runbooks_api import RunbookCollection
from itsm.automation.runs_api import BreakerCollection, RunCollection, SwitchCollection
from itsm.core.errors import Invalid, NotFound
from itsm.core.rest.explorer import Chapter, chapters_of
from itsm.core.rest.routes import routes
from itsm.dashboard.api import MeasureCollection
from itsm.evidence.api import EvidencePackCollection
from itsm.inventory.api import ComponentCollection, ServiceCollection
from itsm.inventory.candidates_api import ComponentCandidateCollection
from itsm.monitoring.api import AlertCollection, SourceCollection
from itsm.monitoring.silences_api import SilenceCollection
from itsm.people.access import frame_of, person_of, signed_in
from itsm.people.api import TeamCollection, UserCollection
from itsm.proposals.api import ProposalCollection
from itsm.sla.api import ObjectiveCollection
from itsm.tickets.api import transition_routes
from itsm.tickets.api.events import EventCollection
from itsm.tickets.api.similar import SimilarCollection
from knowledge.api import ArticleCollection, move_routes
from knowledge.measures_api import KnowledgeMeasureCollection
from knowledge.reviews_api import ArticleReviewCollection
from problems.api import ProblemCollection
from problems.candidates_api import CandidateCollection
from problems.improvements.api import ImprovementCollection
from requests.api import ServiceRequestCollection
from requests.catalogue_api import CatalogItemCollection

COLLECTIONS = (
    IncidentCollection,
    ProblemCollection,
    ImprovementCollection,
    CandidateCollection,
    ChangeCollection,
    ServiceRequestCollection,
    CatalogItemCollection,
    ArticleCollection,
    ArticleReviewCollection,
    KnowledgeMeasureCollection,
    GateCollection,
    DeploymentCollection,
    DeliveryCollection,
    MeasureCollection,
    PipelineCollection,
    AttributionCollection,
    TemplateCollection,
    ApprovalCollection,
    RunbookCollection,
    RunCollection,
    BreakerCollection,
    SwitchCollection,
    AlertCollection,
    EvidencePackCollection,
    SilenceCollection,
    ServiceCollection,
    ComponentCollection,
    ComponentCandidateCollection,
    ObjectiveCollection,
    TeamCollection,
    UserCollection,
    SourceCollection,
    RuleCollection,
    MacroCollection,
    SimilarCollection,
    ProposalCollection,
    EventCollection,
)
v1: list[URLPattern | URLResolver] = [
    *chain.from_iterable(routes(each) for each in COLLECTIONS),
    *transition_routes(IncidentCollection),
    *transition_routes(ProblemCollection),
    *transition_routes(ImprovementCollection),
    *transition_routes(ChangeCollection),
    *transition_routes(ServiceRequestCollection),
    *transition_routes(ArticleReviewCollection),
    *move_routes(),
]


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document; the same for everybody, and as long as the process lives."""
    generator = SchemaGenerator(patterns=[path("api/v1/", include(v1))])  # type: ignore[no-untyped-call]
    document: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    document["info"] = {"title": "Steady", "version": "1"}
    document["servers"] = [{"url": settings.BASE_URL}]
    document["tags"] = [
        {
            "name": each.collection,
            "x-displayName": each.title or each.collection.replace("-", " ").capitalize(),
            "description": (each.__doc__ or "").strip(),
        }
        for each in COLLECTIONS
    ]
    return document


class Description(APIView):
    """Hands out the OpenAPI document."""

    schema = None
    collection = "schema"

    def get(self, request: Request) -> Response:
        return Response(description())


class Index(APIView):
    """Says which collections there are, and where."""

    schema = None
    collection = "schema"

    def get(self, request: Request) -> Response:
        for name in request.query_params:
            raise Invalid(_("There is no parameter %(name)s here.") % {"name": name}, field=name)
        here = f"{settings.BASE_URL}/api/v1"
        return Response({each.collection: f"{here}/{each.collection}/" for each in COLLECTIONS})


class Nothing(APIView):
    """Answers for every address of the API that is none."""

    schema = None
    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not request.path.endswith("/") and _is_address(f"{request.path}/"):
            raise NotFound(_("There is nothing here; add a slash to the address."))
        raise NotFound(_("There is nothing here; see /api/v1/schema/ for what there is."))


def _is_address(address: str) -> bool:
    try:
        return resolve(address).url_name != "api-nothing"
    except Resolver404:
        return False


@signed_in
def explore(request: HttpRequest) -> HttpResponse:
    """The page to read the API on, and to try it."""
    shown = {"base": frame_of(person_of(request)), "chapters": _chapters()}
    return render(request, "api/explorer.html", shown)


@signed_in
def operation(request: HttpRequest, name: str) -> HttpResponse:
    """What one operation takes and gives, and a form to try it, as a part of the page."""
    endpoints = (each for chapter in _chapters() for each in chapter.endpoints)
    endpoint = next((each for each in endpoints if each.id == name), None)
    if endpoint is None:
        raise NotFound(_("The API has no operation of this name."))
    return render(request, "api/_endpoint.html", {"endpoint": endpoint})


@cache
def _chapters() -> list[Chapter]:
    return chapters_of(description())


urlpatterns = [
    path("v1/", Index.as_view(), name="api-index"),
    path("v1/schema/", Description.as_view(), name="api-schema"),
    path("v1/", include(v1)),
    path("docs/", explore, name="api-docs"),
    path("docs/<slug:name>/", operation, name="api-operation"),
    re_path(r"", Nothing.as_view(), name="api-nothing"),
]
