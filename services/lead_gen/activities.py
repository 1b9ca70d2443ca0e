"""Tier 1's activities. Each effect happens once per key, however often Temporal delivers the request."""

from __future__ import annotations

from temporalio import activity

from services.chassis.db import Pool
from services.chassis.effects import once
from services.lead_gen.actions import (
    answers,
    cold_calls,
    contact_corrections,
    customers,
    do_not_call,
    enrolment,
    hand_overs,
    leads,
)
from workflows.contracts.base import Done
from workflows.contracts.lead_gen import (
    CallbackLate,
    CloseLead,
    ContactCorrected,
    EnrolBatch,
    Enrolled,
    HandOverPack,
    LeadGenActivities,
    OpenCall,
    OpenedCall,
    PrepareHandOver,
    RegisterCustomer,
    RegisterUpdate,
    TakeAnswer,
    WithdrawConsent,
)


class Activities(LeadGenActivities):
    """Holds the pool; one transaction per activity. What its own rows do not make idempotent is kept by key."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="lead_gen.open_call")
    async def open_call(self, request: OpenCall) -> OpenedCall:
        """Open the work item of one call attempt, due inside the lead's calling window."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await cold_calls.open_call(conn, request)

    @activity.defn(name="lead_gen.callback_late")
    async def callback_late(self, request: CallbackLate) -> Done:
        """Give a late personal callback to the whole shift and put it first."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await cold_calls.callback_late(conn, request)

    @activity.defn(name="lead_gen.close_lead")
    async def close_lead(self, request: CloseLead) -> Done:
        """Cancel what is open for the lead in tier 1 and write its last stage into the register."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await cold_calls.close_lead(conn, request)

    @activity.defn(name="lead_gen.prepare_hand_over")
    async def prepare_hand_over(self, request: PrepareHandOver) -> HandOverPack:
        """Collect the contact card and the calls' story, and end the calling."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await hand_overs.prepare_hand_over(conn, request)

    @activity.defn(name="lead_gen.take_answer")
    async def take_answer(self, request: TakeAnswer) -> Done:
        """Keep the answer for the caller who passed the question on; publish it as an instruction."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await answers.take_answer(conn, request)

    @activity.defn(name="lead_gen.register_customer")
    async def register_customer(self, request: RegisterCustomer) -> Done:
        """Know an existing customer, so that its calls reach its account manager. Asked by tier 3."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await customers.register_customer(conn, request)

    @activity.defn(name="lead_gen.update_register")
    async def update_register(self, request: RegisterUpdate) -> Done:
        """Write where the lead is now. Asked by the other tiers."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await leads.update_register(conn, request)

    @activity.defn(name="lead_gen.correct_contact")
    async def correct_contact(self, request: ContactCorrected) -> Done:
        """Write who the lead is, as the tier that has it has learned."""
        async with self._pool.acquire() as conn, conn.transaction():
            return await contact_corrections.correct_contact(conn, request)

    @activity.defn(name="lead_gen.withdraw_consent")
    async def withdraw_consent(self, request: WithdrawConsent) -> Done:
        """Write on the ledger what another tier was told, and tell the workflow that has the lead."""
        return await once(self._pool, request.key, Done, lambda conn: do_not_call.withdraw_consent(conn, request))

    @activity.defn(name="lead_gen.enrol_batch")
    async def enrol_batch(self, request: EnrolBatch) -> Enrolled:
        """Enrol the campaign's best leads and start their workflows through the outbox."""
        return await once(self._pool, request.key, Enrolled, lambda conn: enrolment.enrol_batch(conn, request))
