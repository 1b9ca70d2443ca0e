"""What a form shows: every field with its words, what stands in it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from starlette.datastructures import FormData

from services.chassis.web.policy_forms.lengths import apart
from services.chassis.web.policy_forms.reading import KEY, NUMBER, THERE, UNIT, VALUE
from services.chassis.web.policy_forms.shapes import Bound, Group, Leaf, Many, Shape, Table
from services.chassis.web.policy_forms.words import Words

SPARE = 2
"""Empty rows at the end of a list."""


@dataclass(frozen=True)
class Field:
    """One field or group of fields. `kind` is what draws it; `name` is its name in the form.

    `value` stands in it as text, `ticked` are the boxes that are ticked, `fields` what is inside; `label` is what this
    very place is called, which for a row is the row's own word.
    """

    name: str
    kind: str
    words: Words
    label: str
    value: str = ""
    unit: str = ""
    ticked: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    optional: bool = False
    least: Bound = None
    most: Bound = None
    fields: tuple[Field, ...] = ()
    is_row: bool = False

    def names(self) -> list[str]:
        """Names of all its inputs that may be refused."""
        own = [f"{self.name}.{NUMBER}"] if self.kind == "length" else [self.name]
        return own + [name for one in self.fields for name in one.names()]


@dataclass
class Drawing:
    """Draws the fields of a section with the values of a policy, or with those that a form has sent."""

    words: Mapping[str, Words]
    typed: FormData | None = None
    people: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def draw(self, shapes: Mapping[str, Shape], policy: Mapping[str, Any], names: Sequence[str]) -> list[Field]:
        """The policy's fields of these names, in this order."""
        return [self._field(shapes[name], name, name, policy.get(name)) for name in names]

    def _field(self, shape: Shape, name: str, path: str, value: Any, label: str | None = None) -> Field:
        words = self.words[path]
        shown = words.label if label is None else label
        match shape:
            case Leaf():
                return self._leaf(shape, name, words, value, shown, is_row=label is not None)
            case Many():
                return self._many(shape, name, path, value, shown)
            case Table():
                return self._table(shape, name, path, value or {}, shown)
            case Group():
                parts = value or {}
                inside = [
                    self._field(one, f"{name}.{part}", f"{path}.{part}", parts.get(part), self._part(path, part, label))
                    for part, one in shape.parts.items()
                ]
                there = f"{name}.{THERE}" in self.typed if self.typed is not None else value is not None
                return Field(
                    name, "group", words, shown, optional=shape.optional, value="1" if there else "",
                    fields=tuple(inside), is_row=label is not None,
                )  # fmt: skip

    def _part(self, path: str, part: str, row: str | None) -> str | None:
        """What a part is called in a row, where there is no room for help; none where it has a place of its own."""
        return None if row is None else self.words[f"{path}.{part}"].label

    def _text(self, name: str, value: str) -> str:
        return value if self.typed is None else str(self.typed.get(name, ""))

    def _leaf(self, leaf: Leaf, name: str, words: Words, value: Any, label: str, *, is_row: bool) -> Field:
        kind = words.look if words.look in ("share", "clock", "person") else leaf.kind
        unit = ""
        if kind == "length":
            number, unit = apart(value)
            text, unit = self._text(f"{name}.{NUMBER}", number), self._text(f"{name}.{UNIT}", unit)
        elif kind == "yes":
            text = "1" if (name in self.typed if self.typed is not None else value) else ""
        else:
            plain = written(value, is_share=kind == "share")
            text = self._text(name, words.names.get(plain, plain) if words.look == "shipped" else plain)
        choices = tuple(one for one, _ in self.people.get(name, ())) if kind == "person" else leaf.choices
        return Field(
            name, kind, words, label, value=text, unit=unit, choices=choices, optional=leaf.optional,
            least=_worth_saying(leaf.least), most=leaf.most, is_row=is_row,
        )  # fmt: skip

    def _many(self, many: Many, name: str, path: str, value: Any, label: str) -> Field:
        words = self.words[path]
        listed = [] if value is None else list(value)
        if words.look == "ticked":
            ticked = self.typed.getlist(name) if self.typed is not None else map(written, listed)
            choices = many.item.choices if isinstance(many.item, Leaf) and many.item.choices else tuple(words.names)
            return Field(name, "ticked", words, label, ticked=tuple(map(str, ticked)), choices=choices)
        if words.look == "lines":
            return Field(name, "lines", words, label, value=self._text(name, "\n".join(map(written, listed))))
        rows = self._sent_rows(name) if self.typed is not None else len(listed)
        inside = [
            self._row(many.item, f"{name}.{row}", path, listed[row] if row < len(listed) else None, str(row + 1))
            for row in range(rows + SPARE)
        ]
        return Field(name, "many", words, label, fields=tuple(inside))

    def _row(self, shape: Shape, name: str, path: str, value: Any, label: str) -> Field:
        return self._field(shape, name, path, value, label)

    def _sent_rows(self, name: str) -> int:
        """How many rows of a list were sent with something in them; the empty ones at the end are drawn anew."""
        begin, last = f"{name}.", 0
        for key, value in (self.typed or FormData()).multi_items():
            row, _, rest = key.removeprefix(begin).partition(".")
            if key.startswith(begin) and row.isdecimal() and len(row) < 5 and str(value).strip() and rest != UNIT:
                last = max(last, int(row) + 1)
        return last

    def _table(self, table: Table, name: str, path: str, value: Mapping[Any, Any], label: str) -> Field:
        words = self.words[path]
        known = {written(key): one for key, one in value.items()}
        fixed = table.keys or words.rows
        if fixed:
            shown = [key for key in fixed if not words.rows or key in words.rows or key in known]
            rows = [
                self._row(table.item, f"{name}.{key}", path, known.get(key), words.names.get(key, key)) for key in shown
            ]
            return Field(name, "table", words, label, fields=tuple(rows))
        count = self._sent_rows(name) if self.typed is not None else len(known)
        pairs = [*known.items(), *[("", None)] * (count + SPARE - len(known))][: count + SPARE]
        return Field(
            name,
            "named",
            words,
            label,
            fields=tuple(self._named(table, name, path, row, pair) for row, pair in enumerate(pairs)),
        )

    def _named(self, table: Table, name: str, path: str, row: int, pair: tuple[str, Any]) -> Field:
        """A row of a table whose rows people name themselves: its key, then its value."""
        words, at = self.words[path], f"{name}.{row}"
        key = Field(f"{at}.{KEY}", "text", words, words.key, value=self._text(f"{at}.{KEY}", pair[0]))
        inside = self._field(table.item, f"{at}.{VALUE}", path, pair[1], words.label)
        return Field(at, "pair", words, str(row + 1), fields=(key, *(inside.fields or (inside,))), is_row=True)


def _worth_saying(least: Bound) -> Bound:
    """That something takes any time at all need not be said."""
    return None if isinstance(least, timedelta) and least < timedelta(seconds=1) else least


def written(value: Any, *, is_share: bool = False) -> str:
    """A value as a form holds it."""
    if value is None:
        return ""
    if isinstance(value, time):
        return f"{value:%H:%M}" if not value.second else f"{value:%H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(str(value)) * (100 if is_share else 1)
        return f"{number.normalize() if number else Decimal(0):f}"
    return str(getattr(value, "value", value))
