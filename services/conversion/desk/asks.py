"""What opens in place on a deal's page: a form for what an act needs, with what was typed and what is wrong."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from services.chassis.errors import DomainError, Invalid
from services.chassis.sentences import said
from services.chassis.typed_numbers import typed_number
from services.conversion.domain.deals import TimelineEntry

PLACES: Final[Mapping[str, str]] = {
    "win": "top", "lose": "top", "sleep": "top", "return": "top",
    "contact": "person",
    "stage": "known", "qualify": "known",
    "book": "meet", "move": "meet", "held": "meet", "no_show": "meet", "cancel": "meet",
    "give": "meet",
    "answer": "question",
    "note": "compose", "mail": "compose", "read": "compose",
    "step": "next",
    "start": "plan", "done": "plan", "shift": "plan", "add": "plan",
    "offer": "offer", "reject": "offer", "approve": "offer", "accept": "offer", "send": "offer",
}  # fmt: skip
"""Each act to the place of the page where it asks and where its refusal is told."""

M = TypeVar("M", bound=BaseModel)
_WORDS = {
    "string_too_short": said("write something here"),
    "string_too_long": said("is too long: at most {max_length} characters"),
    "missing": said("is needed"),
    "none_required": said("is needed"),
    "greater_than": said("must be more than {gt}"),
    "greater_than_equal": said("must be {ge} or more"),
    "less_than_equal": said("must be {le} at most"),
    "decimal_max_places": said("takes {decimal_places} digits after the point at most"),
    "decimal_max_digits": said("is too large"),
    "decimal_whole_digits": said("is too large"),
    "string_pattern_mismatch": said("is not spelt like that"),
    "too_short": said("needs one at least"),
}


class SentForm(BaseModel):
    """A form of the page. `seen` is the last entry of the history that it was drawn with."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    seen: str = Field(default="", max_length=64)

    @field_validator("seen")
    @classmethod
    def _entry(cls, seen: str) -> str:
        """An id, or nothing: whoever sends something else is not told of news."""
        try:
            return str(uuid.UUID(seen))
        except ValueError:
            return ""


@dataclass(frozen=True)
class Ask:
    """A form in its place. `more` is what it offers to choose from, `news` what others did while it was open.

    `code` is the refusal's, for those that a confirmation answers.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    news: Sequence[TimelineEntry] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""

    @property
    def place(self) -> str:
        """Where on the page it stands."""
        return PLACES[self.name]


def body_of(model: type[M], **values: Any) -> M:
    """The body that REST would take. Raises Invalid with a sentence for each field, under `fields`."""
    try:
        return model(**values)
    except ValidationError as error:
        fields = {_path(one["loc"]): _sentence(dict(one)) for one in error.errors()}
        raise Invalid("look at the fields that are marked", detail={"fields": fields}) from None


def _path(loc: Sequence[str | int]) -> str:
    """`lines[0].quantity`, as the rules name fields."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _sentence(error: Mapping[str, Any]) -> str:
    known = _WORDS.get(error["type"])
    text = known.format(**error.get("ctx", {})) if known else error["msg"].removeprefix("Value error, ")
    return text[:1].upper() + text[1:]


def faults_of(error: DomainError) -> dict[str, str]:
    """The sentence that stands beside each field."""
    fields = error.detail.get("fields")
    if isinstance(fields, dict):
        return dict(fields)
    return {error.field: _sentence({"type": "", "msg": error.message})} if error.field else {}


def instant(text: str, zone: ZoneInfo, name: str) -> datetime | None:
    """A date and a time as they were typed, on the reader's clock; none if nothing was. Raises Invalid."""
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("this is not a date and a time", field=name) from None


def day(text: str, zone: ZoneInfo, name: str, at: time) -> datetime | None:
    """A date that was typed, at an hour there; none if nothing was. Raises Invalid."""
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), at, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("this is not a date", field=name) from None


def number(text: str, name: str) -> Decimal | None:
    """A number as people type it, `3 600,50` or `3,600.50`; none if nothing was. Raises Invalid."""
    if not text.strip():
        return None
    if (value := typed_number(text)) is None:
        raise Invalid("this is not a number", field=name)
    return value
