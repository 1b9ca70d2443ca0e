"""Bodies about mail templates."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from services.chassis.http import Body, Model
from services.chassis.meanings import Language
from services.conversion.domain.mail_fields import MAIL_FIELDS
from services.conversion.domain.templates import Pack, Rendered, Template
from services.conversion.schemas.common import Name, Text, example


class NewTemplate(Body):
    """A mail's words in one language; saved again, it is the next version."""

    model_config = example(
        name="information-pack",
        language="en",
        subject="Our routes and prices for {{company}}",
        body="Good day {{contact_name}},\n\nhere is what we spoke about.\n\n{{manager}}\n{{seller}}",
    )

    name: Name
    language: Language
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    body: Text

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        wrong = [*MAIL_FIELDS.faults(self.subject), *MAIL_FIELDS.faults(self.body)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class PackView(Pack, Model):
    """A file that goes with a template."""


class TemplateView(Template, Model):
    """A template's newest version in one language."""


class TemplateDetail(Model):
    """A template in all its languages, with its files."""

    name: str
    items: list[TemplateView]
    files: list[PackView]


class TemplatePreview(Rendered, Model):
    """A template as a deal's lead would get it."""
