"""The branching call script as data: every node reachable, every branch ends, every kind leads on as it must."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.records import Record
from services.lead_gen.domain.script_fields import SCRIPT_FIELDS
from workflows.contracts.lead_gen import CallOutcome

Kind = Literal["say", "ask", "objection", "appointment", "hard_question", "end"]
MAX_ANSWERS = 30
MAX_LABEL = 100


class Node(BaseModel):
    """One step of a script. `next` is a node id, or answers with the node each leads to.

    | kind | what the caller does | leads on by |
    | --- | --- | --- |
    | `say` | reads | one `next` |
    | `ask`, `objection` | reads and hears an answer | answers |
    | `appointment` | agrees a time with tier 2 | one `next`, or answers |
    | `hard_question` | does not improvise: the contact goes to tier 2 | nothing, or one `next` to words of goodbye |
    | `end` | rings off; `outcome` proposes how the call ended | nothing |
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    text: str = Field(min_length=1, max_length=4000, description="May hold {{field}} or {{field|if it is not known}}.")
    next: str | dict[str, str] | None = None
    outcome: CallOutcome | None = Field(default=None, description="Of an `end`: the outcome it proposes.")

    def targets(self) -> list[str]:
        """Where this node leads."""
        if self.next is None:
            return []
        return [self.next] if isinstance(self.next, str) else list(self.next.values())


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a script: where (`start` or `nodes.<id>`), and why.

    `code` is the kind of mistake and `about` what it concerns, for pages that say it in their own words.
    """

    field: str
    reason: str
    code: str = ""
    about: str = ""


Nodes = Mapping[str, Node]


class ScriptName(Record):
    """Which version of which script."""

    id: str
    name: str
    version: int


class Script(Record):
    """One version of a script."""

    id: str
    name: str
    version: int
    start: str
    nodes: dict[str, Node]
    created_at: datetime


class ScriptListed(Script):
    """A version of a script in a list: `by` is what its writer is called, `campaigns` how many read this script."""

    created_by: str
    by: str = ""
    campaigns: int


class RenderedScript(Script):
    """A version of a script, and the text of every node as it is read to one lead."""

    texts: dict[str, str]


def rendered(script: Script, values: Mapping[str, str | None]) -> RenderedScript:
    """A script with the text of each node as it is read out."""
    texts = {name: SCRIPT_FIELDS.fill(node.text, values) for name, node in script.nodes.items()}
    return RenderedScript(**dict(script), texts=texts)


def faults(start: str, nodes: Nodes) -> list[Fault]:
    """Everything that is wrong with a script, in order of its nodes; empty for one that can be used."""
    found = [] if start in nodes else [Fault("start", f"there is no node '{start}'", "no_start", start)]
    for name, node in nodes.items():
        reasons = [*_name_faults(name), *_text_faults(node), *_lead_on_faults(node), *_target_faults(node, nodes)]
        found += [Fault(f"nodes.{name}", *reason) for reason in reasons]
    # Whether everything is reached and ends can be said only of a script whose edges are there.
    return found or [*_walk_faults(start, nodes), *_improvised(nodes)]


_Reason = tuple[str, str, str]
"""(why, the kind of mistake, what it concerns)"""


def _name_faults(name: str) -> Iterator[_Reason]:
    if not name.strip() or len(name) > MAX_LABEL or "\x00" in name:
        yield f"a node's id has 1 to {MAX_LABEL} characters, and no NUL", "name", str(MAX_LABEL)


def _text_faults(node: Node) -> Iterator[_Reason]:
    if not node.text.strip():
        yield "has no text to read", "no_text", ""
    if "\x00" in node.text:
        yield "its text must not contain NUL characters", "nul", ""
    for reason in SCRIPT_FIELDS.faults(node.text):
        yield reason, "field", reason


def _lead_on_faults(node: Node) -> Iterator[_Reason]:
    answers = isinstance(node.next, dict)
    if node.kind in ("ask", "objection") and not (answers and node.next):
        yield f"{node.kind}: `next` must be answers, each with the node it leads to", "no_answers", node.kind
    if node.kind in ("say", "hard_question") and answers:
        yield f"{node.kind}: nobody is asked here, so `next` must be one node and not answers", "not_asked", node.kind
    if node.kind in ("say", "appointment") and not node.targets():
        yield f"{node.kind}: leads nowhere and is not an end", "dead_end", node.kind
    if node.kind == "end" and node.next is not None:
        yield "end: leads on; an end has no `next`", "leads_on", ""
    if node.kind != "end" and node.outcome is not None:
        yield f"{node.kind}: only an end may propose an outcome", "outcome", node.kind
    if isinstance(node.next, dict):
        yield from _answer_faults(node.next)


def _answer_faults(answers: Mapping[str, str]) -> Iterator[_Reason]:
    if len(answers) > MAX_ANSWERS:
        yield f"has {len(answers)} answers; {MAX_ANSWERS} at most can be read", "many_answers", str(MAX_ANSWERS)
    if any(not label.strip() or len(label) > MAX_LABEL or "\x00" in label for label in answers):
        yield f"an answer has 1 to {MAX_LABEL} characters, and no NUL", "answer", str(MAX_LABEL)


def _target_faults(node: Node, nodes: Nodes) -> Iterator[_Reason]:
    for target in dict.fromkeys(node.targets()):
        if target not in nodes:
            yield f"leads to '{target}', which does not exist", "unknown_target", target


def _walk_faults(start: str, nodes: Nodes) -> Iterator[Fault]:
    reached, ending = _reachable([start], nodes), _ending(nodes)
    for name in nodes:
        if name not in reached:
            yield Fault(f"nodes.{name}", "is never reached", "unreached")
        if name not in ending:
            yield Fault(f"nodes.{name}", "the call never ends from here", "endless")


def _improvised(nodes: Nodes) -> Iterator[Fault]:
    """After a hard question the caller says goodbye: nothing more is asked, and tier 2 gets the contact."""
    after = _reachable([t for node in nodes.values() if node.kind == "hard_question" for t in node.targets()], nodes)
    for name, node in nodes.items():
        if name in after and node.kind not in ("say", "end"):
            reason = f"{node.kind}: after a hard question only words of goodbye may follow"
            yield Fault(f"nodes.{name}", reason, "improvised", node.kind)
        if name in after and node.outcome not in (None, CallOutcome.HARD_QUESTION):
            reason = f"proposes {node.outcome}, and a hard question leads here"
            yield Fault(f"nodes.{name}", reason, "other_outcome", str(node.outcome))


def lacking(nodes: Nodes) -> list[str]:
    """Kinds of steps that a script for cold calls should have, and this one has not: advice, no mistake."""
    kinds = {node.kind for node in nodes.values()}
    return [kind for kind in ("appointment", "hard_question") if kind not in kinds]


def in_order(start: str, nodes: Nodes) -> list[str]:
    """Ids of the nodes as a call comes to them, breadth first; those that no call comes to at the end."""
    order, todo = [], [start]
    seen = {start}
    while todo:
        name = todo.pop(0)
        if name in nodes:
            order.append(name)
            fresh = [target for target in dict.fromkeys(nodes[name].targets()) if target not in seen]
            seen.update(fresh)
            todo += fresh
    return order + [name for name in nodes if name not in seen]


@dataclass(frozen=True)
class NodeChange:
    """What became of one node between two versions; none where there is none."""

    name: str
    was: Node | None
    now: Node | None


def node_changes(was: Nodes, now: Nodes) -> list[NodeChange]:
    """Nodes that came, went, or say or lead to something else; the order of answers counts, too."""
    names = dict.fromkeys([*now, *was])
    return [NodeChange(name, was.get(name), now.get(name)) for name in names if _told(was, name) != _told(now, name)]


def _told(nodes: Nodes, name: str) -> tuple[object, ...] | None:
    node = nodes.get(name)
    if node is None:
        return None
    return node.kind, node.text, node.outcome, tuple(node.next.items()) if isinstance(node.next, dict) else node.next


def _reachable(starts: Sequence[str], nodes: Nodes) -> set[str]:
    seen: set[str] = set()
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += nodes[name].targets()
    return seen


def _ending(nodes: Nodes) -> set[str]:
    """Nodes from which an end can be reached (a hard question ends the caller's turn)."""
    leading_to: dict[str, list[str]] = {name: [] for name in nodes}
    for name, node in nodes.items():
        for target in node.targets():
            leading_to[target].append(name)
    todo = [name for name, node in nodes.items() if not node.targets()]
    ending: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in ending:
            ending.add(name)
            todo += leading_to[name]
    return ending


def path_fault(start: str, nodes: Nodes, path: Sequence[str]) -> tuple[int, str] | None:
    """(number of the step, why) of the first step that this script does not allow; none if the path fits.

    A path may stop anywhere: people ring off.
    """
    for number, name in enumerate(path):
        if name not in nodes:
            return number, f"there is no node '{name}' in this version"
        if number == 0 and name != start:
            return number, f"this version starts at '{start}', not at '{name}'"
        if number and name not in nodes[path[number - 1]].targets():
            return number, f"'{path[number - 1]}' does not lead to '{name}' in this version"
    return None
