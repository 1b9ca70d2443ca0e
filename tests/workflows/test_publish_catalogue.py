"""The catalogue on its way to tier 2: in order, once, and as late as tier 2 likes."""

from __future__ import annotations

from decimal import Decimal

from temporalio.client import WorkflowHandle

from tests.workflows.house import House
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


async def start(house: House, since: int = 0) -> WorkflowHandle[PublishCatalogue, int]:
    return await house.client.start_workflow(
        PublishCatalogue.run, PublishCatalogueInput(since=since), id=ids.CATALOGUE, task_queue=queues.ACCOUNT_MGMT
    )


async def test_changes_go_out_page_by_page_in_order(house: House) -> None:
    pages = {0: page(1, 2, more=True), 2: page(3)}
    house.account_mgmt.answers[ReadCatalogue] = lambda asked: pages.get(asked.since, CataloguePage(upto=asked.since))
    handle = await start(house)
    assert await handle.result() == 3
    taken = [item.version for told in house.conversion.of(CataloguePage) for item in told.items]
    assert taken == [1, 2, 3]


async def test_with_tier_2_down_for_an_hour_it_arrives_once_when_it_is_back(house: House) -> None:
    house.account_mgmt.answers[ReadCatalogue] = lambda asked: (
        page(1) if asked.since < 1 else CataloguePage(upto=asked.since)
    )
    down = 12

    def take(told: CataloguePage) -> CataloguePage:
        nonlocal down
        if down:
            down -= 1
            raise RuntimeError("tier 2 does not answer")
        return told

    house.conversion.answers[CataloguePage] = take
    handle = await start(house)
    assert await handle.result() == 1
    assert len(house.conversion.of(CataloguePage)) == 1


async def test_news_that_come_meanwhile_are_read_before_it_ends(house: House) -> None:
    handle = await start(house, since=4)
    await handle.signal(PublishCatalogue.changed, CatalogueChanged(**await house.answer("boss"), version=5))
    await handle.result()
    assert house.account_mgmt.of(ReadCatalogue)[0].since == 4
