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
