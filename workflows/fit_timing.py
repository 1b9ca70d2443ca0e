"""Once a day the house learns from its own orders when customers buy next."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import ids
    from workflows.contracts.account_mgmt import AccountMgmtActivities, FitTimingInput, RunFit
    from workflows.options import AT_LENGTH
    from workflows.support import Inbox, Story, when

_FITS_PER_RUN = 100


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
        """Fit, wait for the next night, fit again."""
        for _ in range(_FITS_PER_RUN):
            self._fits += 1
            fitted = await workflow.execute_activity_method(
                AccountMgmtActivities.fit_timing,
                RunFit(key=ids.key(ids.FIT_TIMING, "fit", self._fits)),
                summary=f"Fit {self._fits}",
                **AT_LENGTH,
            )
            self._story.tell(f"{fitted.customers} customers foretold, next {when(fitted.next_at)}")
            await self._inbox.next(fitted.next_at, "The next night")
        workflow.continue_as_new(FitTimingInput(fits=self._fits))
