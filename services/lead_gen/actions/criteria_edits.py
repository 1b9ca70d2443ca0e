"""Criteria edited by a supervisor: what is there, and the next version of it."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.edits import hold
from services.chassis.errors import Conflict
from services.chassis.meanwhile import published_meanwhile
from services.chassis.staff import names_of, remember, writer
from services.lead_gen.actions.criteria import add_criteria
from services.lead_gen.actions.kinds import CRITERIA
from services.lead_gen.domain.criteria import CriteriaListed, CriteriaVersion
from services.lead_gen.domain.scores import ScoreDetails
from services.lead_gen.repository import criteria, scores
from services.lead_gen.schemas.criteria import NewCriteria


async def list_criteria(conn: Connection) -> list[CriteriaListed]:
    """The newest version of every name, with who wrote it and how many campaigns go by which version."""
    found = await criteria.newest_of_each(conn)
    names = await names_of(conn, [one.created_by for one in found])
    return [one.model_copy(update={"by": writer(names, one.created_by)}) for one in found]


async def criteria_versions(conn: Connection, name: str) -> list[CriteriaListed]:
    """The versions of a name, the newest first; at most fifty."""
    found = await criteria.versions_of(conn, name)
    names = await names_of(conn, [one.created_by for one in found])
    return [one.model_copy(update={"by": writer(names, one.created_by)}) for one in found]


async def newest_like(conn: Connection, criteria_id: str) -> CriteriaListed:
    """The newest version of the criteria of which this is one. Raises NotFound."""
    return (await criteria_versions(conn, (await criteria.get(conn, criteria_id)).name))[0]


async def publish_criteria(
    conn: Connection, new: NewCriteria, who: Principal, *, seen: str, campaigns_too: bool
) -> CriteriaVersion:
    """The next version after the one that was `seen`; with `campaigns_too`, campaigns go by it from now on.

    Raises Conflict `changed_meanwhile`, `duplicate` for a name that was to be new, Invalid `contradiction`.
    """
    await hold(conn, CRITERIA, new.name)
    newest = await criteria.newest_version(conn, new.name)
    if newest and str(newest) != seen:
        if seen == "0":
            raise Conflict("There are criteria of this name already", code="duplicate", field="name")
        by = (await criteria.versions_of(conn, new.name))[0].created_by
        raise await published_meanwhile(conn, by, newest)
    made = await add_criteria(conn, new, who.person)
    if campaigns_too:
        await criteria.take_up(conn, made)
    await remember(conn, who)
    return made


async def score_in_use(conn: Connection) -> ScoreDetails | None:
    """What orders the queue of those who are worth calling; none while nobody has activated a score."""
    active = await scores.active_id(conn)
    return None if active is None else await scores.get(conn, active)
