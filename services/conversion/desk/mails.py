"""Mails of a deal: written from a template or in one's own words, and taken back while they have not gone out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.responses import Response

from services.chassis.http import Id
from services.chassis.web.door import page_router
from services.conversion.actions.deal_mails import withdraw_mail, write_mail
from services.conversion.actions.deals import deal_for
from services.conversion.desk.asks import SentForm, body_of
from services.conversion.desk.deal import STAFF
from services.conversion.desk.visits import Here, attempt
from services.conversion.schemas.mails import WrittenMail
from workflows.contracts.conversion import Stage

router: APIRouter = page_router()


class MailForm(SentForm):
    """A mail as it was written."""

    template: str = Field(default="", max_length=100)
    subject: str = Field(default="", max_length=1000)
    body: str = Field(default="", max_length=6000)


@router.post("/deals/{deal_id}/mails", dependencies=STAFF)
async def write(visit: Here, form: Annotated[MailForm, Form()]) -> Response:
    """Queue a mail to the customer."""

    async def act() -> str:
        body = body_of(WrittenMail, subject=form.subject, body=form.body, template=form.template or None)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who, allowed=set(Stage))
        await write_mail(visit.conn, deal, visit.who, body)
        return "mailed"

    return await attempt(visit, "mail", form, act)


@router.post("/deals/{deal_id}/mails/{mail_id}/withdraw", dependencies=STAFF)
async def withdraw(visit: Here, mail_id: Id, form: Annotated[SentForm, Form()]) -> Response:
    """Take a mail back that has not gone out."""

    async def act() -> str:
        await withdraw_mail(visit.conn, visit.deal_id, mail_id, visit.who)
        return "mail_withdrawn"

    return await attempt(visit, "mail", form, act)
