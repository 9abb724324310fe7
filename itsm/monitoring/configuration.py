"""What of monitoring is configuration."""

from itsm.core.configuration import Kind, kinds
from itsm.monitoring.models import DeadLetter, MonitoringSource

kinds[MonitoringSource] = Kind("source", added="created")
kinds[DeadLetter] = Kind("dead_letter")
