"""Tier 3: start customer care for the customers of an import gradually, so many at once and so many a second."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ChildWorkflowCancellationType, ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import LOCAL
    from workflows.contracts import ids, queues
    from workflows.contracts.account_mgmt import AccountMgmtActivities, CustomerCareInput, CustomerCareWorkflow
    from workflows.contracts.base import Tier
    from workflows.contracts.open_care import ImportedCustomer, OpenCareInput, ReadUnopened, Unopened
    from workflows.visibility import Story, attributes


@workflow.defn(name="OpenCare")
class OpenCare:
    """One per import; it ends when customer care runs for every customer."""

    @workflow.init
    def __init__(self, start: OpenCareInput) -> None:
        self._import_id = start.import_id
        self._after = start.after
        self._opened = start.opened
        self._story = Story("Opening the care of imported customers")

    @workflow.run
    async def run(self, start: OpenCareInput) -> int:
        """Start the next ones, wait, go on. Returns how many in all."""
        while self._opened - start.opened < start.starts_per_run:
            batch = await self._next()
            if not batch.customers and not batch.full:
                self._story.tell(f"All {self._opened} are open")
                return self._opened
            for customer in batch.customers:
                await self._open(customer)
            self._story.tell(f"{self._opened} so far" if batch.customers else f"{self._opened} so far: waits its turn")
            await workflow.sleep(timedelta(seconds=batch.pause), summary="The next ones")
        workflow.continue_as_new(start.model_copy(update={"after": self._after, "opened": self._opened}))

    async def _next(self) -> Unopened:
        return await workflow.execute_local_activity_method(
            AccountMgmtActivities.read_unopened,
            ReadUnopened(import_id=self._import_id, after=self._after),
            summary="Who comes next",
            **LOCAL,
        )

    async def _open(self, customer: ImportedCustomer) -> None:
        self._after = customer.customer_id
        self._opened += 1
        try:
            await workflow.start_child_workflow(
                CustomerCareWorkflow.run,
                CustomerCareInput(
                    customer_id=customer.customer_id, segment=customer.segment, imported=True, reports_itself=False
                ),
                id=ids.customer(customer.customer_id),
                task_queue=queues.ACCOUNT_MGMT,
                parent_close_policy=ParentClosePolicy.ABANDON,
                cancellation_type=ChildWorkflowCancellationType.ABANDON,
                static_summary=f"Customer care, customer {customer.customer_id}",
                search_attributes=attributes(
                    lead_id=customer.customer_id,
                    tier=Tier.ACCOUNT_MGMT,
                    stage="active",
                    segment=customer.segment,
                ),
            )
        except WorkflowAlreadyStartedError:
            return
