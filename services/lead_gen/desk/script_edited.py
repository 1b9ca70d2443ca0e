"""A script while somebody edits it: what is typed, what is wrong with it, how it reads, and what it would change."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.chassis.web.seen import Seen
from services.lead_gen.desk.script_forms import NodeRow, TypedScript, rows_of, typed_script, with_spare
from services.lead_gen.domain.script_steps import Step, step_at, walked
from services.lead_gen.domain.scripts import (
    Fault,
    NodeChange,
    RenderedScript,
    Script,
    ScriptListed,
    lacking,
    node_changes,
    rendered,
)
from services.lead_gen.schemas.scripts import NewScript

BASE = "/lead-gen/desk/settings/scripts"
SAMPLE = {
    "company": "Vantazh Plus",
    "contact_name": "Olena Koval",
    "industry": "furniture",
    "size": "11-50",
    "region": "Lviv",
    "city": "Lviv",
    "website": "vantazh.example",
}
"""Whom a script is read to while it is tried."""


@dataclass
class EditedScript:
    """The script of a name, as it is typed against its version in force."""

    versions: list[ScriptListed]
    name: str
    typed: TypedScript
    seen: Seen
    caller: str
    meant: NewScript | None = None
    name_fault: str = ""
    rows: list[NodeRow] = field(default_factory=list)
    is_ready: bool = False

    @property
    def now(self) -> ScriptListed | None:
        """The version in force."""
        return self.versions[0] if self.versions else None

    @property
    def is_stale(self) -> bool:
        """Whether somebody else has published since the form was drawn."""
        return self.now is not None and self.seen.is_behind(self.now.version)

    @property
    def place(self) -> str:
        """Where its form goes."""
        return f"{BASE}/{self.now.id if self.now else 'new'}"

    @property
    def faults(self) -> dict[str, list[Fault]]:
        """What is wrong, by the place of the node."""
        return self.typed.faults

    @property
    def wrong(self) -> int:
        """How many mistakes there are."""
        return sum(len(one) for one in self.faults.values())

    @property
    def changes(self) -> list[NodeChange]:
        """Which nodes differ from the version in force."""
        return node_changes(self.now.nodes if self.now else {}, self.typed.nodes)

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to publish."""
        return bool(self.changes) or (self.now is not None and self.now.start != self.typed.start)

    @property
    def lacking(self) -> list[str]:
        """Steps that a script should have and this one has not."""
        return lacking(self.typed.nodes) if self.typed.nodes else []

    @property
    def step(self) -> Step | None:
        """Where the reader of the preview is; none while the script has mistakes or is empty."""
        return None if self.faults or not self.typed.nodes else step_at(self._rendered, self.typed.path)

    def walk(self, *to: str) -> str:
        """The way to here and further, as a button of the preview sends it."""
        return json.dumps([*walked(self._rendered, self.typed.path), *to], ensure_ascii=False)

    @property
    def back(self) -> str:
        """The way without its last step."""
        return json.dumps(walked(self._rendered, self.typed.path)[:-1], ensure_ascii=False)

    @property
    def _rendered(self) -> RenderedScript:
        made = Script(
            id="", name=self.name, version=0, start=self.typed.start, nodes=self.typed.nodes,
            created_at=datetime.now(UTC),
        )  # fmt: skip
        return rendered(made, {**SAMPLE, "caller": self.caller})


def begun(versions: list[ScriptListed], caller: str) -> EditedScript:
    """A script as it is in force; an empty one for a new name."""
    now = versions[0] if versions else None
    rows = rows_of(now.start, now.nodes) if now else []
    typed = TypedScript(now.start if now else "greeting", rows, nodes=dict(now.nodes) if now else {})
    edited = EditedScript(versions, now.name if now else "", typed, Seen.at(now.version if now else 0), caller)
    edited.rows = with_spare(rows)
    return edited


def begun_with(ready: NewScript, caller: str) -> EditedScript:
    """A new script that is filled in already; nothing of it is kept before it is published."""
    rows = rows_of(ready.start, ready.nodes)
    typed = TypedScript(ready.start, rows, nodes=dict(ready.nodes))
    return EditedScript([], ready.name, typed, Seen.at(0), caller, meant=ready, rows=with_spare(rows), is_ready=True)


def edited_by(versions: list[ScriptListed], form: FormData, caller: str) -> EditedScript:
    """A script as a form has it, checked as publishing checks it."""
    name = versions[0].name if versions else str(form.get("name", "")).strip()
    typed = typed_script(form)
    edited = EditedScript(versions, name, typed, Seen.of(form), caller, rows=with_spare(typed.rows))
    if not typed.faults and typed.nodes and edited.is_changed:
        try:
            edited.meant = NewScript(name=name, start=typed.start, nodes=typed.nodes)
        except ValidationError:
            edited.name_fault = "no_name"
    return edited
