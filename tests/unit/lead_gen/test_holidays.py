"""Days on which nobody is called: holidays of the lead's own country, and the days on which the house is closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import is_calling_day, is_open, next_open, open_hours

KYIV, WARSAW, DENVER = "Europe/Kyiv", "Europe/Warsaw", "America/Denver"
POLISH = date(2026, 6, 4)  # a Thursday: Corpus Christi
UKRAINIAN = date(2026, 8, 24)  # a Monday: Ukraine's independence
AMERICAN = date(2026, 11, 26)  # a Thursday: Thanksgiving


def noon(day: date, zone: str) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZoneInfo(zone)) + timedelta(hours=12)


@pytest.mark.parametrize(("day", "at_home"), [(POLISH, WARSAW), (UKRAINIAN, KYIV), (AMERICAN, DENVER)])
def test_a_holiday_keeps_leads_of_its_own_country_from_being_called_and_nobody_else(day: date, at_home: str) -> None:
    policy = Policy(observed=True)
    for zone in (KYIV, WARSAW, DENVER):
        assert is_open(policy, zone, noon(day, zone)) is (zone != at_home)


@pytest.mark.parametrize(("observed", "works"), [(False, True), (True, False)])
def test_the_organisation_decides_whether_holidays_suspended_by_martial_law_are_kept(
    observed: bool, works: bool
) -> None:
    assert is_calling_day(Policy(observed=observed), KYIV, UKRAINIAN) is works
    # What no law has suspended is a day off either way.
    assert not is_calling_day(Policy(observed=observed), WARSAW, POLISH)


def test_without_holidays_every_weekday_is_a_calling_day() -> None:
    assert is_calling_day(Policy(holidays_of=None, observed=True), KYIV, UKRAINIAN)
    assert is_calling_day(Policy(holidays_of=None), WARSAW, POLISH)


def test_the_policys_country_decides_for_leads_of_no_country() -> None:
    assert not is_calling_day(Policy(holidays_of="PL"), "UTC", POLISH)
    assert is_calling_day(Policy(holidays_of="UA"), "UTC", POLISH)


def test_on_own_closed_days_nobody_is_called() -> None:
    policy = Policy(closed_days=[date(2026, 6, 1), date(2026, 6, 2)])
    monday = noon(date(2026, 6, 1), WARSAW)
    assert not is_open(policy, WARSAW, monday)
    assert next_open(policy, WARSAW, monday) == noon(date(2026, 6, 3), WARSAW) - timedelta(hours=3)
    assert open_hours(policy, WARSAW, monday, monday + timedelta(days=2)) == 3


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (["2026-06-01", "2026-06-01"], "twice"),
        (["2026-06-31"], "date"),
        ([str(date(2026, 6, 1) + timedelta(days=n)) for n in range(40)], "nobody could be called for 31 days"),
        ([str(date(2026, 6, 1) + timedelta(days=n)) for n in range(0, 40, 7)], None),
    ],
)
def test_closed_days_that_mean_nothing_are_refused(days: list[str], says: str | None) -> None:
    if says is None:
        assert len(Policy.model_validate({"closed_days": days}).closed_days) == len(days)
        return
    with pytest.raises(ValidationError, match=says) as refused:
        Policy.model_validate({"closed_days": days})
    assert refused.value.errors()[0]["loc"][0] == "closed_days"


def test_a_policy_written_before_holidays_were_the_leads_own_is_still_read() -> None:
    old = Policy.model_validate_json('{"holidays_of": "UA", "weekdays": [0, 1, 2, 3, 4], "opens": "09:00:00"}')
    assert (old.observed, old.closed_days) == (False, [])
