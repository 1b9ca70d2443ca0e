"""Public holidays and the countries they are known for. Opening hours: tests/unit/conversion/test_calendar.py."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from services.account_mgmt.domain import policy as account_mgmt
from services.chassis.business_time import Calendar, is_public_holiday
from services.chassis.meanings import HolidayCountry
from services.lead_gen.domain import policy as lead_gen


def test_a_public_holiday_is_one_of_its_country_only() -> None:
    labour_day = date(2026, 5, 1)
    assert is_public_holiday("DE", labour_day)
    assert not is_public_holiday("NL", labour_day)
    assert not is_public_holiday("DE", date(2026, 5, 4))
    assert not is_public_holiday(None, labour_day)


@pytest.mark.parametrize("code", ["Mars", "ua", "", "XX"])
def test_a_country_without_known_holidays_is_refused_when_it_is_written(code: str) -> None:
    """Afterwards it would fail with the first date that is asked for."""
    with pytest.raises(ValidationError, match="no public holidays are known"):
        TypeAdapter(HolidayCountry).validate_python(code)
    for policy in (lead_gen.Policy, account_mgmt.Policy):
        with pytest.raises(ValidationError, match="holidays_of"):
            policy.model_validate({"holidays_of": code})
        assert policy.model_validate({"holidays_of": None}).holidays_of is None


def test_its_schema_is_a_plain_text() -> None:
    assert TypeAdapter(HolidayCountry).json_schema() == {"type": "string"}


def test_a_calendar_keeps_suspended_holidays_where_the_organisation_says_so() -> None:
    week: dict[str, object] = {"mon": [{"opens": "09:00", "closes": "18:00"}]}
    independence = datetime(2026, 8, 24, 9, tzinfo=UTC)
    for observed in (False, True):
        calendar = Calendar.model_validate({"week": week, "country": "UA", "observed": observed})
        assert calendar.is_open(independence) is not observed
