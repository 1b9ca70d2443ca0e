"""The records behind a figure of the reports, page by page, and the files that people took out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.lead_gen.domain.audit import AuditLine
from services.lead_gen.domain.report_records import Figure, Narrowed, RecordPage
from services.lead_gen.repository import audit, report_records

PAGE = 50
_LINES = 100


async def list_records(
    conn: Connection, figure: Figure, wanted: Narrowed, after: tuple[datetime, str] | None
) -> RecordPage:
    """The records that the figure counts, the latest first."""
    rows = await report_records.page(conn, figure, wanted, PAGE + 1, after)
    following = (rows[PAGE - 1].at, rows[PAGE - 1].id) if len(rows) > PAGE else None
    return RecordPage(await report_records.total(conn, figure, wanted), rows[:PAGE], following)


async def record_export(conn: Connection, by: str, report: str, facts: Mapping[str, Any], rows: int) -> None:
    """Write into the audit that somebody took this table out, before it is handed to them."""
    line = await audit.add(conn, "export", by, facts={"report": report, **facts})
    await audit.complete(conn, line, rows)


async def exports(conn: Connection) -> list[AuditLine]:
    """The last files that were taken out, of reports and of leads."""
    return await audit.latest(conn, "export", _LINES)
