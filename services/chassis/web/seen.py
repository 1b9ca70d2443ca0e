"""Which version of a thing somebody had before them when they sent a form about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from starlette.datastructures import FormData

from services.chassis.errors import DomainError

F = TypeVar("F", bound=BaseModel)

SEEN = "seen"
"""The hidden field that says it. The word that somebody else published meanwhile brings another one of this name
(`components.j2`, `meanwhile`): whoever publishes from under it knows what they publish on top of.
"""


@dataclass(frozen=True)
class Seen:
    """`began` is the version that the form was drawn with, `told` the latest that its writer has been told of."""

    began: str
    told: str

    @classmethod
    def of(cls, form: FormData) -> Seen:
        """What a form says; one that says nothing began with nothing."""
        said = [str(value) for value in form.getlist(SEEN)] or ["0"]
        return cls(said[0], said[-1])

    @classmethod
    def at(cls, version: int) -> Seen:
        """A form as it is drawn with this version."""
        return cls(str(version), str(version))

    def is_behind(self, version: int) -> bool:
        """Whether another version is in force by now than the one that was begun with."""
        return self.began != str(version)

    def knows(self, version: int) -> bool:
        """Whether the writer was told of the version in force before they sent the form."""
        return self.told == str(version)


def told_of(error: DomainError, form: F) -> F:
    """The form as it is drawn again after this refusal: sent once more, it goes on top of what it told of."""
    return form.model_copy(update={SEEN: error.detail[SEEN]}) if SEEN in error.detail else form
