"""What tier 1 hears of a deal: where the lead is now, and answers for the caller who asked.

Each report is appended in the transaction of the record it reports, so nothing that happens to a worker loses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis import outbox
from services.chassis.db import Connection
from services.conversion.domain.deals import Deal
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.conversion import AnsweredQuestion
from workflows.contracts.lead_gen import ContactCorrected, LeadGenActivities, RegisterUpdate, TakeAnswer


async def report_place(
    conn: Connection, deal: Deal, stage: str, owner: str | None, *, event_id: str, at: datetime
) -> None:
    """Tell the register that tier 2 has the lead, in this stage and with this owner."""
    await report_lead(conn, deal.lead_id, deal.workflow_id, stage, owner, event_id=event_id, at=at)


async def report_lead(
    conn: Connection, lead_id: str, workflow_id: str, stage: str, owner: str | None, *, event_id: str, at: datetime
) -> None:
    """As `report_place`, for a lead that has no deal."""
    update = RegisterUpdate(
        key=f"{event_id}:register", lead_id=lead_id, tier=Tier.CONVERSION, stage=stage, owner=owner,
        workflow_id=workflow_id, at=at,
    )  # fmt: skip
    await _report(conn, update)


async def report_won(conn: Connection, deal: Deal, *, event_id: str, at: datetime) -> None:
    """Tell the register that the lead is a customer from now on; who looks after it, tier 3 says later."""
    update = RegisterUpdate(
        key=f"{event_id}:register", lead_id=deal.lead_id, tier=Tier.ACCOUNT_MGMT, stage=deal.stage,
        workflow_id=ids.customer(deal.lead_id), at=at,
    )  # fmt: skip
    await _report(conn, update)


async def _report(conn: Connection, update: RegisterUpdate) -> None:
    await outbox.report(
        conn, LeadGenActivities.update_register, update, line=f"register:{update.lead_id}",
        summary=f"Register: {update.stage}",
    )  # fmt: skip


async def report_answer(
    conn: Connection, deal: Deal, answered: AnsweredQuestion, by: str, *, event_id: str, at: datetime
) -> None:
    """Pass a manager's answer on to the caller who asked."""
    answer = TakeAnswer(
        key=event_id, lead_id=deal.lead_id, question=answered.question, answer=answered.answer,
        publish=answered.publish, answered_by=by, answered_at=at,
    )  # fmt: skip
    await outbox.report(
        conn, LeadGenActivities.take_answer, answer, line=f"answers:{deal.lead_id}",
        summary="Answer to the caller's question",
    )  # fmt: skip


async def report_contact(
    conn: Connection, deal: Deal, fields: Sequence[str], by: str, *, event_id: str, at: datetime
) -> None:
    """Tell the register who the lead is, as its manager has learned: these fields of the card."""
    corrected = ContactCorrected(
        key=f"contact:{event_id}", lead_id=deal.lead_id, contact=deal.contact, fields=list(fields), by=by, at=at
    )
    await outbox.report(
        conn, LeadGenActivities.correct_contact, corrected, line=f"contact:{deal.lead_id}",
        summary="Register: who the lead is",
    )  # fmt: skip
