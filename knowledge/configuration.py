"""How changes of what administrators keep are told of."""

from itsm.core.configuration import Kind, kinds
from knowledge.models import Synonym

kinds[Synonym] = Kind("synonym")
