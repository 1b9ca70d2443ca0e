"""The offer on paper: long words wrap, discounts add up line by line, and the day it names is the day it holds."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from services.conversion.documents.offer_pdf import mail_of, offer_data, offer_pdf
from services.conversion.domain.money import OfferLine, totals
from services.conversion.domain.offers import Offer, end_of_day, ends_at, hour_of_end
from services.conversion.domain.policy import STANDARD
from workflows.contracts.base import ContactCard, Money

AT = datetime(2026, 11, 18, 9, tzinfo=UTC)
KYIV, DENVER = ZoneInfo("Europe/Kyiv"), ZoneInfo("America/Denver")
SECOND_OF_DECEMBER = datetime(2026, 12, 2, 21, 59, 59, tzinfo=UTC)


def line(description: str, quantity: str = "1", price: str = "100", **values: Any) -> OfferLine:
    money = Money(amount=Decimal(price), currency="UAH")
    return OfferLine(description=description, quantity=Decimal(quantity), unit_price=money, **values)


def offer(*lines: OfferLine, discount: str = "0", valid_until: datetime = SECOND_OF_DECEMBER) -> Offer:
    percent, tax = Decimal(discount), Decimal(20)
    return Offer(
        id="1", deal_id="2", number="2026-000042", version=1, state="sent", lines=list(lines),
        discount_percent=percent, tax_percent=tax, valid_until=valid_until, approve_by=None, warn_at=None,
        created_by="anna", created_at=AT, sent_at=AT,
        **dict(totals(lines, discount_percent=percent, tax_percent=tax)),
    )  # fmt: skip


def card(**values: Any) -> ContactCard:
    return ContactCard(
        **{"lead_id": "l", "company": "Wind Ltd", "phones": ["+380441234567"], "language": "en", **values}
    )


def printed(made: Offer, contact: ContactCard) -> str:
    reader = PdfReader(io.BytesIO(offer_pdf(made, contact, STANDARD, "Anna")))
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize(
    "word", ["X" * 300, "W" * 300, "а" * 300, "SKU-AB12345678901234567890/2026-REV.17_FINAL-FINAL-2", "x@" + "y" * 90]
)
def test_a_long_word_wraps_and_nothing_of_it_is_lost(word: str) -> None:
    text = printed(offer(line(word), line("plain")), card(company=word, contact_name=word))
    rows = text.split("\n")
    assert max(len(row) for row in rows) < 110
    assert "".join(rows).replace(" ", "").count(word) >= 1
    assert "plain" in rows[-1] or any(row.startswith("2plain") or "plain" in row for row in rows)


def test_names_in_any_script_are_printed_as_they_are_written() -> None:
    text = printed(offer(line("集装箱运输 😀 Łódź źrebię")), card(company="深圳市物流有限公司", language="uk"))
    assert "深圳市物流有限公司" in text and "集装箱运输" in text and "Łódź źrebię" in text


def number(text: str) -> Decimal:
    return Decimal(text.replace("\u202f", "").replace("−", "-").replace(",", "."))


@pytest.mark.parametrize("language", ["uk", "en"])
@pytest.mark.parametrize(("own", "whole"), [("0", "0"), ("10", "0"), ("0", "7.77"), ("12.5", "7.77"), ("100", "0")])
def test_list_sum_discount_and_net_add_up_in_each_line_and_in_all(language: str, own: str, whole: str) -> None:
    made = offer(line("one", "7.333", "99.99", discount_percent=Decimal(own)), line("two", "3", "0.07"), discount=whole)
    data: dict[str, Any] = offer_data(made, card(language=language), STANDARD, "Anna")
    lists = [number(one["amount"]) for one in data["lines"]]
    off = [number(one["off"][1]) if one["off"] else Decimal(0) for one in data["lines"]]
    nets = [number(one["net"][1]) for one in data["lines"]]
    assert [whole_sum + less for whole_sum, less in zip(lists, off, strict=True)] == nets
    assert (sum(lists), -sum(off), sum(nets)) == (made.subtotal, made.discount, made.net)
    assert [bool(one["off"]) for one in data["lines"]] == [own != "0" or whole != "0", whole != "0"]
    text = printed(made, card(language=language))
    assert all(one["off"][1] in text and one["net"][1] in text for one in data["lines"] if one["off"])


@given(st.dates(date(2026, 1, 1), date(2031, 1, 1)), st.sampled_from(["Europe/Kyiv", "America/Denver", "Asia/Tokyo"]))
def test_a_day_holds_through_to_its_midnight_where_the_house_is(day: date, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    last = datetime.combine(day, datetime.min.time(), zone) + timedelta(hours=23, minutes=30)
    first = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone) + timedelta(minutes=1)
    for wished in (datetime.combine(day, datetime.min.time(), zone), datetime.combine(day, datetime.min.time(), UTC)):
        ends = ends_at(wished, AT, timedelta(days=14), zone)
        assert last < ends < first and ends.astimezone(zone).date() == day
        assert hour_of_end(ends, zone) is None


def test_an_offer_without_a_wish_holds_its_last_day_through_and_one_with_an_hour_to_that_hour() -> None:
    assert ends_at(None, AT, timedelta(days=14), KYIV) == SECOND_OF_DECEMBER == end_of_day(date(2026, 12, 2), KYIV)
    hour = datetime(2026, 12, 2, 15, tzinfo=UTC)
    assert ends_at(hour, AT, timedelta(days=14), KYIV) == hour


@pytest.mark.parametrize(
    ("contact", "ends", "told"),
    [
        (card(), SECOND_OF_DECEMBER, "2 December 2026"),
        (card(language="uk"), SECOND_OF_DECEMBER, "2 грудня 2026 р"),
        (card(), datetime(2026, 12, 2, 15, tzinfo=UTC), "2 December 2026, 17:00"),
        (card(timezone="America/Denver"), SECOND_OF_DECEMBER, "2 December 2026 (Europe/Kyiv)"),
    ],
)
def test_page_and_mail_name_the_same_end(contact: ContactCard, ends: datetime, told: str) -> None:
    made = offer(line("one"), valid_until=ends)
    _, mail = mail_of(made, contact, STANDARD, "Anna")
    assert f"{told}." in mail
    assert told in printed(made, contact)
    assert not any(f"{told}{more}" in mail for more in (",", " ("))
