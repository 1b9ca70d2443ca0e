"""People at a customer's."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.account_mgmt.domain.people import Person
from services.chassis.http import Body
from services.chassis.meanings import Language

Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}(;ext=[0-9]{1,7})?$")]
Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+$")]


class NewPerson(Body):
    """Somebody to talk to. Phones are E.164."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"name": "Iryna Melnyk", "role": "accountant", "phones": ["+380501112233"], "language": "uk"}
        }
    )

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    role: Annotated[str, StringConstraints(max_length=100)] = ""
    phones: Annotated[list[Phone], Field(max_length=10)] = Field(default_factory=list)
    email: Address | None = None
    language: Language | None = None
    note: Annotated[str, StringConstraints(max_length=1000)] = ""


class PersonView(Person):
    """Somebody to talk to at the customer's."""
