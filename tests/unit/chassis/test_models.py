"""Types of fields that every service shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.chassis.http import Moment

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize(
    "given", ["2026-03-02T09:00:00+02:00", "2026-03-02T07:00:00Z", "2026-03-02 07:00:00Z", "2026-03-02t07:00:00z"]
)
def test_a_time_is_written_with_its_offset(given: str) -> None:
    assert MOMENT.validate_python(given) == MOMENT.validate_python(datetime(2026, 3, 2, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "given",
    [0, 0.5, 1772434800, "0", "0.5", "1772434800", "1772434800000", True, None, "", "2026-03-02", "2026-03-02T09:00:00",
     "now", "20260302T090000Z", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z", []],
)  # fmt: skip
def test_a_number_a_day_or_a_time_of_no_place_is_none(given: Any) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(given)
