"""A script as one form: each node with its text, its answers and where they lead; and what is wrong with it where."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.lead_gen.domain.scripts import Fault, Node, faults, in_order

SPARE_NODES: Final = 2
SPARE_ANSWERS: Final = 2
_MOST_NODES: Final = 320
_MOST_ANSWERS: Final = 40


@dataclass(frozen=True)
class AnswerRow:
    """What they may say, and the node it leads to."""

    say: str = ""
    to: str = ""


@dataclass(frozen=True)
class NodeRow:
    """One node as it stands in the form; `at` is its place there, such as `n.0`. `out`: it is to be taken out."""

    at: str
    name: str = ""
    kind: str = "say"
    text: str = ""
    next: str = ""
    outcome: str = ""
    answers: tuple[AnswerRow, ...] = ()
    out: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nobody wrote anything here."""
        return not (self.name or self.text or self.next or any(one.say or one.to for one in self.answers))

    @property
    def spare(self) -> range:
        """Numbers of the empty rows for further answers."""
        return range(len(self.answers), len(self.answers) + SPARE_ANSWERS)


@dataclass
class TypedScript:
    """A script as typed: its rows, the nodes that they make, and what is wrong, by the row's place (or `start`)."""

    start: str
    rows: list[NodeRow]
    nodes: dict[str, Node] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)

    def blame(self, at: str, fault: Fault) -> None:
        """Something is wrong there."""
        self.faults.setdefault(at, []).append(fault)


def typed_script(form: FormData) -> TypedScript:
    """The script as it is typed, and everything that is wrong with it."""
    typed = TypedScript(_text(form, "start"), [_sent(form, n) for n in range(_MOST_NODES) if f"n.{n}.text" in form])
    typed.path = _path(_text(form, "walk"))
    kept = [row for row in typed.rows if not row.out and not row.is_blank]
    for row in kept:
        _take(typed, row)
    if not typed.faults:
        at = {row.name: row.at for row in kept}
        for fault in faults(typed.start, typed.nodes):
            typed.blame(at.get(fault.field.removeprefix("nodes."), "start"), fault)
    return typed


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()


def _path(text: str) -> list[str]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [str(one) for one in found][:300] if isinstance(found, list) else []


def _sent(form: FormData, n: int) -> NodeRow:
    at = f"n.{n}"
    answers = [AnswerRow(_text(form, f"{at}.a.{k}.say"), _text(form, f"{at}.a.{k}.to")) for k in range(_MOST_ANSWERS)]
    name, kind, text, then, outcome = (
        _text(form, f"{at}.{part}") for part in ("name", "kind", "text", "next", "outcome")
    )
    said = tuple(one for one in answers if one.say or one.to)
    return NodeRow(at, name, kind, text, then, outcome, said, out=f"{at}.out" in form)


def _take(typed: TypedScript, row: NodeRow) -> None:
    """Make the node of a row, or say why it cannot be made."""
    if row.name in typed.nodes:
        typed.blame(row.at, Fault(row.at, "is there twice", "twice", row.name))
    if row.answers and row.next:
        typed.blame(row.at, Fault(row.at, "has answers and one next step", "both"))
    if len({one.say for one in row.answers}) < len(row.answers):
        typed.blame(row.at, Fault(row.at, "has the same answer twice", "same_answer"))
    try:
        node = Node.model_validate(_node(row))
    except ValidationError:
        typed.blame(row.at, Fault(row.at, "has no text to read", "long_text" if row.text else "no_text"))
    else:
        typed.nodes[row.name] = node


def _node(row: NodeRow) -> dict[str, Any]:
    then = {one.say: one.to for one in row.answers} if row.answers else row.next or None
    return {"kind": row.kind, "text": row.text, "next": then, "outcome": row.outcome or None}


def rows_of(start: str, nodes: Mapping[str, Node]) -> list[NodeRow]:
    """The nodes as rows, in the order in which a call comes to them."""
    return [_row(f"n.{n}", name, nodes[name]) for n, name in enumerate(in_order(start, nodes))]


def _row(at: str, name: str, node: Node) -> NodeRow:
    answers = tuple(AnswerRow(say, to) for say, to in node.next.items()) if isinstance(node.next, dict) else ()
    then = node.next if isinstance(node.next, str) else ""
    return NodeRow(at, name, node.kind, node.text, then, node.outcome or "", answers)


def with_spare(rows: Sequence[NodeRow]) -> list[NodeRow]:
    """The rows, and empty ones below them for new nodes."""
    kept = [row for row in rows if not row.is_blank]
    begin = 1 + max((int(row.at.partition(".")[2]) for row in rows), default=-1)
    return [*kept, *(NodeRow(f"n.{begin + n}") for n in range(SPARE_NODES))]
