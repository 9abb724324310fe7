"""How changes of what administrators keep are told of."""

from django.urls import reverse

from itsm.core.configuration import Kind, kinds
from itsm.core.whereabouts import whereabouts
from knowledge.models import Article, Synonym

kinds[Synonym] = Kind("synonym")
whereabouts[Article] = lambda each: reverse("article", args=[each.number])
