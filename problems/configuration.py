"""How changes of what problems are counted by are told of."""

from itsm.core.configuration import Kind, kinds
from problems.models import CauseCategory

kinds[CauseCategory] = Kind("cause_category")
