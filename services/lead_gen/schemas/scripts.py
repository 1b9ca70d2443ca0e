"""Call scripts: versions, and how one reads for a lead."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.chassis.http import Body, Id, Model
from services.lead_gen.domain.scripts import Fault, Node, Script, faults
from services.lead_gen.schemas.fields import Name, example

_NODES: dict[str, Any] = {
    "greet": {"kind": "say", "text": "Good day, {{contact_name|colleague}}, this is {{caller}}.", "next": "ships"},
    "ships": {
        "kind": "ask",
        "text": "Does {{company}} ship goods this spring?",
        "next": {"yes": "meeting", "asks about customs": "expert", "no": "bye"},
    },
    "meeting": {"kind": "appointment", "text": "When may our manager call you?", "next": "thanks"},
    "expert": {"kind": "hard_question", "text": "Our manager knows, and calls you today.", "next": "goodbye"},
    "thanks": {"kind": "end", "text": "Thank you, good-bye!", "outcome": "interested"},
    "goodbye": {"kind": "end", "text": "Thank you, good-bye!"},
    "bye": {"kind": "end", "text": "Thank you for your time!", "outcome": "not_interested"},
}


class NewScript(Body):
    """A new version of the script of this name. All its mistakes are reported at once."""

    model_config = example(name="Spring freight, first call", start="greet", nodes=_NODES)

    name: Name
    start: str = Field(min_length=1, max_length=100)
    nodes: dict[str, Node] = Field(min_length=1, max_length=300)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        found = faults(self.start, self.nodes)
        if found:
            raise ValidationError.from_exception_data("script", [_detail(fault) for fault in found])
        return self


def _detail(fault: Fault) -> InitErrorDetails:
    # The reason is a message of its own, so that braces in a supervisor's text are not taken for its template.
    place = tuple(fault.field.split(".", 1))
    return InitErrorDetails(
        type=PydanticCustomError("script", "{reason}", {"reason": fault.reason}), loc=place, input=None
    )


class ScriptView(Script, Model):
    """One version of a script."""


class RenderedScript(ScriptView):
    """A version of a script, and the text of every node as it is read to one lead."""

    texts: dict[str, str]


class SampleFields(Body):
    """Values for the placeholders; what is left out is unknown."""

    company: str | None = Field(default=None, max_length=500)
    contact_name: str | None = Field(default=None, max_length=500)
    industry: str | None = Field(default=None, max_length=500)
    size: str | None = Field(default=None, max_length=500)
    region: str | None = Field(default=None, max_length=500)
    city: str | None = Field(default=None, max_length=500)
    website: str | None = Field(default=None, max_length=500)
    caller: str | None = Field(default=None, max_length=500)


class NewPreview(Body):
    """For whom to render: a lead of the register, or sample fields."""

    model_config = example(fields={"company": "Nova", "contact_name": "Iryna", "caller": "Anna"})

    lead_id: Id | None = None
    fields: SampleFields | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.lead_id is not None and self.fields is not None:
            raise ValueError("name a lead or give fields, not both")
        return self
