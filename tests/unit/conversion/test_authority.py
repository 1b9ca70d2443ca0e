"""Who may sell at which price: no arrangement of lines gives away more than one may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Conflict
from services.conversion.domain.authority import check_authority, judge
from services.conversion.domain.money import OfferLine, line_total, totals
from services.conversion.domain.pricing import Asked, in_free_words, priced
from services.conversion.domain.product_words import ProductWords
from workflows.contracts.base import Money
from workflows.contracts.catalogue import CatalogueItem, CataloguePrice

NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
LIMIT = Decimal(10)


def uah(amount: Decimal | str, currency: str = "UAH") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def item(product_id: str, price: str | None, *names: str, **changes: Any) -> CatalogueItem:
    prices = [CataloguePrice(price=uah(price))] if price else []
    called = dict(zip(("", "en", "uk"), names, strict=False))
    return CatalogueItem(**{"product_id": product_id, "version": 1, "names": called, "prices": prices, **changes})


CATALOGUE = {
    one.product_id: one
    for one in (
        item("FTL", "1000.00", "Full truck", "Full truck", "Повне завантаження"),
        item("FTL-REF", "2000.00", "Full truck refrigerated"),
        item("STO-20", "50.00", "Storage"),
        item("ASK", None, "Customs survey"),
        item("SOON", "500.00", "Rail wagon", prices=[
            CataloguePrice(price=uah("500.00"), valid_from=NOW + timedelta(days=1))]),
    )
}  # fmt: skip
WORDS = ProductWords(CATALOGUE.values())


def asked(product_id: str | None = None, **changes: Any) -> Asked:
    values: dict[str, Any] = {"quantity": Decimal(1), "product_id": product_id, **changes}
    if isinstance(values.get("unit_price"), str):
        values["unit_price"] = uah(values["unit_price"])
    return Asked(**values)


def lines_of(*wanted: Asked) -> list[OfferLine]:
    return priced(wanted, CATALOGUE, words=WORDS, language="en", at=NOW)


def may(*wanted: Asked, discount: str = "0", limit: Decimal = LIMIT) -> bool:
    return judge(lines_of(*wanted), Decimal(discount), limit).may_go_out


def test_a_dear_line_does_not_make_up_for_one_that_is_given_away() -> None:
    cheap = asked("FTL", unit_price="100.00")
    assert not may(cheap, asked(description="Insurance", unit_price="100000.00"))
    assert not may(cheap, asked("FTL-REF", unit_price="200000.00"))
    assert judge(lines_of(cheap, asked("FTL-REF")), Decimal(0), LIMIT).percent == 90


@pytest.mark.parametrize(
    "words",
    [
        "Full truck", "full  TRUCK", "Full-truck", "FullTruck", "F u l l   t r u c k", "truck, full", "Ful truck",
        "Full truk (special)", "FULL TRUCK 22 t Kyiv", "ftl", "F.T.L.", "FТL", "FTL Kyiv", "повне завантаження",
        "Повне завантаженя", "Рovne, ftl", "Full truck refrigerated Kyiv", "Storage", "storage 10 days", "sto 20",
    ],
)  # fmt: skip
def test_a_product_in_free_words_counts_as_the_product(words: str) -> None:
    free = asked(description=words, unit_price="10.00")
    [line] = lines_of(free)
    assert line.counts_as in CATALOGUE and line.list_price is not None and line.product_id is None
    assert not may(free)
    assert may(asked(description=words, unit_price="2000.00"))


@pytest.mark.parametrize(
    "words", ["Insurance", "Waiting, per hour", "Truck insurance", "Customs clearance", "Documents", "Pallet", "a", "—"]
)
def test_words_of_another_thing_are_a_line_of_its_own(words: str) -> None:
    [line] = lines_of(asked(description=words, unit_price="10.00"))
    assert (line.counts_as, line.list_price, line.needs_approval) == (None, None, None)


def test_a_part_of_a_name_means_the_product_if_it_says_something() -> None:
    long = ProductWords([item("S", "50.00", "Cross-dock storage, per pallet and week, 20 t")])
    for text, found in (("dock storage", ["S"]), ("dock storag", ["S"]), ("20 t", []), ("per week", []), ("and", [])):
        assert [one.product_id for one in long.meant(text)] == found


def test_the_closest_name_is_meant() -> None:
    assert [one.product_id for one in WORDS.meant("Full truck refrigerated")] == ["FTL-REF"]
    assert [one.product_id for one in WORDS.meant("Full truck")] == ["FTL"]
    assert [one.product_id for one in WORDS.meant("Truck, refrigerated")] == ["FTL-REF"]
    assert [one.product_id for one in WORDS.meant("truk refrigeratd")] == ["FTL-REF"]


def test_a_product_under_another_ones_number_counts_with_the_dearer_price() -> None:
    assert not may(asked("STO-20", description="Full truck", unit_price="50.00"))
    assert not may(asked("ftl", description="Transport", unit_price="50.00"))
    assert may(asked("STO-20", description="Storage in Kyiv", unit_price="50.00"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (asked("FTL", unit_price=uah("1.00", "USD")), "no price of FTL in USD"),
        (asked(description="Full truck", unit_price=uah("1000.00", "EUR")), "no price of FTL in EUR"),
        (asked("SOON", unit_price="500.00"), "no price of SOON in UAH"),
        (asked(description="Something nice", unit_price="0.00"), "given away"),
        (asked("FTL", tax_percent=Decimal(0)), "taxed at 0 %, and the catalogue says 20 %"),
    ],
)
def test_what_cannot_be_compared_needs_a_supervisor(line: Asked, reason: str) -> None:
    for limit in (LIMIT, Decimal("99.99")):
        judged = judge(lines_of(line), Decimal(0), limit)
        assert not judged.may_go_out
        assert any(reason in one for one in judged.reasons)
    assert judge(lines_of(line), Decimal(0), Decimal(100)).may_go_out


def test_a_product_without_any_price_is_sold_at_the_price_that_was_agreed() -> None:
    assert may(asked("ASK", unit_price="10.00"), asked(description="Customs survey", unit_price="10.00"))
    assert not may(asked("ASK", unit_price="10.00", discount_percent=Decimal("10.01")))


def test_the_limit_holds_before_and_after_rounding() -> None:
    assert may(asked("FTL"), asked(description="kg", unit_price="0.06"), discount="10")
    assert not may(asked("FTL", unit_price="899.99"))
    # Each of these is rounded down to nothing.
    crumbs = [asked("STO-20", quantity=Decimal("0.001"), unit_price="4.00") for _ in range(100)]
    assert not may(*crumbs)
    nothing = [OfferLine(description="kg", product_id="KG", quantity=Decimal("0.004"), unit_price=uah("1.00"))] * 100
    assert not judge(nothing, Decimal(0), LIMIT).may_go_out


def test_a_sale_beyond_the_limit_is_refused_in_words() -> None:
    with pytest.raises(Conflict) as refused:
        check_authority(lines_of(asked("FTL", unit_price="800.00")), Decimal(0), LIMIT)
    assert refused.value.code == "above_limit"
    assert "20.00 % below the catalogue, and 10 % may be given alone" in refused.value.message
    check_authority(lines_of(asked("FTL", unit_price="800.00")), Decimal(0), Decimal(30))


def test_the_catalogue_is_read_whole_only_for_free_words() -> None:
    assert not in_free_words([asked("FTL"), asked("FTL", description="Повне завантаження")], CATALOGUE)
    assert in_free_words([asked("FTL", description="Truck")], CATALOGUE)
    assert in_free_words([asked(description="Truck")], CATALOGUE)


percents = st.decimals("0", "100", places=2)
some_lines = st.lists(
    st.builds(
        asked,
        st.sampled_from(["FTL", "FTL-REF", "STO-20", None]),
        description=st.sampled_from(["Full truck", "Insurance", "full-TRUCK refrigerated"]),
        quantity=st.decimals("0.001", "500", places=3),
        unit_price=st.decimals("0", "3000", places=2).map(uah),
        discount_percent=st.just(Decimal(0)) | percents,
    ),
    min_size=1,
    max_size=6,
)


@given(some_lines, st.just(Decimal(0)) | percents)
def test_nothing_goes_out_alone_with_any_line_below_the_limit(wanted: list[Asked], discount: Decimal) -> None:
    lines = lines_of(*wanted)
    judged = judge(lines, discount, LIMIT)
    for line in lines:
        left = (100 - line.discount_percent) * (100 - discount) / 10_000
        listed = (line.list_price or line.unit_price).amount
        if line.unit_price.amount * left < listed * (100 - LIMIT) / 100:
            assert not judged.may_go_out
    if judged.may_go_out:
        floor = sum(line.quantity * (line.list_price or line.unit_price).amount for line in lines) * (100 - LIMIT) / 100
        sums = totals(lines, discount_percent=discount, tax_percent=Decimal(20))
        assert sums.net == sum(line_total(line, discount) for line in lines)
        assert sums.net >= floor - Decimal("0.01") * len(lines)
        assert sums.effective_discount <= LIMIT
