"""Where people see whether mails arrived, and send again what did not."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field, StringConstraints

from services.chassis.auth import Principal
from services.chassis.contacts.masks import mask_email
from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.chassis.http import Body, Conn, Id, Model, Page, Pager, Who, allow, new_router
from services.chassis.logging import mask
from services.chassis.mail import addresses, rows
from services.chassis.mail.bounces import bounced as came_back
from services.chassis.mail.rows import LeadFirst, Mail, MailState, Scope

Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+$")]


class MailView(Model):
    """A mail. The address is masked for everybody but the supervisor."""

    id: str
    purpose: str
    lead_id: str | None
    recipient: str
    subject: str
    state: MailState
    attempts: int
    last_error: str | None
    attachments: list[str] = Field(description="Their names.")
    created_at: datetime
    closed_at: datetime | None
    sent_at: datetime | None = Field(description="When the mail server took it.")
    withdrawn_at: datetime | None = Field(description="When it was taken back; of a mail that is `sent`, too late.")
    withdrawn_why: str | None = Field(description="Why, if not by somebody's hand.")

    @classmethod
    def of(cls, mail: Mail, *, masked: bool) -> MailView:
        """From the row."""
        plain = {name: getattr(mail, name) for name in cls.model_fields if name not in ("recipient", "attachments")}
        if masked and mail.last_error:
            # The other side quotes the address when it refuses a mail.
            plain["last_error"] = mask(mail.last_error)
        shown = mask_email(mail.recipient) if masked else mail.recipient
        return cls(**plain, recipient=shown, attachments=[file["name"] for file in mail.attachments])


class MailText(MailView):
    """A mail with its text."""

    body: str


class Again(Body):
    """Send it again, to another address if one is given."""

    model_config = ConfigDict(json_schema_extra={"example": {"to": "olena@customer.example"}})

    to: Address | None = None


class Bounce(Body):
    """What the other side said when it sent the mail back."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "550 mailbox does not exist"}})

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


async def _everything(_conn: Connection, _who: Principal) -> Scope | None:
    return None


def mail_router(
    on_trouble: Callable[[Connection, Mail], Awaitable[None]],
    scope_of: Callable[[Connection, Principal], Awaitable[Scope | None]] = _everything,
    lead_first: LeadFirst | None = None,
) -> APIRouter:
    """`/v1/mails` of a tier; `on_trouble` makes a bounce somebody's task, `scope_of` says which mails one may see.

    `lead_first` locks what `on_trouble` will need.
    """
    router = new_router(tags=["mail"])
    staff = allow("manager", "account_manager", "supervisor")

    @router.get("/mails", dependencies=[staff], summary="List mails and their delivery")
    async def list_mails(
        conn: Conn,
        who: Who,
        pager: Pager,
        state: Annotated[MailState | None, Query()] = None,
        lead_id: Annotated[Id | None, Query()] = None,
    ) -> Page[MailView]:
        """The newest first."""
        cursor = pager.at(lambda text: str(uuid.UUID(text)))
        before = cursor[0] if cursor else None
        found = await rows.page(
            conn, state=state, lead_id=lead_id, limit=pager.limit + 1, before=before, scope=await scope_of(conn, who)
        )
        masked = who.role != "supervisor"
        return Page.of([MailView.of(mail, masked=masked) for mail in found], pager.limit, key=lambda m: (m.id,))

    @router.get("/mails/{mail_id}", dependencies=[staff], summary="One mail with its text")
    async def get_mail(mail_id: Id, conn: Conn, who: Who) -> MailText:
        """Attachments are listed by name only."""
        mail, scope = await rows.get(conn, mail_id), await scope_of(conn, who)
        if scope is not None and not await rows.is_in(conn, mail_id, scope):
            raise NotFound("there is no such mail")
        view = MailView.of(mail, masked=who.role != "supervisor")
        return MailText(**view.model_dump(), body=mail.body)

    @router.post("/mails/{mail_id}/retry", dependencies=[allow("supervisor")], summary="Send a mail again")
    async def retry(mail_id: Id, conn: Conn, body: Again | None = None) -> MailView:
        """Its address counts as one that works. 409 `wrong_state` unless it failed or bounced."""
        mail = await rows.requeue(conn, await rows.get(conn, mail_id, lock=True), body.to if body else None)
        await addresses.works(conn, mail.recipient)
        return MailView.of(mail, masked=False)

    @router.post("/mails/{mail_id}/bounced", dependencies=[allow("supervisor")], summary="Record that a mail bounced")
    async def bounced(mail_id: Id, body: Bounce, conn: Conn) -> MailView:
        """Nothing more is sent there, and it is somebody's task; once. 409 `wrong_state` if it was not sent."""
        mail = await rows.lock(conn, mail_id, lead_first)
        if mail.state == "bounced":
            return MailView.of(mail, masked=False)
        if mail.state != "sent":
            raise Conflict(f"this mail is {mail.state}", code="wrong_state", detail={"state": mail.state})
        mail = await came_back(conn, mail, body.reason, dead=True, on_trouble=on_trouble)
        return MailView.of(mail, masked=False)

    return router
