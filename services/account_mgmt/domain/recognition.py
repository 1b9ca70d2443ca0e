"""What customers are recognised by: their keys in the records, and in which spellings they are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.account_mgmt.domain.billing import Billing
from services.chassis.contacts.company_names import plain_name
from services.chassis.contacts.identity import keys_of
from services.chassis.contacts.tax_ids import spellings
from workflows.contracts.base import ContactCard

GENERATION = 1
"""Of these rules. One more makes the worker go through all customers again and add the keys that they lack."""
WORDS = {"t": "tax id", "p": "number", "e": "e-mail"}


def contact_keys(company: str, keys: Iterable[str]) -> list[str]:
    """The keys of numbers and addresses together with the name: what several companies share is each one's own so."""
    name = plain_name(company)
    return [f"{key}|{name}" for key in keys if key[0] in "pe"]


def spelt(keys: Sequence[str]) -> list[str]:
    """These keys, and those of tax ids without their country's letters too: people write them either way.

    So is the national number that a VAT id contains by law, such as a SIREN (`services.chassis.contacts.national_ids`).
    """
    tax_ids = [key[2:] for key in keys if key[0] == "t"]
    others = [f"t:{text}" for tax_id in tax_ids for text in sorted(spellings(tax_id))]
    return list(dict.fromkeys([*keys, *others]))


def own_tax_ids(contact: ContactCard, billing: Billing) -> dict[str, str]:
    """The customer's own tax ids by the field that holds each; another company that pays for them is not them."""
    found = {"tax_id": contact.tax_id or ""}
    if not billing.name or plain_name(billing.name) == plain_name(contact.company):
        found |= {"billing.vat_id": billing.vat_id, "billing.tax_id": billing.tax_id}
    return {field: tax_id for field, tax_id in found.items() if tax_id}


def keys_of_customer(contact: ContactCard, billing: Billing) -> list[str]:
    """Everything that a customer is recognised by, the surest first."""
    keys = keys_of(tax_id=None, email=contact.email, website=None)
    keys += [f"p:{phone}" for phone in contact.phones]
    taxed = [f"t:{tax_id}" for tax_id in own_tax_ids(contact, billing).values()]
    return [*spelt([*taxed, *keys]), *contact_keys(contact.company, keys)]
