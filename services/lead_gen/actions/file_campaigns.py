"""Which campaigns that run take a file's leads up, how many, and by when."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.chassis.imports import jobs
from services.lead_gen.actions.places import never_callable
from services.lead_gen.domain.file_pages import FileInCampaign
from services.lead_gen.repository import campaigns, criteria, enrolment
from services.lead_gen.repository.policies import policies

MOST = 10


async def campaigns_of_file(conn: Connection, import_id: str, now: datetime) -> list[FileInCampaign]:
    """Of each campaign that runs: how many of the file's leads wait for it, and how many it has. Raises NotFound."""
    file, policy = await jobs.get(conn, import_id), await policies.rules(conn)
    running = (await campaigns.running(conn))[:MOST]
    never = await never_callable(conn, policy) if running else []
    taken = await enrolment.taken_of_file(conn, import_id, [one.id for one in running])
    # A campaign looks once in every stretch of this length: by its end it has seen the whole file.
    seen_by = (file.finished_at or now) + policy.campaign_tick
    return [
        FileInCampaign(
            campaign_id=one.id,
            name=one.name,
            fits=await enrolment.count_of_file(conn, await criteria.rules_of(conn, one.criteria_id), import_id, never),
            taken=taken.get(one.id, 0),
            looks_by=seen_by if seen_by > now else now + policy.campaign_tick,
        )
        for one in running
    ]
