"""Which version of a thing somebody had before them when they sent a form about it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData

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
        """What a form says; nothing at all for one that says nothing."""
        said = [str(value) for value in form.getlist(SEEN)] or [""]
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
