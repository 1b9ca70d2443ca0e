"""What all workflows share: an inbox of people's answers, readable details, search attributes, reports.

Nothing here knows a tier. No calendar arithmetic: deadlines arrive as absolute times.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import search_attributes as sa
    from workflows.contracts.base import Answer, Cancel, ContactCard, DoNotCall, InboundCall, Tier
    from workflows.contracts.commission import MoneyEvent
    from workflows.contracts.conversion import ConversionActivities
    from workflows.contracts.lead_gen import LeadGenActivities, RegisterUpdate, TakeAnswer
    from workflows.contracts.open_care import RegisterCustomer
    from workflows.options import TO_CONVERSION, TO_LEAD_GEN

REMEMBERED_ANSWERS = 200
STORY_STEPS = 12
# A customer's care must stay far below the bar of 5,000 events; one touch costs about 25.
CONTINUE_AFTER_EVENTS = 2_000


class Inbox:
    """People's answers in order of arrival, each once.

    The outbox delivers at least once, so an answer whose event id was seen is dropped. `seen` is bounded
    and can be carried over continue-as-new.
    """

    def __init__(self, seen: Iterable[str] = ()) -> None:
        self._seen: deque[str] = deque(seen, maxlen=REMEMBERED_ANSWERS)
        self._waiting: deque[Answer] = deque()

    def put(self, answer: Answer) -> None:
        """Take an answer from a signal handler."""
        if answer.event_id not in self._seen:
            self._seen.append(answer.event_id)
            self._waiting.append(answer)

    @property
    def empty(self) -> bool:
        """Nothing waits to be read."""
        return not self._waiting

    @property
    def seen(self) -> list[str]:
        """The last event ids, oldest first."""
        return list(self._seen)

    async def next(self, deadline: datetime | None = None, summary: str | None = None) -> Answer | None:
        """The next answer, or None once `deadline` (UTC) has passed; `summary` names the timer in the history."""
        if not self._waiting and deadline is not None:
            left = deadline - workflow.now()
            if left <= timedelta(0):
                return None
            try:
                await workflow.wait_condition(lambda: bool(self._waiting), timeout=left, timeout_summary=summary)
            except TimeoutError:
                return None
        await workflow.wait_condition(lambda: bool(self._waiting))
        return self._waiting.popleft()


class Listener:
    """The signals that reach a lead at every stage. All they do is put the answer into the inbox."""

    _inbox: Inbox

    @workflow.signal
    def inbound_called(self, answer: InboundCall) -> None:
        """The lead or customer called us."""
        self._inbox.put(answer)

    @workflow.signal
    def do_not_call(self, answer: DoNotCall) -> None:
        """Consent was withdrawn."""
        self._inbox.put(answer)

    @workflow.signal
    def cancel(self, answer: Cancel) -> None:
        """The house gives the lead up."""
        self._inbox.put(answer)


class Story:
    """The last steps in business words, shown as the workflow's current details."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._steps: deque[str] = deque(maxlen=STORY_STEPS)

    def tell(self, step: str) -> None:
        """Add a step. No contact data: people without access to it read this."""
        self._steps.append(f"- {workflow.now():%Y-%m-%d %H:%M:%S} {step}")
        workflow.set_current_details("\n".join([f"**{self._title}**", "", *self._steps]))


def when(moment: datetime | None) -> str:
    """A time as people read it in summaries (UTC)."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "any time"


def spread(deadline: datetime) -> datetime:
    """The deadline plus a jitter of up to one per cent of the wait, a minute at most.

    "Everybody at 09:00" would otherwise fall due in one instant. It follows from the workflow's id, so a
    replay computes the same.
    """
    most = min(timedelta(minutes=1), max(timedelta(0), (deadline - workflow.now()) / 100))
    return deadline + most * (zlib.crc32(workflow.info().workflow_id.encode()) % 1000 / 1000)


def attributes(
    *,
    lead_id: str,
    tier: Tier,
    stage: str,
    campaign: str | None = None,
    segment: str | None = None,
    owner: str | None = None,
    next_action_at: datetime | None = None,
) -> TypedSearchAttributes:
    """Search attributes for the start of a workflow; what is not known is left out."""
    values: list[tuple[Any, Any]] = [
        (sa.LEAD, lead_id),
        (sa.LEAD_TIER, tier.value),
        (sa.LEAD_STAGE, stage),
        (sa.CAMPAIGN, campaign),
        (sa.SEGMENT, segment),
        (sa.OWNER, owner),
        (sa.NEXT_ACTION_AT, next_action_at),
    ]
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values if value])


class Shown:
    """The search attributes of this workflow: upserts only what changed, all in one event."""

    def __init__(self) -> None:
        # What the workflow was started with need not be written again.
        self._shown: dict[Any, Any] = {pair.key: pair.value for pair in workflow.info().typed_search_attributes}

    def show(
        self,
        *,
        stage: str | None = None,
        owner: str | None = None,
        next_action_at: datetime | None = None,
        overdue: bool | None = None,
        attempts: int | None = None,
    ) -> None:
        """Write the values that differ from what is shown; None leaves an attribute as it is."""
        wanted: list[tuple[Any, Any]] = [
            (sa.LEAD_STAGE, stage),
            (sa.OWNER, owner),
            (sa.NEXT_ACTION_AT, next_action_at),
            (sa.OVERDUE, overdue),
            (sa.ATTEMPTS, attempts),
        ]
        changed = [(k, v) for k, v in wanted if v is not None and self._shown.get(k) != v]
        if overdue is False and sa.OVERDUE not in self._shown:
            changed = [(k, v) for k, v in changed if k is not sa.OVERDUE]
        if changed:
            self._shown.update(changed)
            workflow.upsert_search_attributes([key.value_set(value) for key, value in changed])


class Register:
    """Tells tier 1's register where the lead is now, without waiting for tier 1."""

    def __init__(self, key: str, number: int = 0) -> None:
        self._key = key
        self._reports: list[workflow.ActivityHandle[Any]] = []
        self.number = number

    def tell(self, lead_id: str, tier: Tier, stage: str, owner: str | None, workflow_id: str | None = None) -> None:
        """Start the report; it is awaited only before the workflow ends."""
        me = workflow.info().workflow_id
        self.number += 1
        update = RegisterUpdate(
            key=f"{self._key}:register:{self.number}",
            lead_id=lead_id,
            tier=tier,
            stage=stage,
            owner=owner,
            workflow_id=workflow_id or me,
            at=self._at(),
        )
        self._reports.append(
            workflow.start_activity_method(
                LeadGenActivities.update_register, update, summary=f"Register: {stage}", **TO_LEAD_GEN
            )
        )

    def _at(self) -> datetime:
        """Now, and later than the report before: two of one instant may arrive in any order, and the later counts."""
        return workflow.now() + timedelta(microseconds=self.number)

    def introduce(self, customer_id: str, contact: ContactCard, owner: str | None) -> None:
        """Start to make a customer of before known to the register; awaited only before the end."""
        self.number += 1
        request = RegisterCustomer(
            key=f"{self._key}:register:{self.number}",
            customer_id=customer_id,
            contact=contact,
            owner=owner,
            workflow_id=workflow.info().workflow_id,
            at=self._at(),
        )
        self._reports.append(
            workflow.start_activity_method(
                LeadGenActivities.register_customer, request, summary="Register: a customer of before", **TO_LEAD_GEN
            )
        )

    def answer(self, answer: TakeAnswer) -> None:
        """Start to pass a manager's answer on to the caller who asked; it too is awaited only before the end."""
        self._reports.append(
            workflow.start_activity_method(
                LeadGenActivities.take_answer, answer, summary="Answer to the caller's question", **TO_LEAD_GEN
            )
        )

    def money(self, event: MoneyEvent) -> None:
        """Start to tell tier 2's commission ledger of money; awaited only before the end."""
        self._reports.append(
            workflow.start_activity_method(
                ConversionActivities.record_commission, event, summary=f"Commission: {event.kind}", **TO_CONVERSION
            )
        )

    async def told(self) -> None:
        """Wait until every report has arrived."""
        await asyncio.gather(*self._reports)


def must_continue_as_new(inbox: Inbox) -> bool:
    """The history is long enough and no answer waits to be read."""
    info = workflow.info()
    long = info.is_continue_as_new_suggested() or info.get_current_history_length() > CONTINUE_AFTER_EVENTS
    return long and inbox.empty and workflow.all_handlers_finished()


def earliest(deadlines: Sequence[tuple[datetime, str]]) -> tuple[datetime, str] | None:
    """The deadline that falls due first, with its name."""
    return min(deadlines, default=None)
