"""Handing out the files of tickets: always as a download, never as a page of ours."""

from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils.translation import gettext as _

from itsm.core.errors import NotFound
from itsm.tickets.models import Attachment


def served(file: Attachment) -> FileResponse:
    """The answer that carries a file its asker is known to be allowed to see."""
    try:
        content = default_storage.open(file.stored_as)
    except FileNotFoundError as gone:
        raise NotFound(_("The file is gone.")) from gone
    response = FileResponse(
        content, as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
