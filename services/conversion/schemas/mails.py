"""Bodies about mails."""

from __future__ import annotations

from services.chassis.http import Body
from services.conversion.schemas.common import Name, Short, Text, example


class WrittenMail(Body):
    """A mail in a manager's own words; the files of `template` go with it."""

    model_config = example(subject="The price list you asked for", body="Dear Olena, ...")

    subject: Short
    body: Text
    template: Name | None = None
