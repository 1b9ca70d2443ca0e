"""Stories of ends: what comes in while a workflow ends, and what is refused on the way."""

from __future__ import annotations

from temporalio.exceptions import ApplicationError

from tests.workflows.tiers import ALL, Tiers, accepted, working
from workflows.cold_call import ColdCall
from workflows.contracts import account_mgmt as am
from workflows.contracts import conversion as cv
from workflows.contracts import ids
from workflows.contracts import lead_gen as lg
from workflows.contracts.base import Cancel, DoNotCall, InboundCall
from workflows.contracts.customer_status import CustomerStatusChanged
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare


async def cold_call(tiers: Tiers) -> str:
    """A caller hears a no while the lead calls us; then it opts out."""
    async with working(tiers, *ALL):
        handle = await tiers.start_cold_call()
        call = await tiers.lead_gen.nth(lg.OpenCall)
        await tiers.settles(handle)
    await handle.signal(ColdCall.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
    told = lg.CallAnswered(
        **await tiers.answer("anna"), item_id=call.key, attempt=1, outcome=lg.CallOutcome.HARD_QUESTION
    )
    await handle.signal(ColdCall.call_answered, told)
    await handle.signal(ColdCall.do_not_call, DoNotCall(**await tiers.answer()))
    async with working(tiers, *ALL):
        await handle.result()
    return ids.cold_call(tiers.lead_id)


async def conversion(tiers: Tiers) -> str:
    """A sleeping deal hears a stray step, is woken by a call, lost, and called for again in that moment."""
    async with working(tiers, *ALL):
        handle = await tiers.start_conversion()
        await accepted(tiers, handle)
        sleep = cv.Lost(**await tiers.answer("manager-1"), reason="season", return_at=await tiers.later(days=90))
        await handle.signal(Conversion.lost, sleep)
        await tiers.shows(handle, stage="asleep")
        stray = cv.DealMoved(
            **await tiers.answer(), what="a note", stage=cv.Stage.INFORMING, next_action_at=await tiers.later(days=1)
        )
        await handle.signal(Conversion.moved, stray)
        await handle.signal(Conversion.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
        await accepted(tiers, handle, 2)
        await tiers.settles(handle)
    await handle.signal(Conversion.lost, cv.Lost(**await tiers.answer("manager-1"), reason="price"))
    await handle.signal(Conversion.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-2"))
    async with working(tiers, *ALL):
        await accepted(tiers, handle, 3)
        await handle.signal(Conversion.won, cv.Won(**await tiers.answer("manager-1"), order=await tiers.order()))
        await handle.result()
    return ids.conversion(tiers.lead_id)


async def customer_care(tiers: Tiers) -> str:
    """The account is refused at first; the customer leaves with a debt, calls, and pays in the end."""

    def refuse(_: am.OpenAccount) -> am.OpenedAccount:
        raise ApplicationError("there is no legal entity", type="invalid", non_retryable=True)

    tiers.account_mgmt.answers[am.OpenAccount] = refuse
    async with working(tiers, *ALL):
        handle = await tiers.start_care()
        await tiers.pass_time(minutes=61)
        del tiers.account_mgmt.answers[am.OpenAccount]
        await tiers.pass_time(hours=1)
        left = CustomerStatusChanged(**await tiers.answer(), standing="lost", reason="left")
        await handle.signal(CustomerCare.standing_changed, left)
        await tiers.settles(handle)
        await handle.signal(CustomerCare.inbound_called, InboundCall(**await tiers.answer(), inbound_call_id="in-1"))
        await tiers.pass_time(days=16)
        paid = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=True)
        await handle.signal(CustomerCare.invoice_paid, paid)
        await handle.result()
    return ids.customer(tiers.lead_id)


async def customer_care_debts(tiers: Tiers) -> str:
    """Care is cancelled with a debt: a reminder, a rest, the next one, a second cancellation, and the money."""
    async with working(tiers, *ALL):
        handle = await tiers.start_care()
        await tiers.account_mgmt.nth(am.OpenAccount)
        await handle.signal(CustomerCare.cancel, Cancel(**await tiers.answer("ops"), reason="insolvent"))
        await tiers.pass_time(days=15)
        until = await tiers.later(days=20)
        tiers.account_mgmt.answers[am.RemindInvoice] = lambda _: am.RemindedInvoice(next_at=until, put_off=True)
        await tiers.pass_time(days=10)
        del tiers.account_mgmt.answers[am.RemindInvoice]
        await tiers.pass_time(days=12)
        await handle.signal(CustomerCare.cancel, Cancel(**await tiers.answer("ops"), reason="again"))
        paid = am.InvoicePaid(**await tiers.answer(), invoice_id="invoice:deal-1", settled=True)
        await handle.signal(CustomerCare.invoice_paid, paid)
        await handle.result()
    return ids.customer(tiers.lead_id)
