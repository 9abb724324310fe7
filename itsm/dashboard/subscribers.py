"""What is done once a report is owed."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.dashboard.actions import send_report


@on("report.prepared", moment=Moment.AFTER)
def send_prepared_report(event: Event) -> None:
    """Send the letter."""
    send_report(report_id=event.data["report"])
