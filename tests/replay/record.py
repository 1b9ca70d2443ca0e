"""Records one history of each story into `histories/`: `python -m tests.replay.record`.

Run it after an intended, patched change of a workflow, and keep the older files beside the new ones.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.workflows.conftest import TEST_SERVER, register_search_attributes
from tests.workflows.house import House, open_house
from tests.workflows.test_cold_call import call_ends
from tests.workflows.test_conversion import accept, win
from tests.workflows.test_customer_care import answer_nudge, pay
from workflows.contracts import account_mgmt as am
from workflows.contracts import ids
from workflows.contracts.conversion import Lost
from workflows.contracts.lead_gen import CallOutcome, RegisterUpdate
from workflows.conversion import Conversion

HISTORIES = Path(__file__).with_name("histories")


async def cold_call(house: House) -> str:
    """Two calls in vain, a callback, interest, hand-over."""
    handle = await house.start_cold_call()
    await call_ends(house, 1, CallOutcome.NO_ANSWER)
    await call_ends(house, 2, CallOutcome.BUSY)
    await call_ends(house, 3, CallOutcome.CALLBACK, callback_at=await house.later(hours=2), personal=True)
    await call_ends(house, 4, CallOutcome.INTERESTED)
    await handle.result()
    return ids.cold_call(house.lead_id)


async def conversion(house: House) -> str:
    """A manager accepts, the deal sleeps, returns to the same manager and is won."""
    handle = await house.start_conversion()
    await accept(house, handle)
    sleep = Lost(**await house.answer("manager-1"), reason="next season", return_at=await house.later(days=30))
    await handle.signal(Conversion.lost, sleep)
    await house.lead_gen.nth(RegisterUpdate, 2)
    await house.pass_time(days=31)
    await accept(house, handle, 2)
    await win(house, handle)
    await handle.result()
    return ids.conversion(house.lead_id)


async def customer_care(house: House) -> str:
    """First invoice paid, a nudge answered with an order, the next one with leaving."""
    handle = await house.start_care()
    await pay(house, handle)
    await house.pass_time(days=31)
    await answer_nudge(
        house,
        handle,
        1,
        am.NudgeOutcome.ORDERED,
        order_id="order-2",
        invoice_id="invoice-2",
        due_at=await house.later(days=14),
        next_nudge_at=await house.later(days=60),
    )
    await house.pass_time(days=62)
    await answer_nudge(house, handle, 2, am.NudgeOutcome.LEFT)
    await handle.result()
    return ids.customer(house.lead_id)


async def main() -> None:
    """Record every story on a server of its own."""
    for story in (cold_call, conversion, customer_care):
        env = await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=str(TEST_SERVER), data_converter=pydantic_data_converter
        )
        await register_search_attributes(env)
        async with open_house(env) as house:
            workflow_id = await story(house)
            history = await house.client.get_workflow_handle(workflow_id).fetch_history()
            (HISTORIES / f"{story.__name__}-0001.json").write_text(history.to_json() + "\n")
        await env.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
