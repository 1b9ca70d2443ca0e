"""Who a lead is, corrected on its deal's page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.responses import Response

from services.chassis.web.door import page_router
from services.conversion.actions.deal_contact import correct_contact
from services.conversion.actions.deal_page import check_seen
from services.conversion.actions.deals import deal_for
from services.conversion.desk.asks import SentForm, body_of
from services.conversion.desk.deal import STAFF
from services.conversion.desk.visits import Here, attempt
from services.conversion.schemas.contacts import ContactChange
from workflows.contracts.conversion import Stage

_LONG = 1000
"""Characters that a field takes; how many there may be is said beside it."""

router: APIRouter = page_router()


class ContactForm(SentForm):
    """The card as it is typed. An empty number, language or time zone says nothing."""

    contact_name: str = Field(default="", max_length=_LONG)
    company: str = Field(default="", max_length=_LONG)
    email: str = Field(default="", max_length=_LONG)
    phone: str = Field(default="", max_length=_LONG)
    language: str = Field(default="", max_length=_LONG)
    city: str = Field(default="", max_length=_LONG)
    timezone: str = Field(default="", max_length=_LONG)

    def told(self) -> dict[str, Any]:
        """What the form says of the card."""
        silent = {name for name in ("phone", "language", "timezone") if not getattr(self, name).strip()}
        return self.model_dump(exclude={"seen", *silent})


@router.post("/deals/{deal_id}/contact", dependencies=STAFF)
async def correct(visit: Here, form: Annotated[ContactForm, Form()]) -> Response:
    """Write down who it is."""

    async def act() -> str:
        body = body_of(ContactChange, **form.told())
        deal = await deal_for(visit.conn, visit.deal_id, visit.who, allowed=set(Stage))
        await check_seen(visit.conn, deal, visit.who, form.seen, "contact")
        # What the form was drawn with is judged by the history above.
        await correct_contact(visit.conn, visit.deal_id, visit.who, body)
        return "corrected"

    return await attempt(visit, "contact", form, act)
