"""What a field of a policy is, read from its type: the one place that knows pydantic's annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from services.chassis.meanings import DoorRule, HolidayCountry, LengthBetween, NumberBetween, ZoneName

Bound = timedelta | Decimal | None
_SCALARS = {
    bool: "yes", int: "whole", float: "number", Decimal: "number", timedelta: "length", time: "time", date: "day",
    str: "text",
}  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """One value. `choices` are those it is chosen from, as forms write them."""

    kind: str
    choices: tuple[str, ...] = ()
    least: Bound = None
    most: Bound = None
    optional: bool = False


@dataclass(frozen=True)
class Many:
    """A list in its order."""

    item: Leaf | Group


@dataclass(frozen=True)
class Table:
    """Values by a key: of a fixed row each (`keys`), or of rows that people name themselves."""

    item: Shape
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Several named values; `optional` when there may be none of them."""

    parts: Mapping[str, Shape] = field(hash=False)
    optional: bool = False


Shape = Leaf | Many | Table | Group


@cache
def shapes_of(model: type[BaseModel]) -> dict[str, Shape]:
    """The shape of every field of a policy."""
    hints = get_type_hints(model, include_extras=True)
    return {name: _of(hints[name], field.metadata) for name, field in model.model_fields.items()}


def _of(annotation: Any, more: Iterable[Any] = ()) -> Shape:
    if annotation == ZoneName:
        return Leaf("zone")
    if annotation == HolidayCountry:
        return Leaf("holidays")
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *told = get_args(annotation)
        metadata = [one for item in told for one in (item.metadata if isinstance(item, FieldInfo) else [item])]
        return _of(inner, [*metadata, *more])
    if origin in (Union, UnionType):
        (inner,) = (one for one in get_args(annotation) if one is not NoneType)
        return _optional(_of(inner, more))
    if origin is list:
        return _many(_of(get_args(annotation)[0]))
    if origin is dict:
        key, item = get_args(annotation)
        return Table(_of(item), _choices(key))
    return _single(annotation, more)


def _optional(shape: Shape) -> Shape:
    return replace(shape, optional=True) if isinstance(shape, Leaf | Group) else shape


def _many(item: Shape) -> Many:
    if not isinstance(item, Leaf | Group):
        raise TypeError("a list of lists has no form")
    return Many(item)


def _single(annotation: Any, told: Iterable[Any]) -> Shape:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Group(shapes_of(annotation))
    if choices := _choices(annotation):
        return Leaf("choice", choices)
    least, most = _bounds(told)
    return Leaf(_SCALARS[annotation], least=least, most=most)


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(one.value) for one in annotation)
    return ()


def _rules(told: Iterable[Any]) -> list[Any]:
    """What validators check by."""
    found = [item.func for item in told if isinstance(item, AfterValidator)]
    return [one.rule if isinstance(one, DoorRule) else one for one in found]


def _bounds(told: Iterable[Any]) -> tuple[Bound, Bound]:
    """(least, most) of what is allowed, the narrowest of everything that says something about it."""
    told = list(told)
    between = [rule for rule in _rules(told) if isinstance(rule, LengthBetween | NumberBetween)]
    least = [_bound(getattr(one, "ge", None)) for one in told if isinstance(one, Ge)]
    least += [_bound(getattr(one, "gt", None)) for one in told if isinstance(one, Gt)]
    most = [_bound(getattr(one, "le", None)) for one in told if isinstance(one, Le)]
    most += [_bound(getattr(one, "lt", None)) for one in told if isinstance(one, Lt)]
    least += [_bound(rule.least) for rule in between]
    most += [_bound(rule.most) for rule in between]
    return max(filter(_told, least), default=None, key=_size), min(filter(_told, most), default=None, key=_size)


def _bound(value: Any) -> Bound:
    return value if isinstance(value, timedelta) else Decimal(str(value))


def _told(bound: Bound) -> bool:
    return bound is not None


def _size(bound: Bound) -> Decimal:
    return Decimal(str(bound.total_seconds())) if isinstance(bound, timedelta) else bound or Decimal(0)
