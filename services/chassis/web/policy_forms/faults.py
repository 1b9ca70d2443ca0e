"""What is wrong with a policy, at the field where it is, in words that say what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from services.chassis.errors import Invalid
from services.chassis.web.policy_forms.reading import Typed
from services.chassis.web.policy_forms.words import Gettext, Words

_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)*\b")
_NOT_A_DAY = "date_"
_LIMITS = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}


@dataclass
class Faults:
    """`at` are faults by the form's field, `other` those that stand at no field of this form."""

    at: dict[str, str] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.at or self.other)


def faults_of(error: ValidationError | Invalid, typed: Typed, words: Mapping[str, Words], _: Gettext) -> Faults:
    """Everything that a check found, each at the nearest field of the form."""
    found = Faults()
    for place, reason in _each(error, _):
        name = _nearest(place, typed)
        text = _sentence(_in_words(reason, words))
        if name is None and (named := _named(reason, words)) and (named,) in typed.names:
            name = typed.names[(named,)]
        if name is not None:
            found.at.setdefault(name, text)
        else:
            label = words[place[0]].label if place and place[0] in words else ""
            found.other.append(f"{label}: {text}" if label else text)
    return found


def named_twice(typed: Typed, _: Gettext) -> Faults:
    """Rows of a table that go by the same name."""
    return Faults(at={name: _("This is there twice.") for name in typed.twice})


def _each(error: ValidationError | Invalid, _: Gettext) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(error, Invalid):
        return [(tuple((error.field or "").removeprefix("body").strip(".").split(".")), _(error.message))]
    return [(tuple(map(str, one["loc"])), _reason(dict(one), _)) for one in error.errors(include_url=False)]


def _nearest(place: tuple[str, ...], typed: Typed) -> str | None:
    """The form's name of this place, or of what it is in."""
    for length in range(len(place), 0, -1):
        if place[:length] in typed.names:
            return typed.names[place[:length]]
    return None


def _reason(error: dict[str, Any], _: Gettext) -> str:
    """Pydantic's errors as people would say them; rules of our own speak for themselves."""
    kind, told = str(error["type"]), error.get("ctx", {})
    if error.get("input") is None or kind == "missing":
        return _("This is needed.")
    if kind in _LIMITS:
        return _limit(kind, told[_LIMITS[kind]], _)
    if kind in ("too_long", "string_too_long"):
        return _("At most %(num)s.") % {"num": told["max_length"]}
    known = {
        "too_short": _("This must not be empty."),
        "string_too_short": _("This must not be empty."),
        "time_delta_parsing": _("This is not a length of time: write a number."),
        "time_parsing": _("This is a time of day, such as 09:00."),
        "string_pattern_mismatch": _("This is a time of day, such as 09:00."),
        "int_parsing": _("This is a whole number, such as 3."),
        "int_from_float": _("This is a whole number, such as 3."),
        "float_parsing": _("This is a number, such as 2.5."),
        "decimal_parsing": _("This is a number, such as 2.5."),
        "decimal_max_places": _("At most two digits behind the point."),
        "enum": _("Choose one of these."),
        "literal_error": _("Choose one of these."),
    }
    return known.get(kind) or (_NOT_A_DAY in kind and _("This is not a date.")) or _own(error)


def _own(error: dict[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _limit(kind: str, limit: Any, _: Gettext) -> str:
    if isinstance(limit, timedelta):
        return _("At most %(num)s days.") % {"num": limit.days} if limit else _("This must take some time.")
    texts = {
        "greater_than_equal": _("At least %(num)s."),
        "greater_than": _("More than %(num)s."),
        "less_than_equal": _("At most %(num)s."),
        "less_than": _("Less than %(num)s."),
    }
    return texts[kind] % {"num": limit}


def _named(reason: str, words: Mapping[str, Words]) -> str | None:
    """The first of the policy's own fields that a reason names."""
    return next((name for name in _NAME.findall(reason) if "_" in name and name in words), None)


def _in_words(reason: str, words: Mapping[str, Words]) -> str:
    """The reason with fields by what they are called on the page."""

    def called(found: re.Match[str]) -> str:
        name = found.group()
        return f"“{words[name].label}”" if "_" in name and name in words else name

    return _NAME.sub(called, reason)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
