"""What tier 2 is told about a lead: the contact card, and the story of its calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.lead_gen.domain.calls import HANDED_OVER, Call
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.policy import HOME_ZONE
from workflows.contracts.base import ContactCard
from workflows.contracts.conversion import CallRecord
from workflows.contracts.lead_gen import HandOverPack

# For these, the last call that says something counts.
_LAST_SAID = ("question", "needs", "wished_meeting", "promised_by")


def contact_card(lead: Lead) -> ContactCard:
    """The card that travels with a hand-over."""
    card = lead.model_dump(include=set(ContactCard.model_fields) - {"lead_id", "timezone_known"})
    # Tier 2 writes in English to whoever it does not know, and names the house's clock with the time.
    card |= {"language": lead.language or "en", "timezone": lead.timezone or HOME_ZONE}
    card["timezone_known"] = lead.timezone is not None
    return ContactCard(lead_id=lead.id, **card)


def hand_over_pack(lead: Lead, calls: Sequence[Call], names: Mapping[str, str]) -> HandOverPack:
    """The card, all calls (the oldest first), what was said last, and who found it; `names` are the callers'."""
    last = {name: _last(getattr(call, name) for call in calls) for name in _LAST_SAID}
    return HandOverPack(
        contact=contact_card(lead),
        story=[_told(call, names.get(call.caller)) for call in calls],
        products=_last(call.products for call in calls) or [],
        sourced_by=_last(call.caller for call in calls if call.outcome in HANDED_OVER),
        **last,
    )


def _last(values: Iterable[Any]) -> Any:
    """The last value that says something; none if nobody said anything."""
    return next((value for value in reversed(list(values)) if value), None)


def _told(call: Call, name: str | None) -> CallRecord:
    return CallRecord(
        at=call.at,
        by=call.caller,
        by_name=name,
        outcome=call.outcome,
        note=call.note,
        script_version=call.script_version,
        path=call.path,
    )
