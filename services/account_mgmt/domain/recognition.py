"""What customers are recognised by: their keys in the records, and in which spellings they are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.chassis.contacts.company_names import plain_name
from services.chassis.contacts.identity import keys_of
from services.chassis.contacts.tax_ids import spellings
from workflows.contracts.base import ContactCard

WORDS = {"t": "tax id", "p": "number", "e": "e-mail"}


def contact_keys(company: str, keys: Iterable[str]) -> list[str]:
    """The keys of numbers and addresses together with the name: what several companies share is each one's own so."""
    name = plain_name(company)
    return [f"{key}|{name}" for key in keys if key[0] in "pe"]


def spelt(keys: Sequence[str]) -> list[str]:
    """These keys, and those of tax ids without their country's letters too: people write them either way."""
    tax_ids = [key[2:] for key in keys if key[0] == "t"]
    others = [f"t:{text}" for tax_id in tax_ids for text in sorted(spellings(tax_id))]
    return list(dict.fromkeys([*keys, *others]))


def keys_of_card(contact: ContactCard) -> list[str]:
    """Everything that a customer with this card is recognised by, the surest first."""
    keys = keys_of(tax_id=contact.tax_id, email=contact.email, website=None)
    keys += [f"p:{phone}" for phone in contact.phones]
    return [*spelt(keys), *contact_keys(contact.company, keys)]
