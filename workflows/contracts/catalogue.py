"""Tier 3's catalogue on its way to tier 2, which makes its offers from it, with tier 3 down too."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import Field
from temporalio import workflow

from workflows.contracts.base import Answer, Message, Money

Percent = Annotated[Decimal, Field(ge=0, le=100)]


class CataloguePrice(Message):
    """A price and the moment from which it is valid; without one it always was."""

    price: Money
    valid_from: datetime | None = None


class CatalogueItem(Message):
    """A product as of one version. Under the empty language stands the name for all others."""

    product_id: str
    version: int
    names: dict[str, str] = Field(default_factory=dict)
    kind: str = "service"
    unit: str = ""
    tax_percent: Percent = Decimal(20)
    active: bool = True
    prices: list[CataloguePrice] = Field(default_factory=list)


class CatalogueChanged(Answer):
    """The catalogue has a new version."""

    version: int


class ReadCatalogue(Message):
    """Ask for what changed after a version."""

    since: int


class CataloguePage(Message):
    """Changes in their order. `upto` is the version of the last one; `more` follow."""

    items: list[CatalogueItem] = Field(default_factory=list)
    upto: int = 0
    more: bool = False


class PublishCatalogueInput(Message):
    """Publish what changed after `since`."""

    since: int = 0


@workflow.defn(name="PublishCatalogue")
class PublishCatalogueWorkflow(Protocol):
    """Interface of the workflow that publishes the catalogue, for those who start it."""

    @workflow.run
    async def run(self, start: PublishCatalogueInput) -> int: ...

    @workflow.signal
    def changed(self, answer: CatalogueChanged) -> None: ...
