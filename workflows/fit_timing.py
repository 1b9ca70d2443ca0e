"""Tier 3, every night: learn from all orders when customers buy next, what they buy together, who is about to leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import LONG
    from workflows.contracts import ids
    from workflows.contracts.account_mgmt import AccountMgmtActivities
    from workflows.contracts.fit_timing import FindRisks, FitTimingInput, LearnPairs, OrdersImported, RunFit
    from workflows.deadlines import when
    from workflows.inbox import Inbox
    from workflows.visibility import Story

_RETRY_AFTER = timedelta(hours=1)
_FITS_PER_RUN = 30
# Runs that began before pairs and risks were learned.
_FITS_OF_OLD_RUNS = 100


@workflow.defn(name="FitTiming")
class FitTiming:
    """The organisation has one; it never ends, and its history stays short."""

    @workflow.init
    def __init__(self, start: FitTimingInput) -> None:
        self._fits, self._life = start.fits, start.life
        self._inbox = Inbox()
        self._story = Story("Purchase timing")

    @workflow.run
    async def run(self, _start: FitTimingInput) -> None:
        """Fit, see what follows from it, wait for the next night, or for a file of orders."""
        learns_more = workflow.patched("pairs-and-risks")
        for _ in range(_FITS_PER_RUN if learns_more else _FITS_OF_OLD_RUNS):
            await self._inbox.next(await self._night(learns_more=learns_more), "The next night")
            # However many files came meanwhile, one fit takes them all in.
            while self._inbox.take():
                pass
        workflow.continue_as_new(FitTimingInput(fits=self._fits, life=self._life))

    @workflow.signal
    def orders_imported(self, answer: OrdersImported) -> None:
        """Work at once."""
        self._inbox.put(answer)

    async def _night(self, *, learns_more: bool) -> datetime:
        """One night's work. When to work again: what was refused is told, and does not end the analysis."""
        try:
            next_at = await self._fit()
            if learns_more:
                await self._learn_pairs()
                await self._find_risks()
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            self._story.tell(f"Failed, tried again in an hour: {error.cause or error}")
            return workflow.now() + _RETRY_AFTER
        return next_at

    async def _fit(self) -> datetime:
        self._fits += 1
        fitted = await workflow.execute_activity_method(
            AccountMgmtActivities.fit_timing,
            RunFit(key=self._key("fit")),
            summary=f"Fit {self._fits}",
            **LONG,
        )
        self._story.tell(f"{fitted.customers} customers predicted, next fit {when(fitted.next_at)}")
        return fitted.next_at

    async def _learn_pairs(self) -> None:
        learned = await workflow.execute_activity_method(
            AccountMgmtActivities.learn_pairs,
            LearnPairs(key=self._key("pairs")),
            summary="What customers buy together",
            **LONG,
        )
        self._story.tell(f"{learned.pairs} pairs of products are bought together")

    async def _find_risks(self) -> None:
        found = await workflow.execute_activity_method(
            AccountMgmtActivities.find_risks,
            FindRisks(key=self._key("risks")),
            summary="Who is about to leave",
            **LONG,
        )
        if found.customers:
            self._story.tell(f"{found.customers} customers are at risk: work for their account managers")

    def _key(self, what: str) -> str:
        return ids.key(f"{ids.FIT_TIMING}:{self._life}" if self._life else ids.FIT_TIMING, what, self._fits)
