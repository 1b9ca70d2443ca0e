"""Values are refused by what they mean, with a reason, when they come in; records are only read."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.chassis.currencies import Currency, Money, rounded
from services.chassis.imports.cells import tidy_cells
from services.chassis.meanings import (
    STORED,
    CountryCode,
    Day,
    HolidayCountry,
    Language,
    LocalTime,
    PhoneRegion,
    ZoneName,
)
from services.conversion.schemas.contacts import ContactChange
from services.lead_gen.schemas.leads import NewLead


def read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (CountryCode, "XX", "no country"),
        (CountryCode, "ua", "no country"),
        (CountryCode, "EU", "no country"),
        (HolidayCountry, "XX", "no public holidays"),
        (PhoneRegion, "ZZ", "no country with phone numbers"),
        (Language, "xx", "no language"),
        (Language, "und", "no language"),
        (Language, "klingon", "no language"),
        (Language, "uk-", "neither a script nor a region"),
        (Language, "uk-Mars", "neither a script nor a region"),
        (Currency, "XXX", "not a currency code"),
        (Currency, "DEM", "not a currency code"),
        (Currency, "uah", "not a currency code"),
        (ZoneName, "Mars/Phobos", "IANA"),
        (ZoneName, "", "IANA"),
        (ZoneName, "../etc/passwd", "IANA"),
        (ZoneName, "Factory", "IANA"),
        (Day, 86400, "must be a date"),
        (Day, "0", "must be a date"),
        (Day, "20261225", "must be a date"),
        (Day, "2026-02-30", "day value is outside"),
        (Day, "9999-12-31", "between the years"),
        (Day, "0001-01-01", "between the years"),
        (LocalTime, "09:00+02:00", "offset"),
        (LocalTime, "09:00Z", "offset"),
        (LocalTime, 540, "time of day"),
        (LocalTime, "25:00", "hour"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(kind: Any, value: Any, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(kind, value)
    assert reason in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("tag", "kept"), [("uk", "uk"), ("pt-BR", "pt"), ("zh-Hant-TW", "zh"), ("EN", "en"), ("ukr", "uk"), ("fil", "fil")]
)
def test_a_language_is_kept_as_what_people_speak(tag: str, kept: str) -> None:
    assert read(Language, tag) == kept


@pytest.mark.parametrize(
    ("amount", "currency", "field"),
    [
        ("100.50", "JPY", ("amount",)),
        ("0.1", "KRW", ("amount",)),
        ("1.234", "UAH", ("amount",)),
        ("1.234", "KWD", ("amount",)),
        ("1.00", "XTS", ("currency",)),
        ("NaN", "UAH", ("amount",)),
        ("Infinity", "UAH", ("amount",)),
        ("1e20", "UAH", ("amount",)),
    ],
)
def test_money_no_finer_than_its_minor_unit(amount: str, currency: str, field: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        read(Money, {"amount": amount, "currency": currency})
    assert refused.value.errors()[0]["loc"] == field


@pytest.mark.parametrize(("amount", "currency"), [("100", "JPY"), ("100.00", "JPY"), ("1.25", "KWD"), ("0.01", "EUR")])
def test_money_of_every_currency_in_use_is_taken(amount: str, currency: str) -> None:
    assert read(Money, {"amount": amount, "currency": currency}).amount == Decimal(amount)


def test_sums_are_rounded_to_what_can_be_paid() -> None:
    assert rounded(Decimal("100.50"), "JPY") == Decimal(101)
    assert rounded(Decimal("100.005"), "UAH") == Decimal("100.01")


def test_records_from_before_a_rule_are_still_read() -> None:
    class Kept(BaseModel):
        country: HolidayCountry
        language: Language
        opens: LocalTime
        zone: ZoneName

    old = {"country": "XX", "language": "xx", "opens": "09:00+02:00", "zone": "Mars/Phobos"}
    kept = Kept.model_validate(old, context=STORED)
    assert (kept.country, kept.language, kept.opens, kept.zone) == ("XX", "xx", time(9), "Mars/Phobos")


def test_marks_that_are_never_seen_are_no_part_of_a_cell() -> None:
    cells = ["\u200bТОВ «Ві\u00adтер»\u200e", "\u202eLtd\u202c", "\ufeff+380441234567", "می\u200cخواهم"]
    assert tidy_cells(cells) == ["ТОВ «Вітер»", "Ltd", "+380441234567", "می\u200cخواهم"]


@pytest.mark.parametrize("body", [NewLead, ContactChange])
def test_a_name_that_is_typed_in_is_what_is_seen_of_it(body: type[BaseModel]) -> None:
    number = {"phones": ["1"]} if body is NewLead else {}
    typed = body.model_validate({"company": "  ТОВ\u200b «Вітер»\n", "contact_name": "Оле\u202eна", **number})
    assert typed.model_dump(include={"company", "contact_name"}) == {"company": "ТОВ «Вітер»", "contact_name": "Олена"}


@pytest.mark.parametrize("body", [NewLead, ContactChange])
def test_a_name_of_which_nothing_is_seen_is_none(body: type[BaseModel]) -> None:
    number = {"phones": ["1"]} if body is NewLead else {}
    with pytest.raises(ValidationError):
        body.model_validate({"company": "\u200b \u202e", **number})
