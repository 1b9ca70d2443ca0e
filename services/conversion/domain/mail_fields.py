"""What a mail template may name: fields of the deal and its lead, and who writes."""

from __future__ import annotations

from services.chassis.templates import Fields
from services.conversion.domain.deals import Deal
from services.conversion.domain.policy import Policy

# As long as a need may be: nothing of it is cut.
MAIL_FIELDS = Fields(("company", "contact_name", "city", "industry", "manager", "need", "seller"), longest=5000)


def values_of(deal: Deal, manager: str, policy: Policy) -> dict[str, str | None]:
    """The fields of a deal; `manager` is the name of whoever writes."""
    contact = deal.contact
    need = (deal.qualification or {}).get("need") or deal.needs
    return {
        "company": contact.company,
        "contact_name": contact.contact_name,
        "city": contact.city,
        "industry": contact.industry,
        "manager": manager,
        "need": need,
        "seller": policy.seller[0],
    }
