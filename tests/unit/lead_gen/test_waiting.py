"""Why nothing is due for a caller, and when the next call comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.lead_gen.domain.callers import Standing
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.waiting import Waiting, WaitingGroup, why_nothing

NOW = datetime(2026, 11, 27, 8, 42, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def group(
    key: str, *, due: bool = True, theirs: bool = False, fresh: bool = False, calls: int = 1, first: datetime = NOW
) -> WaitingGroup:
    return WaitingGroup(group_key=key, due=due, theirs=theirs, fresh=fresh, calls=calls, first=first)


def why(*groups: WaitingGroup, **standing: Any) -> Waiting:
    known = Standing(known=True, languages=["uk"], **standing)
    return why_nothing(groups, running=["c1"], standing=known, policy=Policy(holidays_of=None), now=NOW)


def test_each_call_waits_for_one_cause() -> None:
    found = why(
        group("c1|America/New_York|uk", calls=5),
        group("c1|Europe/Kyiv|uk", due=False, calls=3, first=LATER),
        group("c1|Europe/Kyiv|pl", calls=2),
        group("c1|Europe/Kyiv|uk", theirs=True, first=LATER),
        group("c2|Europe/Kyiv|uk", calls=7),
    )
    assert {one.cause: one.calls for one in found.reasons} == {
        "closed": 5,
        "later": 3,
        "language": 2,
        "colleague": 1,
        "campaign": 7,
    }
    assert found.calls == 18


def test_the_next_call_is_the_first_that_this_caller_may_make() -> None:
    opens = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)  # 09:00 in New York
    assert why(group("c1|America/New_York|uk")).next_at == opens
    assert why(group("c1|America/New_York|uk"), group("c1|Europe/Kyiv|uk", due=False, first=LATER)).next_at == LATER
    assert why(group("c1|Europe/Kyiv|pl"), group("c1|Europe/Kyiv|uk", theirs=True, first=LATER)).next_at is None


def test_leads_that_nobody_has_called_are_told_from_those_that_were_called_in_vain() -> None:
    found = why(
        group("c1|Europe/Kyiv|uk", due=False, fresh=True, calls=4, first=LATER),
        group("c1|Europe/Kyiv|uk", due=False, calls=3, first=LATER + timedelta(hours=1)),
    )
    assert [(one.cause, one.calls, one.opens) for one in found.reasons] == [
        ("first", 4, LATER),
        ("later", 3, LATER + timedelta(hours=1)),
    ]
    assert found.next_at == LATER


def test_a_quota_that_is_made_ends_the_wait() -> None:
    found = why(group("c1|America/New_York|uk"), quota_left=False)
    assert (found.quota_done, found.next_at) == (True, None)
