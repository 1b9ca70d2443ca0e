"""Rows of a form that change places at the press of a button, without script."""

from __future__ import annotations

import pytest

from services.account_mgmt.desk.dunning_steps import DunningForm
from services.chassis.web.rows import Move
from services.conversion.desk.playbook_forms import PlaybookForm

STEPS = {
    "main.0.id": "main-1", "main.0.kind": "call", "main.0.after": "", "main.0.text": "Call them",
    "main.1.id": "main-2", "main.1.kind": "mail", "main.1.after": "2", "main.1.template": "information-pack",
}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "move"),
    [
        ("main.2.up", Move("main", 2, 1)), ("main.0.down", Move("main", 0, 1)), ("main.0.up", Move("main", 0, -1)),
        ("other.1.up", None), ("main.1", None), ("main.1.left", None), ("main.999.up", None), ("", None),
    ],
)  # fmt: skip
def test_a_button_asks_for_one_place_up_or_down(asked: str, move: Move | None) -> None:
    assert Move.asked(asked, ("main",)) == move


def test_a_step_moves_with_all_that_is_typed_in_it() -> None:
    form, moved = PlaybookForm.model_validate({**STEPS, "move": "main.1.up", "priority": "7"}).moved()
    assert moved == Move("main", 1, 0)
    first, second, empty = form.steps("main")
    assert (first.id, first.kind, first.after, first.template, first.text) == (
        "main-2",
        "mail",
        "2",
        "information-pack",
        "",
    )
    assert (second.id, second.kind, second.text, second.template) == ("main-1", "call", "Call them", "")
    assert (empty.kind, form.priority, form.move) == ("", "7", "")


@pytest.mark.parametrize("asked", ["main.0.up", "main.1.down", "main.2.up", "positive.0.down", "entry.0.down"])
def test_what_cannot_move_stays(asked: str) -> None:
    form, moved = PlaybookForm.model_validate({**STEPS, "move": asked}).moved()
    assert moved is None
    assert [row.id for row in form.steps("main")] == ["main-1", "main-2", ""]


def test_a_reminder_moves_with_its_way_and_its_wait() -> None:
    typed = {"way.0": "mail", "gap.0": "3", "way.1": "call", "gap.1": "12 h", "way.2": "mail", "gap.2": ""}
    form, moved = DunningForm.model_validate({**typed, "term": "14", "move": "steps.0.down"}).moved()
    assert moved == Move("steps", 0, 1)
    assert form.rows == [("call", "12 h"), ("mail", "3"), ("mail", "")]
    assert (form.term, form.count) == ("14", 2)
    assert form.model_copy(update={"move": "steps.1.down"}).moved() == (
        form.model_copy(update={"move": "steps.1.down"}),
        None,
    )
