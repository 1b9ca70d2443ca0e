"""The branching call script as data: every node reachable, every branch ends."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["say", "ask", "objection", "appointment", "hard_question", "end"]


class Node(BaseModel):
    """One step of a script. `next` is a node id, or answers with the node each leads to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    text: str = Field(min_length=1, max_length=4000)
    next: str | dict[str, str] | None = None

    def targets(self) -> list[str]:
        """Where this node leads."""
        if self.next is None:
            return []
        return [self.next] if isinstance(self.next, str) else list(self.next.values())


class ScriptBody(BaseModel):
    """A script, checked as a whole when it is saved."""

    model_config = ConfigDict(extra="forbid")

    start: str
    nodes: dict[str, Node] = Field(min_length=1, max_length=300)

    @model_validator(mode="after")
    def _is_whole(self) -> ScriptBody:
        if self.start not in self.nodes:
            raise ValueError(f"start: there is no node '{self.start}'")
        for name, node in self.nodes.items():
            self._check_node(name, node)
        lost = set(self.nodes) - self._reachable()
        if lost:
            raise ValueError(f"nodes never reached: {', '.join(sorted(lost))}")
        endless = set(self.nodes) - self._ending()
        if endless:
            raise ValueError(f"nodes from which the call never ends: {', '.join(sorted(endless))}")
        return self

    def _check_node(self, name: str, node: Node) -> None:
        missing = [target for target in node.targets() if target not in self.nodes]
        if missing:
            raise ValueError(f"node '{name}' leads to '{missing[0]}', which does not exist")
        ends = node.kind in ("end", "hard_question")
        if node.kind == "end" and node.targets():
            raise ValueError(f"node '{name}' is an end and leads on")
        if not ends and not node.targets():
            raise ValueError(f"node '{name}' leads nowhere and is no end")

    def _reachable(self) -> set[str]:
        seen: set[str] = set()
        todo = [self.start]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += self.nodes[name].targets()
        return seen

    def _ending(self) -> set[str]:
        """Nodes from which an end can be reached (a hard question ends the caller's turn)."""
        ending = {name for name, node in self.nodes.items() if not node.targets()}
        while True:
            more = {name for name, node in self.nodes.items() if set(node.targets()) & ending} - ending
            if not more:
                return ending
            ending |= more
