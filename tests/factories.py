"""Things to test with: small, named as people name them."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from changes.models import Change, Deployment
from changes.workflow import workflow as change_workflow
from incidents.models import Incident
from incidents.workflow import workflow
from itsm.inventory.models import ConfigurationItem, Service
from itsm.notifications.models import Endpoint, MessageTemplate, WebhookEndpoint
from itsm.people.models import Team, User
from itsm.people.roles import Role
from problems.improvements.models import Improvement
from problems.improvements.workflow import workflow as improvement_workflow
from problems.models import Problem
from problems.workflow import workflow as problem_workflow
from requests.models import CatalogItem, Category, ItemVersion, ServiceRequest
from requests.workflow import workflow as request_workflow


class UserFactory(DjangoModelFactory[User]):
    """Somebody without any role."""

    class Meta:
        model = User
        django_get_or_create = ("username",)

    username = factory.Sequence(lambda count: f"person-{count}")
    name = factory.LazyAttribute(lambda user: user.username.title())
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.test")
    role = Role.REQUESTER


class TeamFactory(DjangoModelFactory[Team]):
    """A team nobody is in."""

    class Meta:
        model = Team
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda count: f"team-{count}")
    name = factory.LazyAttribute(lambda team: team.slug.title())


class ServiceFactory(DjangoModelFactory[Service]):
    """A service of the second tier, owned by nobody."""

    class Meta:
        model = Service
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda count: f"service-{count}")


class ConfigurationItemFactory(DjangoModelFactory[ConfigurationItem]):
    """A component of no service."""

    class Meta:
        model = ConfigurationItem

    name = factory.Sequence(lambda count: f"host-{count}")


class IncidentFactory(DjangoModelFactory[Incident]):
    """An incident put into a state directly, without the road that leads there."""

    class Meta:
        model = Incident

    class Params:
        at_state = "new"

    number = factory.Sequence(lambda count: f"INC-{900_000 + count}")
    kind = "incident"
    title = "Checkout is slow"
    priority = 3
    opened_by = factory.SubFactory(UserFactory)
    state = factory.LazyAttribute(lambda incident: incident.at_state)
    phase = factory.LazyAttribute(lambda incident: workflow.states[incident.at_state].phase)


class EndpointFactory(DjangoModelFactory[Endpoint]):
    """A room in Slack, told of everybody's work."""

    class Meta:
        model = Endpoint

    name = factory.Sequence(lambda count: f"room-{count}")
    kind = "slack"
    address = "https://hooks.example.test/planted-secret-4711"
    words = factory.LazyFunction(lambda: ["opened", "raised", "resolved", "reopened"])
    least_priority = 5


class WebhookFactory(DjangoModelFactory[WebhookEndpoint]):
    """A program that wants to hear of new incidents."""

    class Meta:
        model = WebhookEndpoint

    name = factory.Sequence(lambda count: f"program-{count}")
    address = "https://program.example.test/hook"
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    events = factory.LazyFunction(lambda: ["incident.opened"])


class MessageTemplateFactory(DjangoModelFactory[MessageTemplate]):
    """The words of mail about a reply."""

    class Meta:
        model = MessageTemplate

    topic = "replied"
    channel = "email"
    language = "en"
    subject = "{number}: {actor} wrote"
    body = "Dear {name},\n\n{said}\n\n{link}"


class ChangeFactory(DjangoModelFactory[Change]):
    """A normal change put into a state directly, planned for tomorrow with all its plans."""

    class Meta:
        model = Change

    class Params:
        at_state = "new"
        starts_in = timedelta(days=1)
        lasts = timedelta(hours=1)

    number = factory.Sequence(lambda count: f"CHG-{900_000 + count}")
    kind = "change"
    title = "New version of the checkout"
    priority = 3
    opened_by = factory.SubFactory(UserFactory)
    service = factory.SubFactory(ServiceFactory)
    state = factory.LazyAttribute(lambda change: change.at_state)
    phase = factory.LazyAttribute(lambda change: change_workflow.states[change.at_state].phase)
    planned_start = factory.LazyAttribute(lambda change: timezone.now() + change.starts_in)
    planned_end = factory.LazyAttribute(lambda change: change.planned_start + change.lasts)
    implementation_plan = "Roll it out node by node."
    test_plan = "Buy something."
    backout_plan = "Roll the former version out."


class DeploymentFactory(DjangoModelFactory[Deployment]):
    """A version that was brought into production a moment ago."""

    class Meta:
        model = Deployment

    service = factory.SubFactory(ServiceFactory)
    revision = "9fceb02d0ae598e95dc970b74767f19372d61af8"
    outcome = "succeeded"
    started_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=5))
    finished_at = factory.LazyFunction(timezone.now)
    delivery_id = factory.Sequence(lambda count: f"test:{count}")


class CategoryFactory(DjangoModelFactory[Category]):
    """A shelf of the catalogue."""

    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    slug = "equipment"
    name = factory.LazyAttribute(lambda category: category.slug.title())


class CatalogItemFactory(DjangoModelFactory[CatalogItem]):
    """Something everybody can order, which the owner's team sees to; ``made`` says more."""

    class Meta:
        model = CatalogItem
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda count: f"item-{count}")
    name = factory.LazyAttribute(lambda item: item.slug.replace("-", " ").capitalize())
    summary = "What it is."
    category = factory.SubFactory(CategoryFactory)

    @factory.post_generation
    def made(self, create, extracted, **_more):
        number = self.versions.count() + 1
        self.current = ItemVersion.objects.create(item=self, number=number, **(extracted or {}))
        self.save()


class ServiceRequestFactory(DjangoModelFactory[ServiceRequest]):
    """A service request put into a state directly, without the road that leads there."""

    class Meta:
        model = ServiceRequest

    class Params:
        at_state = "draft"

    number = factory.Sequence(lambda count: f"RITM-{900_000 + count}")
    kind = "service_request"
    title = "Laptop"
    priority = 4
    opened_by = factory.SubFactory(UserFactory)
    caller = factory.SelfAttribute("opened_by")
    item = factory.SubFactory(CatalogItemFactory)
    version_of_item = factory.SelfAttribute("item.current")
    state = factory.LazyAttribute(lambda request: request.at_state)
    phase = factory.LazyAttribute(lambda request: request_workflow.states[request.at_state].phase)


class ProblemFactory(DjangoModelFactory[Problem]):
    """A problem put into a state directly, without the road that leads there."""

    class Meta:
        model = Problem

    class Params:
        at_state = "new"

    number = factory.Sequence(lambda count: f"PRB-{900_000 + count}")
    kind = "problem"
    title = "The checkout runs out of connections"
    impact = 3
    urgency = 3
    priority = 5
    opened_by = factory.SubFactory(UserFactory)
    state = factory.LazyAttribute(lambda problem: problem.at_state)
    phase = factory.LazyAttribute(lambda problem: problem_workflow.states[problem.at_state].phase)


class ImprovementFactory(DjangoModelFactory[Improvement]):
    """An improvement put into a state directly, without the road that leads there."""

    class Meta:
        model = Improvement

    class Params:
        at_state = "new"

    number = factory.Sequence(lambda count: f"CIR-{900_000 + count}")
    kind = "improvement"
    title = "Resolve faster"
    priority = 3
    opened_by = factory.SubFactory(UserFactory)
    state = factory.LazyAttribute(lambda improvement: improvement.at_state)
    phase = factory.LazyAttribute(
        lambda improvement: improvement_workflow.states[improvement.at_state].phase
    )
