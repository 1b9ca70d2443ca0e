"""Which version of a script leads a call, how it reads for the lead, and whether a path told fits it."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.work_items import WorkItem
from services.lead_gen.domain.script_fields import SCRIPT_FIELDS
from services.lead_gen.domain.scripts import path_fault
from services.lead_gen.repository import scripts
from services.lead_gen.repository.leads import Lead
from services.lead_gen.schemas.calls import NewOutcome
from services.lead_gen.schemas.scripts import RenderedScript, ScriptView


async def script_of(conn: Connection, item: WorkItem) -> ScriptView | None:
    """The version this call began with; for one that has not begun, the newest of its campaign's script."""
    if "script_id" not in item.payload:
        return await scripts.of_campaign(conn, item.payload["campaign_id"])
    pinned = item.payload["script_id"]
    return await scripts.get(conn, pinned) if pinned else None


async def begin(conn: Connection, item: WorkItem, lead: Lead, caller: str) -> RenderedScript | None:
    """The script of a leased call, rendered for its lead. From the first lease on the call keeps its version."""
    script = await script_of(conn, item)
    if "script_id" not in item.payload:
        await scripts.pin(conn, item.id, script.id if script else None)
    if script is None:
        return None
    return rendered(script, {**lead_values(lead), "caller": await scripts.caller_name(conn, caller) or caller})


def lead_values(lead: Lead) -> dict[str, str | None]:
    """What a script may say of this lead."""
    return lead.model_dump(include=set(SCRIPT_FIELDS.names))


def rendered(script: ScriptView, values: dict[str, str | None]) -> RenderedScript:
    """A script with the text of each node as it is read out."""
    texts = {name: SCRIPT_FIELDS.fill(node.text, values) for name, node in script.nodes.items()}
    return RenderedScript(**script.model_dump(), texts=texts)


async def followed(conn: Connection, item: WorkItem, told: NewOutcome) -> ScriptView | None:
    """The version that led this call. Raises Invalid `script_version` or `path[n]` when what was told cannot be.

    A call without a script has nothing to be checked by, and a path told without its version is kept as it is.
    """
    script = await script_of(conn, item)
    if script is None or told.script_version is None:
        return script
    if told.script_version != script.version:
        raise Invalid(f"This call began with version {script.version} of its script", field="script_version")
    wrong = path_fault(script.start, script.nodes, told.path)
    if wrong is not None:
        raise Invalid(wrong[1], field=f"path[{wrong[0]}]")
    return script
