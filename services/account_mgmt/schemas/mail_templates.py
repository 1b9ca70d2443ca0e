"""Words of mails to customers."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from services.account_mgmt.domain.mail_templates import MailTemplate, MailWords
from services.chassis.http import Body, Model
from services.chassis.meanings import storable


class TemplateWords(Body):
    """A mail's subject and body, with placeholders such as {{greeting}}, {{number}} or {{name|there}}."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "subject": "Invoice {{number}}",
                "body": "{{greeting}}\n\nplease find attached invoice {{number}} for {{open}}.\n\n{{seller}}",
            }
        }
    )

    subject: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(storable)]
    body: Annotated[str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(storable)]

    def words(self) -> MailWords:
        """The same as the actions take it."""
        return MailWords(subject=self.subject, body=self.body)


class MailTemplateView(MailTemplate, Model):
    """Words of one kind in one language."""

    fields: list[str] = Field(default_factory=list, description="What a text of this kind may name.")


class PreviewView(Model):
    """A mail as a customer would get it."""

    subject: str
    body: str
