"""The catalogue on its way to tier 2: in order, once, however late tier 2 is there."""

from __future__ import annotations

from decimal import Decimal

from temporalio.client import WorkflowHandle

from tests.workflows.tiers import Tiers
from workflows.contracts import ids, queues
from workflows.contracts.catalogue import (
    CatalogueChanged,
    CatalogueItem,
    CataloguePage,
    PublishCatalogueInput,
    ReadCatalogue,
)
from workflows.publish_catalogue import PublishCatalogue


def page(*versions: int, more: bool = False) -> CataloguePage:
    items = [CatalogueItem(product_id=f"p{version}", version=version, tax_percent=Decimal(20)) for version in versions]
    return CataloguePage(items=items, upto=versions[-1] if versions else 0, more=more)


async def start(tiers: Tiers, since: int = 0) -> WorkflowHandle[PublishCatalogue, int]:
    return await tiers.client.start_workflow(
        PublishCatalogue.run, PublishCatalogueInput(since=since), id=ids.CATALOGUE, task_queue=queues.ACCOUNT_MGMT
    )


async def test_changes_go_out_page_by_page_in_order(tiers: Tiers) -> None:
    pages = {0: page(1, 2, more=True), 2: page(3)}
    tiers.account_mgmt.answers[ReadCatalogue] = lambda asked: pages.get(asked.since, CataloguePage(upto=asked.since))
    handle = await start(tiers)
    assert await handle.result() == 3
    taken = [item.version for told in tiers.conversion.of(CataloguePage) for item in told.items]
    assert taken == [1, 2, 3]


async def test_with_tier_2_down_for_an_hour_it_arrives_once_when_it_is_back(tiers: Tiers) -> None:
    tiers.account_mgmt.answers[ReadCatalogue] = lambda asked: (
        page(1) if asked.since < 1 else CataloguePage(upto=asked.since)
    )
    down = 12

    def take(told: CataloguePage) -> CataloguePage:
        nonlocal down
        if down:
            down -= 1
            raise RuntimeError("tier 2 does not answer")
        return told

    tiers.conversion.answers[CataloguePage] = take
    handle = await start(tiers)
    assert await handle.result() == 1
    assert len(tiers.conversion.of(CataloguePage)) == 1


async def test_changes_announced_meanwhile_are_read_before_it_ends(tiers: Tiers) -> None:
    handle = await start(tiers, since=4)
    await handle.signal(PublishCatalogue.changed, CatalogueChanged(**await tiers.answer("boss"), version=5))
    await handle.result()
    assert tiers.account_mgmt.of(ReadCatalogue)[0].since == 4
