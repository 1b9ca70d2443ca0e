"""Where mail comes in, where people see it, and where those who set it aside are answered."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict

from services.chassis.auth import Principal
from services.chassis.contacts.masks import mask_email
from services.chassis.db import Connection
from services.chassis.errors import Unauthorized
from services.chassis.http import Body, Conn, Id, Model, Page, Pager, Who, allow, door_router, new_router
from services.chassis.mail.inbound import inbox, rows
from services.chassis.mail.inbound.arrival import MOST_BYTES, arrive
from services.chassis.mail.inbound.calendar_answers import CalendarAnswer
from services.chassis.mail.inbound.inbox import Ears
from services.chassis.mail.inbound.reading import InboundFile, Kind
from services.chassis.mail.inbound.rows import Inbound, InboundState
from services.chassis.mail.rows import Scope

RECIPIENT = "Leadrelay-Recipient"
"""Header with the address that the mail was sent to, percent-encoded."""
MAIL_DOOR = Principal(person="mail", tier="", role="mail")


class Arrived(Model):
    """The mail is kept; `known` says whether it is about a mail of this tier."""

    known: bool


class InboundView(Model):
    """A mail that came in. Addresses are masked for everybody but the supervisor."""

    id: str
    state: InboundState
    kind: Kind | None
    lead_id: str | None
    mail_id: str | None
    sender: str
    sender_name: str
    subject: str
    body: str
    files: list[InboundFile]
    trouble: str | None
    received_at: datetime
    calendar: CalendarAnswer | None

    @classmethod
    def of(cls, inbound: Inbound, *, masked: bool) -> InboundView:
        """From the row."""
        plain = {name: getattr(inbound, name) for name in cls.model_fields if name != "sender"}
        return cls(**plain, sender=mask_email(inbound.sender) if masked and inbound.sender else inbound.sender)


class Whose(Body):
    """The lead or customer whose mail it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"lead_id": "0192f3c4-6f3e-7c1a-9d53-0b4f6a1c2d3e"}})

    lead_id: Id


async def _with_secret(request: Request) -> Principal:
    """The mail door, known by its secret. Raises Unauthorized."""
    settings = request.app.state.settings
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    # Where nobody reads answers, the door is shut, whatever the secret.
    if settings.reply_address is None or not hmac.compare_digest(given, settings.inbound_secret.encode()):
        raise Unauthorized("only the mail door may hand mail over", code="token_missing")
    return MAIL_DOOR


def arrivals_router() -> APIRouter:
    """Where the mail door hands over what has come."""
    router = door_router(tags=["mail"], door=_with_secret, body_bytes=MOST_BYTES)

    @router.post("/inbound-mails", summary="Hand over a mail that came in")
    async def take(request: Request, conn: Conn, keep: Annotated[bool, Query()] = False) -> Arrived:
        """The mail as it came, as `message/rfc822`, at most 25 MB; the answer says that it is kept, once.

        404 `not_ours` for one that is no answer to a mail of this tier, unless `keep` says to set it aside here.
        """
        recipient = unquote(request.headers.get(RECIPIENT, ""))[:500]
        return Arrived(known=await arrive(conn, await request.body(), recipient, keep_unknown=keep))

    return router


async def _everything(_conn: Connection, _who: Principal) -> Scope | None:
    return None


def inbound_router(
    ears: Ears, scope_of: Callable[[Connection, Principal], Awaitable[Scope | None]] = _everything
) -> APIRouter:
    """`/v1/inbound-mails` for people; `scope_of` says which of our mails one may see, and so the answers to them."""
    router = new_router(tags=["mail"])
    staff = allow("manager", "account_manager", "supervisor")
    boss = allow("supervisor")

    @router.get("/inbound-mails", dependencies=[staff], summary="List mails that came in")
    async def list_inbound(
        conn: Conn,
        who: Who,
        pager: Pager,
        state: Annotated[InboundState | None, Query()] = None,
        lead_id: Annotated[Id | None, Query()] = None,
    ) -> Page[InboundView]:
        """The newest first; `set_aside` are those that nobody could place."""
        cursor = pager.at(lambda text: str(uuid.UUID(text)))
        before = cursor[0] if cursor else None
        found = await rows.page(
            conn, state=state, lead_id=lead_id, limit=pager.limit + 1, before=before, scope=await scope_of(conn, who)
        )
        masked = who.role != "supervisor"
        return Page.of([InboundView.of(one, masked=masked) for one in found], pager.limit, key=lambda one: (one.id,))

    @router.post("/inbound-mails/{inbound_id}/place", dependencies=[boss], summary="Say whose mail it is")
    async def place(inbound_id: Id, body: Whose, conn: Conn, who: Who) -> InboundView:
        """It reaches whoever looks after them. 404 unless it was set aside, or for a lead that is not here."""
        placed = await inbox.place(conn, inbound_id, body.lead_id, who.person, ears.answered)
        return InboundView.of(placed, masked=False)

    @router.post("/inbound-mails/{inbound_id}/dismiss", dependencies=[boss], summary="It is nobody's")
    async def dismiss(inbound_id: Id, conn: Conn, who: Who) -> InboundView:
        """Seen, and nothing follows. 404 unless it was set aside."""
        return InboundView.of(await inbox.dismiss(conn, inbound_id, who.person), masked=False)

    return router
