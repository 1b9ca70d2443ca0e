"""A restore rehearsed on a running house: records of an earlier time beside Temporal's, then Temporal's data lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from leadrelay.backup.manifest import read_manifest
from tests.e2e.test_check import accepted, become_customer, called, look
from tests.fixtures.house import House, import_leads, until
from tests.stack.running import leadrelay


async def run(*arguments: str | Path) -> str:
    done = await asyncio.to_thread(leadrelay, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def becomes_clean(house: House) -> str:
    """Repair until everything agrees; the first repair's words."""
    told = [(await look(house, "--repair", "--yes"))[1]]

    async def clean() -> bool:
        code, said = await look(house, "--repair", "--yes")
        told.append(said)
        return code == 0

    await until(clean)
    return told[0]


async def stages(house: House) -> dict[str, Any]:
    """Where the register has each lead."""
    return {
        lead["company"]: (lead["tier"], lead["stage"]) for lead in (await house.get("lead_gen", "/v1/leads"))["items"]
    }


async def work_goes_on(house: House, campaign: str) -> None:
    await called(house, campaign, "no_answer")
    await become_customer(house, await called(house, campaign, "interested"))


async def test_records_of_an_earlier_time_and_a_lost_temporal_are_mended(house: House, tmp_path: Path) -> None:
    await house.post("conversion", "/v1/managers", {"id": "maria", "name": "Maria"})
    await house.post("account_mgmt", "/v1/account-managers", {"id": "oleh", "name": "Oleh"})
    campaign = await import_leads(house, "granite", 6, 1270000)
    await become_customer(house, await called(house, campaign, "interested"))
    await accepted(house, await called(house, campaign, "interested"))
    await called(house, campaign, "no_answer")
    await run("backup", "--into", tmp_path, "--data", house.up.data)
    [folder] = tmp_path.iterdir()
    invoices = read_manifest(folder).part("account_mgmt").rows["invoices"]
    await work_goes_on(house, campaign)

    refused = await asyncio.to_thread(leadrelay, "restore", folder, "--overwrite", "--data", house.up.data)
    assert (refused.returncode, "stop it first" in refused.stderr) == (1, True)
    await asyncio.to_thread(house.up.stop)
    told = await run("restore", folder, "--overwrite", "--data", house.up.data)
    assert "invoice numbers" in told and "went out after the backup" in told

    await asyncio.to_thread(house.up.start)
    assert "workflows knew more than the restored records" in house.up.said()
    await becomes_clean(house)
    numbers = [one["number"] for one in (await house.get("account_mgmt", "/v1/invoices"))["items"]]
    assert len(numbers) == invoices
    await work_goes_on(house, campaign)
    # What was given in the time that was lost is not given again.
    later = {one["number"] for one in (await house.get("account_mgmt", "/v1/invoices"))["items"]} - {*numbers}
    assert {int(number.rpartition("-")[2]) for number in later} == {invoices + 2}

    before = await stages(house)
    await asyncio.to_thread(house.up.stop)
    for file in house.up.data.glob("temporal.db*"):
        file.unlink()
    await asyncio.to_thread(house.up.start)
    said = await becomes_clean(house)
    assert "the deal is offered again" in said and "care goes on" in said
    assert {tier for tier, _ in (await stages(house)).values()} == {tier for tier, _ in before.values()}
    await work_goes_on(house, campaign)
