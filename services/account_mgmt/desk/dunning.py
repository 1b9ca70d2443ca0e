"""Reminders of an invoice: decided about on its page, and printed as letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.account_mgmt.actions.dunning_decisions import decide
from services.account_mgmt.actions.dunning_letters import print_letter
from services.account_mgmt.desk.invoices import show_invoice
from services.account_mgmt.desk.places import STAFF, invoice_path
from services.account_mgmt.domain.dunning import DecisionKind
from services.account_mgmt.schemas.dunning import NewDecision
from services.chassis.http import Conn, Id, Who
from services.chassis.meanings import Day
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for

router: APIRouter = page_router()


class DecisionForm(BaseModel):
    """What is decided; a pause ends with the day that is written, in the reader's calendar."""

    model_config = ConfigDict(extra="ignore")

    decision: DecisionKind
    until: Day | None = None
    reason: str = Field(default="", max_length=300)

    def told(self, zone: ZoneInfo) -> NewDecision:
        """The same as REST takes it."""
        until = datetime.combine(self.until, time(0), zone) if self.until else None
        return NewDecision(decision=self.decision, until=until, reason=self.reason.strip())


@router.post("/invoices/{invoice_id}/dunning", dependencies=STAFF)
async def decided(
    request: Request, conn: Conn, who: Who, invoice_id: Id, form: Annotated[DecisionForm, Form()]
) -> Response:
    """Reminders rest, go on, one more goes out, or an agency collects."""
    fmt = Reader.of(request).formats()
    await decide(conn, who, invoice_id, form.told(fmt.zone))
    said = decided_words(words_for(request), form.decision)
    show = partial(show_invoice, request, conn, who, invoice_id)
    return await web_of(request).after(request, invoice_path(invoice_id), show, said=said)


def decided_words(_: Callable[[str], str], decision: DecisionKind) -> str:
    """What the status line says of a decision."""
    return {
        "pause": _("Reminders rest."),
        "resume": _("Reminders go on."),
        "remind": _("One more reminder is on its way."),
        "collect": _("Handed to collection. Nobody reminds of it any more."),
    }[decision]


@router.get("/invoices/{invoice_id}/letters/{level}", dependencies=STAFF)
async def letter(conn: Conn, invoice_id: Id, level: Annotated[int, Path(ge=1, le=100)]) -> Response:
    """To print, fold and post."""
    printed = await print_letter(conn, invoice_id, level)
    name = f'inline; filename="{printed.name}"'
    return Response(printed.content, media_type=printed.media_type, headers={"Content-Disposition": name})
