"""Tier 3: publish every change of the catalogue to tier 2, in order, however long tier 2 is away."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import LOCAL, TO_CONVERSION
    from workflows.contracts.account_mgmt import AccountMgmtActivities
    from workflows.contracts.catalogue import CatalogueChanged, CataloguePage, PublishCatalogueInput, ReadCatalogue
    from workflows.contracts.conversion import ConversionActivities
    from workflows.inbox import Inbox
    from workflows.visibility import Story


@workflow.defn(name="PublishCatalogue")
class PublishCatalogue:
    """The organisation has one at a time; it ends when tier 2 has everything."""

    @workflow.init
    def __init__(self, start: PublishCatalogueInput) -> None:
        self._sent = start.since
        self._inbox = Inbox()
        self._story = Story("Catalogue for tier 2")

    @workflow.run
    async def run(self, _start: PublishCatalogueInput) -> int:
        """Read the changes and deliver them until there are no more. Returns the version that tier 2 has."""
        more = True
        while more or not self._inbox.empty:
            # One reading covers all announcements that have come by now.
            while not self._inbox.empty:
                await self._inbox.next()
            more = await self._publish_a_page()
        return self._sent

    async def _publish_a_page(self) -> bool:
        page: CataloguePage = await workflow.execute_local_activity_method(
            AccountMgmtActivities.read_catalogue,
            ReadCatalogue(since=self._sent),
            summary=f"What changed since version {self._sent}",
            **LOCAL,
        )
        if page.items:
            await workflow.execute_activity_method(
                ConversionActivities.take_catalogue, page, summary=f"{len(page.items)} products", **TO_CONVERSION
            )
            self._sent = page.upto
            self._story.tell(f"{len(page.items)} products, up to version {page.upto}")
        return page.more

    @workflow.signal
    def changed(self, answer: CatalogueChanged) -> None:
        """There is a new version."""
        self._inbox.put(answer)
