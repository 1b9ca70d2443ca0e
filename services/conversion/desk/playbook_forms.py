"""A playbook as it is typed: `main.0.kind`, `rule.0.field` and so on, a row for each step and each rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.chassis.errors import Invalid
from services.chassis.web.refusals import reason_of
from services.chassis.web.rows import Move
from services.conversion.desk.playbook_words import PlaybookWords
from services.conversion.domain.playbooks import TRACKS, Playbook, Step, Track
from services.conversion.domain.typed_lengths import read_length, written_length

_MOST_STEPS: Final = 30
_MOST_RULES: Final = 20
ENGLISH: Final = PlaybookWords("en")
_PLACE: Final = re.compile(r"(entry|main|positive|negative)\[?\.?(\d+)\]?\.(\w+)")


@dataclass(frozen=True)
class StepRow:
    """One row of a track; without a kind it is no step."""

    id: str
    kind: str
    after: str
    text: str
    template: str


@dataclass(frozen=True)
class RuleRow:
    """One condition; without a field it is none."""

    field: str
    op: str
    values: str


class PlaybookForm(BaseModel):
    """Everything that stands in the form; `seen` is the version that it was drawn with."""

    model_config = ConfigDict(extra="allow")

    priority: str = Field(default="0", max_length=10)
    seen: int = 0
    move: str = Field(default="", max_length=60)

    @classmethod
    def of(cls, playbook: Playbook | None, seen: int, words: PlaybookWords = ENGLISH) -> PlaybookForm:
        """The form with these steps, or an empty one."""
        told: dict[str, Any] = {"seen": seen, "priority": str(playbook.priority if playbook else 0)}
        for track in TRACKS:
            for number, step in enumerate(playbook.track(track) if playbook else []):
                told |= {f"{track}.{number}.{name}": value for name, value in _typed_step(step, words).items()}
        for number, rule in enumerate(playbook.entry if playbook else []):
            told |= {
                f"entry.{number}.field": rule.field,
                f"entry.{number}.op": rule.op,
                f"entry.{number}.values": ", ".join(words.value(rule.field, one) for one in rule.values),
            }
        return cls.model_validate(told)

    def steps(self, track: Track) -> list[StepRow]:
        """The rows of a track, and an empty one for a further step."""
        rows = [StepRow(**{name: self._at(f"{track}.{n}.{name}") for name in StepRow.__annotations__})
                for n in range(_MOST_STEPS)]  # fmt: skip
        used = max((n for n, row in enumerate(rows) if row.kind), default=-1) + 1
        return rows[: min(used + 1, _MOST_STEPS)]

    def count(self, rows: str) -> int:
        """How many steps there are in the track of this name."""
        return sum(1 for track in TRACKS if track == rows for row in self.steps(track) if row.kind)

    def moved(self) -> tuple[PlaybookForm, Move | None]:
        """The form after the move that its button asks for, and that move; the form as it is where none can be made."""
        move = Move.asked(self.move, TRACKS)
        if move is None or not move.fits(self.count(move.rows)):
            return self, None
        names = [f"{move.rows}.{{}}.{name}" for name in StepRow.__annotations__]
        return self.model_validate(move.swapped(self.model_dump(exclude={"move"}), names)), move

    def rules(self) -> list[RuleRow]:
        """The conditions, and an empty row for a further one."""
        rows = [RuleRow(**{name: self._at(f"entry.{n}.{name}") for name in RuleRow.__annotations__})
                for n in range(_MOST_RULES)]  # fmt: skip
        used = max((n for n, row in enumerate(rows) if row.field), default=-1) + 1
        return rows[: min(used + 1, _MOST_RULES)]

    def _at(self, name: str) -> str:
        return str((self.model_extra or {}).get(name, "")).strip()

    def told(self, words: PlaybookWords = ENGLISH) -> Playbook:
        """The playbook, its conditions typed in words. Raises Invalid with the field of the form."""
        try:
            return Playbook.model_validate(self._body(words))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            reason = "At least one step is needed" if place == "main" else reason_of(dict(first))
            field = "main.0.kind" if place == "main" else form_field(place)
            raise Invalid(reason, field=field) from None

    def _body(self, words: PlaybookWords) -> dict[str, Any]:
        taken = {row.id for track in TRACKS for row in self.steps(track) if row.id}
        rules = [_rule(number, one, words) for number, one in enumerate(self.rules()) if one.field]
        tracks: dict[str, Any] = {
            track: [self._step(track, n, row, taken, words) for n, row in enumerate(self.steps(track)) if row.kind]
            for track in TRACKS
        }
        return {"priority": self.priority.strip() or "0", "entry": rules, **tracks}

    def _step(self, track: Track, number: int, row: StepRow, taken: set[str], words: PlaybookWords) -> dict[str, Any]:
        try:
            after = read_length(row.after)
        except ValueError as error:
            raise Invalid(str(error), field=f"{track}.{number}.after") from None
        return {
            "id": row.id or _new_id(track, taken),
            "kind": row.kind,
            "after": after,
            "text": words.kept(row.text) if row.kind != "mail" else "",
            "template": row.template or None if row.kind == "mail" else None,
        }


def _rule(number: int, row: RuleRow, words: PlaybookWords) -> dict[str, Any]:
    op = row.op or "in"
    values = _listed(row.values) if op in ("in", "not_in") else []
    if op in ("in", "not_in") and not values:
        raise Invalid("Type at least one value", field=f"entry.{number}.values")
    try:
        return {"field": row.field, "op": op, "values": [words.meant(row.field, one) for one in values]}
    except Invalid as error:
        raise Invalid(error.message, field=f"entry.{number}.values") from None


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def form_field(place: str) -> str:
    """The field of the form for a place such as `main[0].template`."""
    match = _PLACE.match(place.removeprefix("body."))
    return f"{match[1]}.{match[2]}.{match[3]}" if match else place.removeprefix("body.")


def _typed_step(step: Step, words: PlaybookWords) -> dict[str, str]:
    after = written_length(step.after) if step.after else ""
    return {
        "id": step.id,
        "kind": step.kind,
        "after": after,
        "text": words.step(step.text),
        "template": step.template or "",
    }


def _new_id(track: str, taken: set[str]) -> str:
    number = next(n for n in range(1, 1000) if f"{track}-{n}" not in taken)
    taken.add(f"{track}-{number}")
    return f"{track}-{number}"
