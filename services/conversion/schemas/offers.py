"""Bodies about offers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.chassis.currencies import Money as PayableMoney
from services.chassis.http import Body, Model
from services.chassis.meanings import storable
from services.conversion.domain.money import OfferLine, TaxSum
from services.conversion.domain.offers import Offer, OfferState
from services.conversion.domain.pricing import Asked
from services.conversion.schemas.common import LINE_EXAMPLE, Moment, Percent, Short, Text, example, money
from workflows.contracts.base import Money


class AskedLine(Body):
    """A line: of the catalogue, which knows name, price and tax, or a free one."""

    model_config = example(product_id="FTL-UA", quantity="2", discount_percent="3")

    product_id: Short | None = None
    description: Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(storable)] | None = None
    quantity: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]
    unit_price: PayableMoney | None = None
    tax_percent: Percent | None = None
    discount_percent: Percent = Decimal(0)

    def asked(self) -> Asked:
        """For the rules."""
        return Asked(**dict(self))


class NewOffer(Body):
    """An offer to the deal's customer; it replaces the one that waits for an answer."""

    model_config = example(
        lines=[{"product_id": "FTL-UA", "quantity": "2"}, LINE_EXAMPLE],
        valid_until="2030-05-20T18:00:00+03:00",
        discount_percent="5",
    )

    lines: Annotated[list[AskedLine], Field(min_length=1, max_length=200)]
    valid_until: Moment | None = Field(
        default=None,
        description="Midnight means that day through, in the house's zone. As long as the policy says, if not given.",
    )
    discount_percent: Percent = Decimal(0)


class Refusal(Body):
    """Why an offer may not go out."""

    model_config = example(reason="the margin does not allow it")

    reason: Text | None = None


class TaxLine(Model):
    """What is taxed at one rate."""

    percent: str
    net: Money
    tax: Money

    @classmethod
    def of(cls, tax: TaxSum, currency: str) -> TaxLine:
        """From the sums."""
        return cls(percent=f"{tax.percent:.2f}", net=money(tax.net, currency), tax=money(tax.tax, currency))


class OfferAnswer(Model):
    """An offer. `subtotal` is before discount, `net` before tax, `total` is to be paid."""

    id: str
    deal_id: str
    number: str
    version: int
    state: OfferState
    lines: list[OfferLine]
    discount_percent: str
    effective_discount: str = Field(description="Per cent under the catalogue's prices; it counts for the limit.")
    tax_percent: str = Field(description="Of lines that do not say their own.")
    taxes: list[TaxLine]
    subtotal: Money
    discount: Money
    net: Money
    tax: Money
    total: Money
    valid_until: datetime
    created_by: str
    created_at: datetime
    sent_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, offer: Offer) -> OfferAnswer:
        """From the row."""
        plain = {name: value for name, value in offer if name in cls.model_fields}
        sums = {name: money(plain[name], offer.currency) for name in ("subtotal", "discount", "net", "tax", "total")}
        names = ("discount_percent", "effective_discount", "tax_percent")
        percents = {name: f"{plain[name]:f}" for name in names}
        return cls(**{**plain, **sums, **percents, "taxes": [TaxLine.of(tax, offer.currency) for tax in offer.taxes]})


class LineChange(Model):
    """What became of a line between two versions: `added`, `removed` or `changed`, by its name."""

    what: Literal["added", "removed", "changed"]
    description: str
    before: OfferLine | None
    after: OfferLine | None


class OfferChanges(Model):
    """What is different from the version before; empty for the first."""

    offer_id: str
    number: str
    version: int
    before: int | None
    total_before: Money | None
    total: Money
    discount_before: str | None
    discount: str
    lines: list[LineChange]


class SentOffer(Model):
    """The mail that carries an offer."""

    mail_id: str
    offer_id: str


def compare(before: Offer | None, after: Offer) -> OfferChanges:
    """The differences of two versions of an offer. Lines are the same by product, or else by description."""
    old = {line.product_id or line.description: line for line in before.lines} if before else {}
    new = {line.product_id or line.description: line for line in after.lines}
    changed: list[LineChange] = []
    for key in [*new, *(key for key in old if key not in new)]:
        one, other = old.get(key), new.get(key)
        if one == other or (before is None):
            continue
        what: Literal["added", "removed", "changed"] = "added" if one is None else "changed" if other else "removed"
        named = other or one
        changed.append(LineChange(what=what, description=named.description if named else "", before=one, after=other))
    return OfferChanges(
        offer_id=after.id,
        number=after.number,
        version=after.version,
        before=before.version if before else None,
        total_before=money(before.total, before.currency) if before else None,
        total=money(after.total, after.currency),
        discount_before=f"{before.discount_percent:f}" if before else None,
        discount=f"{after.discount_percent:f}",
        lines=changed,
    )
