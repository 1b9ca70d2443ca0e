"""From a form to a policy's fields, and back from a fault's place in the policy to the field of the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from starlette.datastructures import FormData

from services.chassis.typed_numbers import plain_number
from services.chassis.web.policy_forms.lengths import together
from services.chassis.web.policy_forms.shapes import Group, Leaf, Many, Shape, Table
from services.chassis.web.policy_forms.words import Words

NUMBER, UNIT, KEY, VALUE, THERE = "number", "unit", "key", "value", "there"
MOST_ROWS: Final = 400
"""More rows than any list may have."""
_NONE: Final = object()
Place = tuple[str, ...]


@dataclass
class Typed:
    """What a form holds: the policy's `fields`; the form's name of each place in it; rows that are named twice."""

    fields: dict[str, Any] = field(default_factory=dict)
    names: dict[Place, str] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)


def read(shapes: Mapping[str, Shape], words: Mapping[str, Words], form: FormData) -> Typed:
    """The fields of these shapes, as a form sent them."""
    reader = _Reader(words, form)
    for name, shape in shapes.items():
        value = reader.value(shape, name, (name,), name)
        reader.typed.fields[name] = None if value is _NONE else value
    return reader.typed


class _Reader:
    def __init__(self, words: Mapping[str, Words], form: FormData) -> None:
        self.typed = Typed()
        self._words, self._form = words, form

    def value(self, shape: Shape, name: str, place: Place, path: str) -> Any:
        """The value at this name; `_NONE` where nothing was typed and nothing is a possible answer."""
        self.typed.names[place] = name
        match shape:
            case Leaf():
                return self._leaf(shape, name, place, path)
            case Many():
                return self._many(shape, name, place, path)
            case Table():
                return self._table(shape, name, place, path)
            case Group():
                return self._group(shape, name, place, path)

    def _text(self, name: str) -> str:
        return str(self._form.get(name, "")).strip()

    def _leaf(self, leaf: Leaf, name: str, place: Place, path: str) -> Any:
        if leaf.kind == "yes":
            return name in self._form
        if leaf.kind == "length":
            self.typed.names[place] = f"{name}.{NUMBER}"
            number = self._text(f"{name}.{NUMBER}")
            return together(number, self._text(f"{name}.{UNIT}")) if number else _NONE
        text = self._text(name)
        if not text:
            return _NONE
        if leaf.kind in ("whole", "number"):
            return _number(text, is_share=self._look(path) == "share")
        return self._as_shipped(text, path) if self._look(path) == "shipped" else text

    def _as_shipped(self, text: str, path: str) -> str:
        """What comes with the product is kept as it came, in whatever language it was read."""
        return next((shipped for shipped, told in self._words[path].names.items() if told == text), text)

    def _look(self, path: str) -> str:
        return self._words[path].look if path in self._words else ""

    def _many(self, many: Many, name: str, place: Place, path: str) -> Any:
        if self._look(path) == "ticked":
            return [str(one) for one in self._form.getlist(name)]
        if self._look(path) == "lines":
            return [line.strip() for line in self._text(name).splitlines() if line.strip()]
        found: list[Any] = []
        for row in self._rows(name):
            value = self.value(many.item, f"{name}.{row}", (*place, str(len(found))), path)
            if not _is_blank(value):
                found.append(value)
        return found

    def _rows(self, name: str) -> list[int]:
        """Numbers of the rows of a list."""
        begin = f"{name}."
        rows = {key[len(begin) :].partition(".")[0] for key in self._form if key.startswith(begin)}
        return sorted(int(row) for row in rows if row.isdecimal() and len(row) < 5)[:MOST_ROWS]

    def _table(self, table: Table, name: str, place: Place, path: str) -> Any:
        found: dict[str, Any] = {}
        keys = self._fixed(table, path)
        for key, row in self._keys(keys, name):
            value = self.value(table.item, row, (*place, key), path)
            if _is_blank(value) and (keys or not key):
                continue
            if key in found:
                self.typed.twice.append(f"{row.removesuffix(VALUE)}{KEY}")
            found[key] = None if value is _NONE else value
        return found

    def _fixed(self, table: Table, path: str) -> tuple[str, ...]:
        return table.keys or (self._words[path].rows if path in self._words else ())

    def _keys(self, fixed: tuple[str, ...], name: str) -> list[tuple[str, str]]:
        """(key, name of the value's field) of each row."""
        if fixed:
            return [(key, f"{name}.{key}") for key in fixed]
        return [(self._text(f"{name}.{row}.{KEY}"), f"{name}.{row}.{VALUE}") for row in self._rows(name)]

    def _group(self, group: Group, name: str, place: Place, path: str) -> Any:
        if group.optional and f"{name}.{THERE}" not in self._form:
            return _NONE
        found = {
            part: self.value(shape, f"{name}.{part}", (*place, part), f"{path}.{part}")
            for part, shape in group.parts.items()
        }
        return {part: None if value is _NONE else value for part, value in found.items()}


def _is_blank(value: Any) -> bool:
    """Whether nothing was typed into a row."""
    return value is _NONE or value == [] or (isinstance(value, dict) and all(one is None for one in value.values()))


def _number(text: str, *, is_share: bool) -> Any:
    plain = plain_number(text)
    try:
        return Decimal(plain) / 100 if is_share else plain
    except InvalidOperation:
        return text
