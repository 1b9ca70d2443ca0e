"""The rules of a call script, and a path through it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lead_gen.domain.scripts import Node, faults, path_fault
from tests.fixtures.scripts import script

WHOLE = script()


def nodes(**changes: dict[str, Any]) -> dict[str, Node]:
    return {name: Node.model_validate(node) for name, node in script(**changes)["nodes"].items()}


def found(**changes: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fault.field, fault.reason) for fault in faults("greet", nodes(**changes))]


def test_a_whole_script_has_no_fault() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ({"kind": "ask", "text": "?", "next": "bye"}, "must be answers"),
        ({"kind": "ask", "text": "?", "next": {}}, "must be answers"),
        ({"kind": "ask", "text": "?"}, "must be answers"),
        ({"kind": "objection", "text": "?", "next": "bye"}, "must be answers"),
        ({"kind": "ask", "text": "?", "next": {" ": "bye"}}, "an answer has"),
        ({"kind": "ask", "text": "?", "next": {str(n): "bye" for n in range(31)}}, "31 answers"),
        ({"kind": "say", "text": "?", "next": {"yes": "bye"}}, "must be one node"),
        ({"kind": "say", "text": "?"}, "leads nowhere"),
        ({"kind": "appointment", "text": "?"}, "leads nowhere"),
        ({"kind": "hard_question", "text": "?", "next": {"yes": "bye"}}, "must be one node"),
        ({"kind": "end", "text": "?", "next": "bye"}, "leads on"),
        ({"kind": "say", "text": "?", "next": "bye", "outcome": "interested"}, "only an end"),
        ({"kind": "say", "text": "?", "next": "nowhere"}, "leads to 'nowhere', which does not exist"),
        ({"kind": "say", "text": " ", "next": "bye"}, "no text"),
        ({"kind": "say", "text": "{{phone}}", "next": "bye"}, "nothing is known by the name 'phone'"),
        ({"kind": "say", "text": "{{company", "next": "bye"}, "a placeholder is written"),
    ],
)
def test_each_kind_of_node_leads_on_as_it_must(node: dict[str, Any], reason: str) -> None:
    [(field, why)] = found(carrier=node)
    assert field == "nodes.carrier"
    assert reason in why


def test_every_fault_is_said_at_once() -> None:
    wrong = found(
        greet={"kind": "say", "text": "{{phone}} {{name}}", "next": "nowhere"},
        bye={"kind": "end", "text": "Bye", "next": "greet"},
    )
    assert [field for field, _ in wrong] == ["nodes.greet"] * 3 + ["nodes.bye"]
    assert [fault.field for fault in faults("first", nodes())] == ["start"]


def test_a_node_that_is_never_reached_and_one_that_never_ends_are_named() -> None:
    again = {"kind": "say", "text": "Again", "next": "again"}
    assert set(found(again=again)) == {
        ("nodes.again", "is never reached"),
        ("nodes.again", "the call never ends from here"),
    }


def test_nothing_is_asked_after_a_hard_question() -> None:
    expert = {"kind": "hard_question", "text": "Our manager knows.", "next": "meeting"}
    assert any("only words of goodbye" in why for field, why in found(expert=expert) if field == "nodes.meeting")
    interested = {"kind": "hard_question", "text": "Our manager knows.", "next": "bye"}
    assert any("a hard question leads here" in why for _, why in found(expert=interested))
    assert found(expert={"kind": "hard_question", "text": "x"}) == [("nodes.goodbye", "is never reached")]


def test_a_loop_with_a_way_out_ends() -> None:
    assert found(carrier={"kind": "objection", "text": "?", "next": {"what?": "carrier", "no": "bye"}}) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ([], None),
        (["greet"], None),
        (["greet", "ships", "carrier", "meeting", "thanks"], None),
        (["ships"], 0),
        (["nowhere"], 0),
        (["greet", "meeting"], 1),
        (["greet", "ships", "bye", "greet"], 3),
        (["greet", "ships", "nowhere"], 2),
    ],
)
def test_a_path_starts_at_the_start_and_each_step_is_an_edge(path: list[str], wrong: int | None) -> None:
    fault = path_fault("greet", nodes(), path)
    assert (fault[0] if fault else None) == wrong


@given(st.data())
def test_any_walk_through_a_script_is_a_path_of_it(data: st.DataObject) -> None:
    whole, path = nodes(), ["greet"]
    for _ in range(data.draw(st.integers(0, 10))):
        if targets := whole[path[-1]].targets():
            path.append(data.draw(st.sampled_from(targets)))
    assert path_fault("greet", whole, path) is None


@given(st.dictionaries(st.sampled_from("abcde"), st.lists(st.sampled_from("abcde"), max_size=3), min_size=1))
def test_from_every_node_of_an_accepted_script_there_is_a_way_to_an_end(edges: dict[str, list[str]]) -> None:
    drawn = {
        name: Node(kind="ask", text="?", next={str(n): to for n, to in enumerate(targets)})
        if targets
        else Node(kind="end", text=".")
        for name, targets in edges.items()
    }
    start = next(iter(drawn))
    if faults(start, drawn):
        return
    reached, todo = {start}, [start]
    while todo:
        todo += [t for t in drawn[todo.pop()].targets() if t not in reached and not reached.add(t)]  # type: ignore[func-returns-value]
    assert reached == set(drawn)
    shortest = {name for name, node in drawn.items() if node.kind == "end"}
    for _ in drawn:
        shortest |= {name for name, node in drawn.items() if set(node.targets()) & shortest}
    assert shortest == set(drawn)
