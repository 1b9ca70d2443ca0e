"""First steps: what is missing in order, and what can be done next."""

from __future__ import annotations

from services.chassis.first_steps import next_step, still_needed

PLACES = {"people": "people", "products": "", "campaigns": "campaigns/new"}


def test_everything_is_listed_while_anything_is_missing() -> None:
    steps = still_needed({"people": 2, "products": 0, "campaigns": 0}, PLACES, "/desk")
    assert [(step.name, step.is_done, step.place) for step in steps] == [
        ("people", True, "/desk/people"),
        ("products", False, ""),
        ("campaigns", False, "/desk/campaigns/new"),
    ]


def test_what_another_tier_makes_is_waited_for_and_never_next() -> None:
    steps = still_needed({"people": 1, "products": 0, "campaigns": 0}, PLACES, "/desk")
    coming = next_step(steps)
    assert coming is not None
    assert coming.name == "campaigns"


def test_nothing_is_said_any_more_once_all_is_there() -> None:
    assert still_needed({"people": 1, "products": 9, "campaigns": 1}, PLACES, "/desk") == []
    assert next_step([]) is None
