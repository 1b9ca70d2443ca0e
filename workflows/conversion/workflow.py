"""Tier 2: find a manager for the lead, remind until the deal is won or lost, let it sleep and come back.

Managers work in the deal's record through REST; each of their answers arrives here with the time of the next
step, and the workflow holds the timer that makes sure the step is not forgotten.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import ids
    from workflows.contracts.account_mgmt import CustomerCareWorkflow, WonAgain
    from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall, Tier
    from workflows.contracts.conversion import (
        Accepted,
        ConversionInput,
        ConversionResult,
        DealMoved,
        HandedOver,
        HandOver,
        HandOverReason,
        Lost,
        PlaybookPlanned,
        Reassigned,
        Returned,
        Stage,
        Won,
    )
    from workflows.conversion.activities import Activities
    from workflows.conversion.assignment import AlreadyCustomer, ManagerSearch
    from workflows.conversion.late_answers import LateAnswers, began_with
    from workflows.conversion.signals import ConversionListener
    from workflows.deadlines import earliest, spread, when
    from workflows.inbox import Inbox
    from workflows.relay import hand_to_customer_care, tell_customer_care
    from workflows.tier_reports import Register
    from workflows.visibility import Shown, Story


STEP, STALE, PLAYBOOK = "step", "stale", "playbook"
_LEAST_PAUSE, _IDLE_PAUSE = timedelta(seconds=1), timedelta(minutes=15)
SLEEPS_ON, SHOWS_AWAKE = "only-the-lead-wakes-a-deal", "shows-an-awake-deal"
ONCE = "a-call-that-began-a-deal-is-no-second-call"
_WAKES = (InboundCall, HandedOver, DoNotCall, Cancel)


@workflow.defn(name="Conversion")
class Conversion(ConversionListener):
    """Carries one lead from the hand-over to the first sale."""

    @workflow.init
    def __init__(self, start: ConversionInput) -> None:
        self._lead_id = start.lead_id
        self._me = ids.conversion(start.lead_id)
        self._reports_itself = start.reports_itself
        self._inbox = Inbox()
        self._story = Story(f"Conversion, {start.hand_over.reason.replace('_', ' ')}")
        self._shown = Shown()
        self._begin(start.hand_over)

    def _begin(self, hand_over: HandOver) -> None:
        """A life of the lead in tier 2: the hand-over's id makes the keys of its effects new."""
        self._hand_over = hand_over
        self._life = f"{self._me}:{hand_over.id}"
        self._activities = Activities(self._lead_id, self._me, self._life)
        self._register = Register(self._life, owes_reports=self._reports_itself)
        self._late = LateAnswers(self._lead_id, self._inbox, self._activities)
        self._search = ManagerSearch(self._activities, self._inbox, self._story, self._take_note)
        self._given_back: list[str] = []
        self._owner: str | None = None
        self._stage = Stage.OFFERED
        never: datetime | None = None
        self._next_action_at = self._stale_at = self._playbook_at = never
        self._playbook_steps = self._reminders = self._extras = 0

    @workflow.run
    async def run(self, _start: ConversionInput) -> ConversionResult:
        """Offer, work, end; what comes in while this ends is passed on, or begins the next life of the lead here."""
        try:
            while True:
                result = await self._end(await self._convert())
                again = await self._late.pass_on(self._hand_over, self._owner, won=self._stage is Stage.WON)
                if again is None:
                    return result
                self._begin(again)
        except (asyncio.CancelledError, FailureError) as error:
            if not is_cancelled_exception(error):
                raise
            await self._close("cancelled by ops", register_stage="cancelled")
            await self._register.told()
            raise

    async def _convert(self) -> Answer:
        """From the first offer to what ends it; a deal that sleeps or is given back is offered again."""
        while True:
            end = await self._find_a_manager() or await self._work_the_deal()
            match end:
                case Returned():
                    self._give_back(end)
                case AlreadyCustomer() if not await self._pass_to_tier_3():
                    self._hand_over = self._hand_over.model_copy(update={"reason": HandOverReason.WIN_BACK})
                case Lost(return_at=until) if until is not None:
                    woken = await self._sleep(until)
                    if isinstance(woken, DoNotCall | Cancel):
                        return woken
                case _:
                    return end

    # Finding a manager

    async def _find_a_manager(self) -> Answer | None:
        """Offer to one manager after the other, then to the supervisor. None when accepted, else what ended it."""
        answer = await self._search.find(self._hand_over, self._given_back)
        if isinstance(answer, Accepted):
            self._accept(answer)
            return None
        return answer

    def _accept(self, answer: Accepted) -> None:
        self._owner, self._stage, self._playbook_at = answer.by, Stage.ACCEPTED, None
        self._next_action_at, self._stale_at = answer.next_action_at, answer.stale_at
        self._story.tell(f"Accepted by {answer.by}, first step by {when(answer.next_action_at)}")
        self._shown.show(stage=self._stage, owner=answer.by, next_action_at=answer.next_action_at, overdue=False)
        self._register.tell(self._lead_id, Tier.CONVERSION, Stage.ACCEPTED, answer.by)

    # Working the deal

    async def _work_the_deal(self) -> Answer:
        """Follow the manager's steps; when one is overdue or the deal stands still, remind. Returns what ended it."""
        levels = {STEP: 0, STALE: 0}
        while True:
            due = earliest(self._deadlines())
            answer = await self._inbox.next(due[0], self._summary(due[1])) if due else await self._inbox.next()
            match answer:
                case None if due and due[1] == PLAYBOOK:
                    if await self._run_playbook():
                        levels[STEP] = 0
                case None if due:
                    levels[due[1]] += 1
                    await self._remind(due[1], levels[due[1]])
                case DealMoved():
                    levels = {STEP: 0, STALE: levels[STALE] if answer.stage is self._stage else 0}
                    self._move(answer)
                case PlaybookPlanned():
                    self._playbook_at = answer.due_at
                    if answer.next_action_at:
                        levels[STEP], self._next_action_at = 0, spread(answer.next_action_at)
                        self._shown.show(next_action_at=answer.next_action_at, overdue=False)
                case Reassigned():
                    levels = {STEP: 0, STALE: 0}
                    self._reassign(answer)
                case InboundCall() | HandedOver():
                    await self._take_note(answer)
                case Returned() | Won() | Lost() | DoNotCall() | Cancel():
                    return answer

    def _deadlines(self) -> list[tuple[datetime, str]]:
        known = [(self._next_action_at, STEP), (self._stale_at, STALE), (self._playbook_at, PLAYBOOK)]
        return [(at, what) for at, what in known if at is not None]

    def _summary(self, what: str) -> str:
        return {
            STEP: f"Next step of {self._owner} is due",
            STALE: f"The deal stands still with {self._owner}",
            PLAYBOOK: "Next step of the playbook",
        }[what]

    async def _run_playbook(self) -> bool:
        """Carry out the playbook's step that is due. Returns whether the deal has another next step from now on."""
        self._playbook_steps += 1
        done = await self._activities.run_playbook(self._playbook_steps, self._search.deal_id)
        # The clocks of server and database may differ: what is due at once never makes a loop without a pause.
        pause = _LEAST_PAUSE if done.what else _IDLE_PAUSE
        self._playbook_at = max(done.due_at, workflow.now() + pause) if done.due_at else None
        if done.next_action_at:
            self._next_action_at = done.next_action_at
        if done.what:
            self._story.tell(f"Playbook: {done.what}")
        return done.next_action_at is not None

    def _move(self, answer: DealMoved) -> None:
        if answer.stage is not self._stage or self._stale_at is None:
            self._stale_at = spread(answer.stale_at) if answer.stale_at else None
        self._stage, self._next_action_at = answer.stage, spread(answer.next_action_at)
        self._story.tell(f"{answer.what} ({answer.by}), next step by {when(answer.next_action_at)}")
        self._shown.show(stage=answer.stage, next_action_at=answer.next_action_at, overdue=False)
        if answer.answered:
            self._register.answer(self._activities.answer_for_the_caller(answer, answer.answered))

    def _reassign(self, answer: Reassigned) -> None:
        self._story.tell(f"{answer.owner} takes over from {self._owner}")
        self._owner = answer.owner
        self._next_action_at, self._stale_at = answer.next_action_at, answer.stale_at
        self._shown.show(owner=answer.owner, next_action_at=answer.next_action_at, overdue=False)
        self._register.tell(self._lead_id, Tier.CONVERSION, self._stage, answer.owner)

    def _give_back(self, answer: Returned) -> None:
        self._story.tell(f"Given back by {answer.owner}: {answer.reason}")
        self._given_back.append(answer.owner)
        self._stage = Stage.OFFERED
        self._hand_over = self._hand_over.model_copy(update={"reason": HandOverReason.RETURNED, "sticky_manager": None})
        self._shown.show(stage=Stage.OFFERED, overdue=False)

    async def _remind(self, what: str, level: int) -> None:
        self._reminders += 1
        reminded = await self._activities.remind(self._reminders, self._search.deal_id, level, stale=what == STALE)
        # After the last reminder the deal stays on the supervisor's overdue list; nothing more is sent.
        next_at = reminded.next_at if level < self._search.policy.max_reminders else None
        if what == STEP:
            self._next_action_at = next_at
        else:
            self._stale_at = next_at
        late = "The next step is overdue" if what == STEP else "The deal stands still"
        self._story.tell(f"{late}: {'manager' if level == 1 else 'supervisor'} reminded")
        self._shown.show(overdue=True)

    async def _take_note(self, answer: InboundCall | HandedOver) -> None:
        """The lead called, or tier 1's story arrived late: it becomes work of the manager at once."""
        if began_with(self._hand_over, answer) and workflow.patched(ONCE):
            return
        self._extras += 1
        if isinstance(answer, InboundCall):
            self._story.tell("The lead called: its manager has it as urgent work")
            await self._activities.open_inbound(answer, self._extras)
        else:
            self._story.tell(f"Tier 1 handed over too: {answer.hand_over.reason.replace('_', ' ')}")
            await self._activities.add_hand_over(answer.hand_over, self._extras)

    async def _sleep(self, until: datetime) -> Answer | None:
        """Let the deal rest; an inbound call or a new hand-over wakes it early."""
        self._stage = Stage.ASLEEP
        self._story.tell(f"Asleep until {when(until)}")
        self._shown.show(stage=Stage.ASLEEP, next_action_at=until, overdue=False)
        self._register.tell(self._lead_id, Tier.CONVERSION, Stage.ASLEEP, self._owner)
        deadline = spread(until)
        woken = await self._inbox.next(deadline, "The deal sleeps")
        # The deal's record is nobody's to move while it sleeps: only the lead, tier 1 or ops wake it.
        while not isinstance(woken, _WAKES) and woken is not None and workflow.patched(SLEEPS_ON):
            woken = await self._inbox.next(deadline, "The deal sleeps")
        if isinstance(woken, HandedOver):
            self._hand_over = woken.hand_over
        reason = HandOverReason.INBOUND if isinstance(woken, InboundCall) else HandOverReason.RETURNED
        self._hand_over = self._hand_over.model_copy(update={"reason": reason, "sticky_manager": self._owner})
        self._story.tell("Awake: offered again")
        if not isinstance(woken, DoNotCall | Cancel) and workflow.patched(SHOWS_AWAKE):
            self._stage = Stage.OFFERED
            self._shown.show(stage=Stage.OFFERED)
        return woken

    # Ends

    async def _end(self, end: Answer) -> ConversionResult:
        reason: str | None = None
        match end:
            case Won():
                self._stage = Stage.WON
                await self._start_care(end)
            case Lost(reason=reason):
                self._stage = Stage.LOST
                self._register.tell(self._lead_id, Tier.CONVERSION, Stage.LOST, self._owner)
            case DoNotCall(reason=reason):
                await self._close(reason, register_stage="do_not_call")
            case Cancel(reason=reason):
                await self._close(reason, register_stage="cancelled")
            case AlreadyCustomer():
                self._stage = Stage.WON
        self._story.tell(f"{self._stage.capitalize()}{f': {reason}' if reason else ''}")
        await self._register.told()
        return ConversionResult(stage=self._stage, owner=self._owner, reason=reason)

    async def _close(self, reason: str, register_stage: str) -> None:
        """Nobody in tier 2 ended it: close the record and tell the register."""
        self._stage = Stage.LOST
        await self._activities.close(reason, register_stage)
        self._register.tell(self._lead_id, Tier.CONVERSION, register_stage, self._owner)

    async def _start_care(self, won: Won) -> None:
        """Tier 3 takes over with the first order; a customer already in care gets another one."""
        care = ids.customer(self._lead_id)
        self._register.tell(self._lead_id, Tier.ACCOUNT_MGMT, Stage.WON, None, care)
        again = WonAgain(event_id=f"{self._life}:won", at=won.at, by=won.by, order=won.order)
        await hand_to_customer_care(won.order, self._hand_over, again)

    async def _pass_to_tier_3(self) -> bool:
        """They became a customer while they called, so their account manager gets the call. False if care has ended."""
        call = InboundCall(
            event_id=f"{self._life}:inbound",
            at=workflow.now(),
            by=self._me,
            inbound_call_id=self._hand_over.inbound_call_id or self._hand_over.id,
        )
        if not await tell_customer_care(self._lead_id, CustomerCareWorkflow.inbound_called, call):
            return False
        self._story.tell("Already a customer: the call went to its account manager")
        return True
