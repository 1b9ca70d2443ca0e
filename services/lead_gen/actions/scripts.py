"""Scripts: saved in versions, rendered for a lead, and pinned to a call from its beginning to its end."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.work_items import WorkItem
from services.lead_gen.domain.calls import CallReport
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.script_fields import SCRIPT_FIELDS
from services.lead_gen.domain.scripts import RenderedScript, Script, path_fault, rendered
from services.lead_gen.repository import callers, leads, scripts
from services.lead_gen.schemas.scripts import NewPreview, NewScript


async def add_script(conn: Connection, new: NewScript, by: str) -> Script:
    """The next version of the script of this name; calls under way keep theirs."""
    script = await scripts.add(conn, new.name, new.start, new.nodes, by)
    await publish(conn, "script_saved", script_id=script.id, version=script.version)
    return script


async def preview_script(conn: Connection, script_id: str, body: NewPreview) -> RenderedScript:
    """How a script reads for a lead of the register, or for sample fields; changes nothing. Raises NotFound."""
    script = await scripts.get(conn, script_id)
    if body.lead_id is not None:
        return rendered(script, _values(await leads.get(conn, body.lead_id)))
    return rendered(script, body.fields.model_dump() if body.fields else {})


async def begin_script(conn: Connection, item: WorkItem, lead: Lead, caller: str) -> RenderedScript | None:
    """The script of a leased call, rendered for its lead. From the first lease on, the call keeps this version."""
    script = await _script_of(conn, item)
    if "script_id" not in item.payload:
        await scripts.pin(conn, item.id, script.id if script else None)
    if script is None:
        return None
    return rendered(script, {**_values(lead), "caller": await callers.name_of(conn, caller) or caller})


def _values(lead: Lead) -> dict[str, str | None]:
    """What a script may say of this lead."""
    return lead.model_dump(include=set(SCRIPT_FIELDS.names))


async def _script_of(conn: Connection, item: WorkItem) -> Script | None:
    """The version this call began with; for one that has not begun, the newest of its campaign's script."""
    if "script_id" not in item.payload:
        return await scripts.of_campaign(conn, item.payload["campaign_id"])
    pinned = item.payload["script_id"]
    return await scripts.get(conn, pinned) if pinned else None


async def followed_script(conn: Connection, item: WorkItem, report: CallReport) -> Script | None:
    """The version that led this call. Raises Invalid `script_version` or `path[n]` if the report does not fit it.

    Without a script there is nothing to check, and a path reported without its version is kept as it is.
    """
    script = await _script_of(conn, item)
    if script is None or report.script_version is None:
        return script
    if report.script_version != script.version:
        raise Invalid(f"This call began with version {script.version} of its script", field="script_version")
    wrong = path_fault(script.start, script.nodes, report.path)
    if wrong is not None:
        raise Invalid(wrong[1], field=f"path[{wrong[0]}]")
    return script
