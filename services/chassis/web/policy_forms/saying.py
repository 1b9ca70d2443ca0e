"""A policy in words, and what differs between two versions of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from services.chassis.countries import country_of_holidays
from services.chassis.web.formats import Formats
from services.chassis.web.policy_forms.fields import written
from services.chassis.web.policy_forms.shapes import Group, Leaf, Many, Shape, Table
from services.chassis.web.policy_forms.words import Gettext, Words


@dataclass(frozen=True)
class Said:
    """One value in words: of which field, where in it, and what it is; none where there is nothing.

    `place` stays the same from version to version, and `names` is whether it only says what its row is called.
    """

    field: str
    place: str
    labels: tuple[str, ...]
    text: str | None
    names: bool = False


@dataclass(frozen=True)
class Change:
    """One difference: what it is called, step by step, what it was, and what it becomes."""

    field: str
    labels: tuple[str, ...]
    was: str | None
    now: str | None


class Saying:
    """Says policies in a reader's words and formats."""

    def __init__(
        self, shapes: Mapping[str, Shape], words: Mapping[str, Words], fmt: Formats, _: Gettext,
        people: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> None:  # fmt: skip
        self._shapes, self._words, self._fmt, self._ = shapes, words, fmt, _
        self._people = {field: dict(names) for field, names in (people or {}).items()}

    def says(self, policy: Mapping[str, Any], names: Sequence[str]) -> list[Said]:
        """Every value of these fields."""
        return [said for name in names for said in self._all(self._shapes[name], name, name, policy.get(name), ())]

    def changes(self, was: Mapping[str, Any], now: Mapping[str, Any], names: Sequence[str]) -> list[Change]:
        """What differs in these fields, in their order."""
        before = {one.place: one for one in self.says(was, names)}
        after = {one.place: one for one in self.says(now, names)}
        return [
            Change(
                (said := after.get(place) or before[place]).field,
                said.labels,
                _text(before, place),
                _text(after, place),
            )
            for place in dict.fromkeys([*before, *after])
            if _text(before, place) != _text(after, place)
        ]

    def _all(
        self, shape: Shape, field: str, path: str, value: Any, labels: tuple[str, ...], place: str = ""
    ) -> Iterator[Said]:
        words = self._words[path]
        labels, place = labels or (words.label,), place or path
        match shape:
            case Table():
                yield from self._table(shape, field, path, value or {}, labels)
            case Group() if value is not None:
                for part, one in shape.parts.items():
                    inside, there = f"{path}.{part}", (*labels, self._words[f"{path}.{part}"].label)
                    for said in self._all(one, field, inside, value.get(part), there, f"{place}.{part}"):
                        yield replace(said, names=said.names or (bool(said.text) and said.text == labels[-1]))
            case Many():
                yield Said(field, place, labels, self._list(shape, path, value or []))
            case _:
                yield Said(field, place, labels, self._one(shape, path, value))

    def _table(
        self, table: Table, field: str, path: str, value: Mapping[Any, Any], labels: tuple[str, ...]
    ) -> Iterator[Said]:
        known = {written(key): one for key, one in value.items()}
        names = self._words[path].names
        for key in table.keys or known:
            if key in known:
                # A row that people name by a text of their own is called by that, not by its short name.
                own = self._own(f"{path}.text", known[key].get("text")) if isinstance(table.item, Group) else None
                called = (*labels, names.get(key) or own or key)
                yield from self._all(table.item, field, path, known[key], called, f"{path}:{key}")

    def _own(self, path: str, text: str | None) -> str | None:
        return self._words[path].names.get(text, text) if text and path in self._words else text

    def _list(self, many: Many, path: str, values: Sequence[Any]) -> str:
        return ", ".join(self._one(many.item, path, value) for value in values) or self._nothing(path)

    def _nothing(self, path: str) -> str:
        return self._words[path].empty or self._("none")

    def _one(self, shape: Shape, path: str, value: Any) -> str:
        if value is None:
            return self._nothing(path)
        if isinstance(shape, Group):
            return "–".join(self._one(one, f"{path}.{part}", value.get(part)) for part, one in shape.parts.items())
        return self._leaf(shape, path, value) if isinstance(shape, Leaf) else str(value)

    def _leaf(self, leaf: Leaf, path: str, value: Any) -> str:
        words = self._words[path]
        text = written(value)
        if isinstance(value, bool):
            return self._("yes") if value else self._("no")
        if isinstance(value, timedelta):
            return self._fmt.lasting(value)
        if isinstance(value, date | time):
            return self._fmt.day(value) if isinstance(value, date) else text
        if words.look == "share" or words.unit == "%":
            return self._fmt.percent(Decimal(str(value)) / (1 if words.look == "share" else 100))
        if leaf.kind == "holidays":
            return self._fmt.country(country_of_holidays(text))
        if words.look == "person":
            return self._people.get(path, {}).get(text, text)
        if text in words.names or not isinstance(value, int | float | Decimal):
            return words.names.get(text, text)
        number = self._fmt.number(Decimal(text))
        return f"{number}\N{NO-BREAK SPACE}{words.unit}" if words.unit else number


def _text(found: Mapping[str, Said], place: str) -> str | None:
    return found[place].text if place in found else None
