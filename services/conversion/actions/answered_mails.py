"""Letters that leads write: they stop the playbook and reach a person, whatever has become of the deal."""

from __future__ import annotations

from datetime import timedelta

from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail.inbound.inbox import Ears, dismiss
from services.chassis.mail.inbound.rows import Inbound
from services.chassis.mail.rows import Mail
from services.conversion.actions.customer_answers import take_answer
from services.conversion.actions.deals import now, policy_of
from services.conversion.actions.mails import lead_first, on_trouble
from services.conversion.actions.playbook_stop import stop_playbook
from services.conversion.actions.work import QUESTION_PRIORITY, open_deal_work
from services.conversion.domain.answered_mails import KIND, as_told, in_short
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import WORKED
from services.conversion.repository import absences, deals, managers, timeline
from workflows.contracts.lead_gen import LeadGenActivities, WithdrawConsent

_A_BREAK = timedelta(hours=4)
"""Whoever is back sooner answers themselves."""


async def answered(conn: Connection, inbound: Inbound, mail: Mail | None) -> bool:
    """Somebody wrote back: no more mails by the playbook, and the text is work of the deal's owner."""
    deal = await _deal_of(conn, inbound)
    if deal is None:
        return False
    if mail is not None and await managers.has_address(conn, mail.recipient):
        # Our own invitation to a manager, answered by them: no word of the customer's.
        return await noticed(conn, inbound, mail)
    said = await take_answer(conn, deal, inbound, (await policy_of(conn, deal)).zone)
    await stop_playbook(conn, deal, "they answered by mail")
    await _tell(conn, deal, inbound, "mail_answered" if said is None else f"mail_{_calendar_kind(inbound)}", said)
    await _open_work(conn, deal, inbound, said)
    return True


async def noticed(conn: Connection, inbound: Inbound, mail: Mail | None) -> bool:
    """Out of office, a yes or a maybe to an invitation: in the history, and nothing stops."""
    deal = await _deal_of(conn, inbound)
    if deal is None:
        return False
    ours = mail is not None and await managers.has_address(conn, mail.recipient)
    said = None if ours else await take_answer(conn, deal, inbound, (await policy_of(conn, deal)).zone)
    kind = f"mail_{inbound.kind}" if inbound.kind in ("accepted", "tentative") else "mail_automatic"
    await _tell(conn, deal, inbound, kind, said)
    return True


async def stopped(conn: Connection, inbound: Inbound, _: Mail | None) -> bool:
    """They want to hear no more: it goes on tier 1's ledger with the mail as proof, and from there to every tier."""
    deal = await _deal_of(conn, inbound)
    if deal is None:
        return False
    await stop_playbook(conn, deal, "they want no more mail")
    await _tell(conn, deal, inbound, "mail_stopped")
    await _open_work(conn, deal, inbound)
    withdrawn = WithdrawConsent(
        key=f"mail-stop:{inbound.id}", lead_id=deal.lead_id, basis="asked by mail for no more of it",
        proof=f"mail {inbound.id} of {inbound.received_at:%Y-%m-%d %H:%M} UTC, kept in conversion", at=now(), by="mail",
    )  # fmt: skip
    await outbox.report(
        conn, LeadGenActivities.withdraw_consent, withdrawn, line=f"register:{deal.lead_id}",
        summary="Do not call: they asked by mail",
    )  # fmt: skip
    return True


async def dismiss_letter(conn: Connection, inbound_id: str, who: Principal) -> None:
    """A supervisor has seen that a mail is nobody's. Raises NotFound unless it was set aside."""
    await dismiss(conn, inbound_id, who.person)


EARS = Ears(answered=answered, noticed=noticed, stopped=stopped, on_trouble=on_trouble, lead_first=lead_first)


async def _deal_of(conn: Connection, inbound: Inbound) -> Deal | None:
    return await deals.lock_latest(conn, inbound.lead_id) if inbound.lead_id else None


def _calendar_kind(inbound: Inbound) -> str:
    """A yes with words of their own is a letter; what the calendar said is beside it."""
    return inbound.calendar.answer if inbound.calendar and inbound.kind != "reply" else "answered"


async def _tell(conn: Connection, deal: Deal, inbound: Inbound, kind: str, said: str | None = None) -> None:
    files = [file.model_dump() for file in inbound.files]
    data = {"inbound_id": inbound.id, "sender": inbound.who, "subject": inbound.subject, "files": files}
    text = as_told(inbound, said)
    await timeline.add(conn, deal.id, at=now(), by="customer", kind=kind, text=text, data=data)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)


async def _open_work(conn: Connection, deal: Deal, inbound: Inbound, said: str | None = None) -> None:
    """For the owner while they are there; else, and of a deal that nobody works on, for the supervisors too."""
    owner = deal.owner if deal.stage in WORKED else None
    if owner is not None and await _is_long_away(conn, owner):
        owner = None
    payload = {"text": in_short(inbound, said), "inbound_id": inbound.id}
    await open_deal_work(conn, deal, f"{KIND}:{inbound.id}", KIND, owner, QUESTION_PRIORITY, payload)


async def _is_long_away(conn: Connection, manager: str) -> bool:
    at = now()
    return any(
        away.starts_at <= at and away.ends_at - at > _A_BREAK for away in await absences.of_manager(conn, manager, at)
    )
