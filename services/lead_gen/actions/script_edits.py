"""Scripts edited by a supervisor: what is there, and the next version of one."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.edits import hold
from services.chassis.errors import Conflict
from services.chassis.meanwhile import published_meanwhile
from services.chassis.staff import names_of, remember, writer
from services.lead_gen.actions.kinds import SCRIPT
from services.lead_gen.actions.scripts import add_script
from services.lead_gen.domain.scripts import Script, ScriptListed
from services.lead_gen.repository import scripts
from services.lead_gen.schemas.scripts import NewScript


async def list_scripts(conn: Connection) -> list[ScriptListed]:
    """The newest version of every name, with who wrote it and how many campaigns read it."""
    return await _named(conn, await scripts.newest_of_each(conn))


async def script_versions(conn: Connection, script_id: str) -> list[ScriptListed]:
    """The versions of the script of which this is one, the newest first; at most thirty. Raises NotFound."""
    return await _named(conn, await scripts.versions_of(conn, (await scripts.get(conn, script_id)).name))


async def _named(conn: Connection, found: list[ScriptListed]) -> list[ScriptListed]:
    names = await names_of(conn, [one.created_by for one in found])
    return [one.model_copy(update={"by": writer(names, one.created_by)}) for one in found]


async def publish_script(conn: Connection, new: NewScript, who: Principal, *, seen: str) -> Script:
    """The next version after the one that was `seen`.

    Raises Conflict `changed_meanwhile`, `duplicate` for a name that was to be new.
    """
    await hold(conn, SCRIPT, new.name)
    newest = await scripts.newest_version(conn, new.name)
    if newest and str(newest) != seen:
        if seen == "0":
            raise Conflict("There is a script of this name already", code="duplicate", field="name")
        by = (await scripts.versions_of(conn, new.name))[0].created_by
        raise await published_meanwhile(conn, by, newest)
    made = await add_script(conn, new, who.person)
    await remember(conn, who)
    return made
