"""Where a caller is in a script: what to say, what the other side may answer, and where each answer leads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.chassis.records import Record
from services.lead_gen.domain.scripts import Node, RenderedScript, path_fault

_DIGITS = 9


class Choice(Record):
    """One thing they may say. `key` is the digit that takes it, none beyond nine; `kind` and `outcome` say where."""

    key: str
    text: str
    to: str
    kind: str
    outcome: str | None


class Step(Record):
    """One step of a script. `trail` are the answers so far; an `end` proposes its `outcome`."""

    node: str
    kind: str
    text: str
    outcome: str | None
    trail: list[str]
    answers: list[Choice]
    objections: list[Choice]
    is_first: bool


def walked(script: RenderedScript, path: Sequence[str]) -> list[str]:
    """The nodes that were passed, the present one last; from the start if these do not follow each other."""
    return list(path) if path and path_fault(script.start, script.nodes, path) is None else [script.start]


def moved(script: RenderedScript, path: Sequence[str], to: str) -> list[str]:
    """The path after an answer that leads to `to`; unchanged if the present node does not lead there."""
    now = walked(script, path)
    return [*now, to] if to in script.nodes[now[-1]].targets() else now


def step_at(script: RenderedScript, path: Sequence[str]) -> Step:
    """The step at the end of a path. Answers come in the author's order, objections after them."""
    passed = walked(script, path)
    node = script.nodes[passed[-1]]
    answers, objections = _choices(script, node)
    return Step(
        node=passed[-1],
        kind=node.kind,
        text=script.texts[passed[-1]],
        outcome=node.outcome,
        trail=[_said(script, here, there) for here, there in pairwise(passed)],
        answers=answers,
        objections=objections,
        is_first=len(passed) == 1,
    )


def _choices(script: RenderedScript, node: Node) -> tuple[list[Choice], list[Choice]]:
    """(answers, objections), numbered through."""
    if node.next is None:
        return [], []
    said = {"": node.next} if isinstance(node.next, str) else node.next
    # From an objection one may land in another; only what is raised at an ordinary step stands apart.
    apart = [label for label, to in said.items() if node.kind != "objection" and script.nodes[to].kind == "objection"]
    order = [label for label in said if label not in apart] + apart
    found = [
        Choice(
            key=str(number) if number <= _DIGITS else "",
            text=label,
            to=said[label],
            kind=script.nodes[said[label]].kind,
            outcome=script.nodes[said[label]].outcome,
        )
        for number, label in enumerate(order, 1)
    ]
    return found[: len(found) - len(apart)], found[len(found) - len(apart) :]


def _said(script: RenderedScript, here: str, there: str) -> str:
    """What led from one node to the next: the answer, or what was read."""
    following = script.nodes[here].next
    if isinstance(following, dict):
        return next(label for label, to in following.items() if to == there)
    return script.texts[here]
