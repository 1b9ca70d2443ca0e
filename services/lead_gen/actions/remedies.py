"""What could be done about supply at this moment, from who is here, what waits and which campaigns stand still."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from services.chassis import work_items
from services.chassis.db import Connection
from services.lead_gen.actions.supply import calling_hours, calling_zones
from services.lead_gen.domain.floor import CampaignOnFloor, Coming, LateCallback, OnFloor
from services.lead_gen.domain.pace import open_time
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.remedies import Chances, IdleCampaign, LateShift, shares_of
from services.lead_gen.domain.supply import Situation

# A campaign that stands still for longer than anybody remembers helps nobody now.
MOST_IDLE = 5


async def chances_now(
    conn: Connection,
    policy: Policy,
    known: Situation,
    here: Sequence[OnFloor],
    coming: Sequence[Coming],
    campaigns: Sequence[CampaignOnFloor],
    late: Sequence[LateCallback],
) -> Chances:
    """Acts that are open to a supervisor, with their hours."""
    zones = await calling_zones(conn)
    open_until = partial(open_time, policy, zones, known.now)
    missing = [one for one in coming if one.starts_at <= known.now]
    return Chances(
        open_hours=open_until(known.until),
        late_shifts=[
            LateShift(caller=one.caller, name=one.name, hours=open_until(min(one.ends_at, known.until)))
            for one in missing
        ],
        idle=await _idle(conn, policy, known, zones, campaigns),
        running=shares_of((one.id, one.name, one.interested) for one in campaigns if one.state == "running"),
        promised=sum(one.item_id is not None and one.leased_by is None for one in late),
        talks=sum(one.talks for one in campaigns),
        interested=sum(one.interested for one in campaigns),
        callers=len(here),
    )


async def _idle(
    conn: Connection, policy: Policy, known: Situation, zones: set[str], campaigns: Sequence[CampaignOnFloor]
) -> list[IdleCampaign]:
    """Campaigns that do not run, with the hours of calling that their zones would open."""
    still = sorted((one for one in campaigns if one.state != "running"), key=lambda one: -one.due)[:MOST_IDLE]
    own = await _zones_of_campaigns(conn) if still else {}
    found = []
    for one in still:
        wider = zones | own.get(one.id, set())
        hours = await calling_hours(conn, policy, known.now, known.until, wider) if wider != zones else 0.0
        room = max(0, min(policy.window - one.in_work, policy.batch))
        more = max(0.0, hours - known.calling_hours)
        found.append(IdleCampaign(id=one.id, name=one.name, due=one.due, hours=more, room=room))
    return found


async def _zones_of_campaigns(conn: Connection) -> dict[str, set[str]]:
    """The time zones of the calls that are open, by campaign, whether it runs or not."""
    found: dict[str, set[str]] = defaultdict(set)
    for group in await work_items.open_groups(conn, "call"):
        campaign, zone, *_ = [*group.split("|"), ""]
        found[campaign].add(zone)
    return dict(found)
