"""Collections whose records are taken in and out as tables."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid
from itsm.core.rest import reading
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import operation
from itsm.core.rest.shapes import Column, Shape, flag, mapping, number, several
from itsm.core.rest.views import Collection
from itsm.core.sheets import Report

DRY_RUN = {"dry_run": {"type": "boolean", "description": "Say what would happen, and stop."}}
REPORT_SHAPE = Shape(
    "ImportReport",
    (
        Column("is_written", flag()),
        Column("added", number()),
        Column("changed", number()),
        Column("unchanged", number()),
        Column("wrong", number()),
        Column("rows", several(mapping())),
    ),
)


class TableCollection(Collection):
    """Records that come and go as tables, too."""

    def take_in(self, *, text: str, request: Asked, dry_run: bool) -> Report:
        """Take the table in, or say what would become of it."""
        raise NotImplementedError

    def table(self, request: Asked) -> str:
        """All of them as a table."""
        raise NotImplementedError

    def get_parsers(self) -> list[Any]:
        return [reading.CSV()] if self.action == "import_table" else super().get_parsers()

    @operation(
        "post",
        "import/",
        _l("Take a table in (CSV), all of it or nothing"),
        takes=(),
        takes_table=True,
        gives=REPORT_SHAPE,
        parameters=DRY_RUN,
    )
    def import_table(self, request: Asked) -> Response:
        wanted = request.query_params.get("dry_run", "false")
        if wanted not in ("true", "false", "1", "0"):
            raise Invalid(_("Say true or false."), field="dry_run")
        report = self.take_in(
            text=str(request.data), request=request, dry_run=wanted in ("true", "1")
        )
        rows = [
            {"line": row.line, "name": row.name, "outcome": row.outcome, "errors": row.errors}
            for row in report.rows
        ]
        counts = {each: report.count(each) for each in ("added", "changed", "unchanged", "wrong")}
        answer = {"is_written": report.is_written, **counts, "rows": rows}
        return Response(answer, 400 if report.count("wrong") else 200)

    @operation("get", "export/", _l("Take everything out as a table (CSV)"), gives_file=True)
    def export_table(self, request: Asked) -> HttpResponse:
        response = HttpResponse(self.table(request), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{self.collection}.csv"'
        return response
