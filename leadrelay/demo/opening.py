"""Before work begins: staff, catalogue, script, criteria, the sample of leads, the campaign. Doing it again is safe.

What exists is found by its name or id and left as it is, so the department can be opened any number of times on the
same data.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from leadrelay.demo.day import Day, Desk, Json
from leadrelay.demo.existing import existing_customers
from leadrelay.demo.people import (
    ACCOUNT_MANAGERS,
    CALLERS,
    CAMPAIGN,
    CATALOGUE,
    CRITERIA,
    INSTRUCTIONS,
    MANAGERS,
    SCRIPT,
    SUPERVISOR,
)
from leadrelay.demo.sample import SAMPLE

IMPORT_LOOK_EVERY: Final = 0.5
EXISTING: Final = "existing-customers.csv"

Tell = Callable[[str], None]


class OpeningFailed(Exception):
    """The department cannot begin to work; the message says why."""


async def open_department(day: Day, tell: Tell) -> str:
    """Make everything the department needs and start the campaign. Returns the campaign's id.

    Raises OpeningFailed when the sample cannot be imported.
    """
    await asyncio.gather(_conversion(day), _account_mgmt(day))
    desk = day.desk("lead_gen", "supervisor", SUPERVISOR)
    for caller in CALLERS:
        body: Json = {"id": caller.id, "name": caller.name, "languages": list(caller.languages), "daily_quota": None}
        await desk.post("/v1/callers", body, key=f"caller:{caller.id}")
    campaign = await _named(desk, "/v1/campaigns", CAMPAIGN)
    if campaign is None:
        await _import(day, desk, tell)
        campaign = await _campaign(desk)
    if campaign["state"] == "draft":
        await desk.post(f"/v1/campaigns/{campaign['id']}/start", {}, key=f"{campaign['id']}:start")
        tell(f"campaign {CAMPAIGN} started")
    return str(campaign["id"])


async def _conversion(day: Day) -> None:
    desk = day.desk("conversion", "supervisor", SUPERVISOR)
    for manager in MANAGERS:
        body: Json = {
            "id": manager.id,
            "name": manager.name,
            "languages": list(manager.languages),
            "regions": [],
            "segments": [],
            "weight": 1,
            "capacity": 60,
            "active": True,
        }
        await desk.post("/v1/managers", body, key=f"manager:{manager.id}")


async def _account_mgmt(day: Day) -> None:
    desk = day.desk("account_mgmt", "supervisor", SUPERVISOR)
    for manager in ACCOUNT_MANAGERS:
        body: Json = {"id": manager.id, "name": manager.name, "capacity": 500, "active": True}
        await desk.post("/v1/account-managers", body, key=f"account-manager:{manager.id}")
    for service in CATALOGUE:
        body = {
            "id": service.id,
            "name": service.name,
            "names": {"uk": service.ukrainian},
            "unit": service.unit,
            "price": {"amount": service.price, "currency": "UAH"},
            "tax_percent": service.tax_percent,
            # International transport is zero-rated in Ukraine.
            "tax_category": "" if float(service.tax_percent) else "Z",
        }
        await desk.post("/v1/products", body, key=f"product:{service.id}")
    known = [job async for job in desk.items("/v1/imports")]
    if not any(job["filename"] == EXISTING for job in known):
        # Taken in while the rest opens: nobody waits for it, and their managers find them within seconds.
        content = existing_customers(datetime.now(UTC).date(), day.seed)
        await desk.upload("/v1/imports", EXISTING, content, {"default_region": "UA"}, key=f"existing:{day.run}")


async def _import(day: Day, desk: Desk, tell: Tell) -> None:
    content = SAMPLE.read_bytes()
    fields = {"mapping": "hubspot", "default_region": "UA"}
    key = f"import:{hashlib.sha256(content).hexdigest()[:32]}"
    job = (await desk.upload("/v1/imports", SAMPLE.name, content, fields, key=key)).body
    while job["state"] not in ("done", "failed", "cancelled"):
        await day.pause(IMPORT_LOOK_EVERY)
        job = await desk.get(f"/v1/imports/{job['id']}") or job
    if job["state"] != "done":
        raise OpeningFailed(f"the sample was not imported: {job['error'] or job['state']}")
    counted = ("accepted", "merged", "duplicates", "rejected")
    tell(f"{SAMPLE.name}: {job['rows']} rows, " + ", ".join(f"{job[name]} {name}" for name in counted))


async def _campaign(desk: Desk) -> Json:
    script = await _named(desk, "/v1/scripts", str(SCRIPT["name"]))
    if script is None:
        script = (await desk.post("/v1/scripts", SCRIPT, key="script:spring-freight")).body
    criteria = await _named(desk, "/v1/criteria", str(CRITERIA["name"]))
    if criteria is None:
        criteria = (await desk.post("/v1/criteria", CRITERIA, key="criteria:spring-freight")).body
    known = {item["title"] async for item in desk.items("/v1/instructions")}
    for number, (title, text, tag) in enumerate(INSTRUCTIONS):
        if title not in known:
            body: Json = {"title": title, "text": text, "tags": [tag]}
            await desk.post("/v1/instructions", body, key=f"instruction:{number}")
    body = {"name": CAMPAIGN, "criteria_id": criteria["id"], "script_id": script["id"], "priority": 0}
    made = await desk.post("/v1/campaigns", body, key="campaign:spring-freight")
    return made.body if made.ok else await _found(desk)


async def _found(desk: Desk) -> Json:
    campaign = await _named(desk, "/v1/campaigns", CAMPAIGN)
    if campaign is None:
        raise OpeningFailed(f"the campaign {CAMPAIGN} was refused")
    return campaign


async def _named(desk: Desk, path: str, name: str) -> Json | None:
    async for item in desk.items(path):
        if item["name"] == name:
            return item
    return None
