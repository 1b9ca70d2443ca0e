"""Once a day the house learns from its own orders: when customers buy next, what they buy together, who is leaving."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import ids
    from workflows.contracts.account_mgmt import AccountMgmtActivities
    from workflows.contracts.learning import FindRisks, FitTimingInput, LearnPairs, RunFit
    from workflows.options import AT_LENGTH
    from workflows.support import Inbox, Story, when

_FITS_PER_RUN = 30
# Runs that began before pairs and risks were learned.
_FITS_OF_OLD_RUNS = 100


@workflow.defn(name="FitTiming")
class FitTiming:
    """One for the house; it never ends, and its history stays short."""

    @workflow.init
    def __init__(self, start: FitTimingInput) -> None:
        self._fits = start.fits
        self._inbox = Inbox()
        self._story = Story("Purchase timing")

    @workflow.run
    async def run(self, _start: FitTimingInput) -> None:
        """Fit, see what follows from it, wait for the next night, fit again."""
        learns_more = workflow.patched("pairs-and-risks")
        for _ in range(_FITS_PER_RUN if learns_more else _FITS_OF_OLD_RUNS):
            self._fits += 1
            fitted = await workflow.execute_activity_method(
                AccountMgmtActivities.fit_timing,
                RunFit(key=self._key("fit")),
                summary=f"Fit {self._fits}",
                **AT_LENGTH,
            )
            self._story.tell(f"{fitted.customers} customers foretold, next {when(fitted.next_at)}")
            if learns_more:
                await self._learn_pairs()
                await self._find_risks()
            await self._inbox.next(fitted.next_at, "The next night")
        workflow.continue_as_new(FitTimingInput(fits=self._fits))

    async def _learn_pairs(self) -> None:
        learned = await workflow.execute_activity_method(
            AccountMgmtActivities.learn_pairs,
            LearnPairs(key=self._key("pairs")),
            summary="What customers buy together",
            **AT_LENGTH,
        )
        self._story.tell(f"{learned.pairs} pairs of products say something")

    async def _find_risks(self) -> None:
        found = await workflow.execute_activity_method(
            AccountMgmtActivities.find_risks,
            FindRisks(key=self._key("risks")),
            summary="Who is about to leave",
            **AT_LENGTH,
        )
        if found.customers:
            self._story.tell(f"{found.customers} customers are at risk: work for their account managers")

    def _key(self, what: str) -> str:
        return ids.key(ids.FIT_TIMING, what, self._fits)
