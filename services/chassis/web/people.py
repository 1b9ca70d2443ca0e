"""The form with which a supervisor adds somebody to their tier."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Form
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.errors import Invalid
from services.chassis.meanings import Language
from services.chassis.sentences import said

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class PersonForm(BaseModel):
    """Who it is, as typed; `language` is asked where it decides whom somebody may call."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    id: str = Field(default="", max_length=200)
    name: str = Field(default="", max_length=100)
    language: Language = "uk"

    def checked(self) -> PersonForm:
        """The form, if it names somebody. Raises Invalid with the field, and what to write there."""
        if not self.name:
            raise Invalid(said("somebody needs a name"), field="name")
        if not _ID.fullmatch(self.id):
            raise Invalid(said("use letters, digits, dots, dashes and underscores, 64 at most"), field="id")
        return self


Person = Annotated[PersonForm, Form()]
