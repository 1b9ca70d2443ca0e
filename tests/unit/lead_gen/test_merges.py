"""Which of two leads is kept, what it takes over, and when a merge can be undone."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.errors import Conflict
from services.lead_gen.domain.merges import Merge, NotMergeableError, check_undo, choose, merged, taken_over
from tests.unit.lead_gen.leads import NOW, lead

OLD, NEW = lead(id="a"), lead(id="b", email="office@viter.example", city="Kyiv", phones=["+380441230002"])


def test_the_older_lead_is_kept_unless_somebody_says_otherwise() -> None:
    assert choose(OLD, NEW, None) == choose(NEW, OLD, None) == (OLD, NEW)
    assert choose(OLD, NEW, "b") == (NEW, OLD)


@pytest.mark.parametrize("place", [{"stage": "calling"}, {"tier": "conversion", "stage": "accepted"}])
def test_a_lead_in_work_is_kept(place: dict[str, Any]) -> None:
    busy = lead(id="b", **place)
    assert choose(OLD, busy, None) == (busy, OLD)
    with pytest.raises(NotMergeableError) as refused:
        choose(OLD, busy, "a")
    assert refused.value.code == "in_work"
    with pytest.raises(NotMergeableError) as refused:
        choose(lead(id="a", **place), busy, None)
    assert refused.value.code == "both_in_work"


def test_what_was_merged_is_not_merged_again() -> None:
    with pytest.raises(NotMergeableError) as refused:
        choose(OLD, lead(id="b", stage="merged"), None)
    assert refused.value.code == "wrong_state"


def test_only_gaps_are_filled() -> None:
    kept = lead(id="a", city="Lviv")
    assert taken_over(kept, NEW) == {"email": "office@viter.example"}
    after = merged(kept, NEW)
    assert (after.id, after.city, after.email) == ("a", "Lviv", "office@viter.example")
    assert after.phones == ["+380441230001", "+380441230002"]


def merge(**changes: Any) -> Merge:
    known = {"id": "m", "kept": "a", "gone": "b", "duplicate_id": "d", "moved": {}, "by": "boss", "at": NOW}
    return Merge.model_validate({**known, "undone_by": None, "undone_at": None, **changes})


def test_a_merge_is_undone_once_and_from_the_outside_in() -> None:
    check_undo(merge(), OLD)
    with pytest.raises(Conflict) as refused:
        check_undo(merge(undone_at=NOW), lead(stage="merged"))
    assert refused.value.code == "wrong_state"
    with pytest.raises(Conflict) as refused:
        check_undo(merge(), lead(stage="merged"))
    assert refused.value.code == "merged_further"
