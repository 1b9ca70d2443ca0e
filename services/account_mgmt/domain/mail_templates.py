"""Words of mails to customers: what a text of each kind may and must name, and in which language one is written to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, get_args

from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.chassis.contacts.countries import languages_of
from services.chassis.contacts.number_places import place_of_number
from services.chassis.contacts.tax_ids import country_of_tax_id
from services.chassis.records import Record
from services.chassis.templates import Fields

MailKind = Literal["nudge", "invoice", "dunning_1", "dunning_2", "dunning_3"]
KINDS: Final[tuple[MailKind, ...]] = get_args(MailKind)
_ALWAYS = ("greeting", "name", "company", "seller")
_OF_INVOICE = ("number", "open", "due")
_STOP_WORDS = ("STOP", "СТОП")


class MailWords(Record):
    """A mail's subject and body, with placeholders."""

    subject: str
    body: str


class MailTemplate(Record):
    """Words of one kind in one language. Version 0 are the standard ones, which nobody wrote."""

    kind: MailKind
    language: str
    version: int
    subject: str
    body: str
    created_by: str | None
    created_at: datetime | None


class MailVersion(Record):
    """One version; without words, it went back to the standard ones."""

    version: int
    subject: str | None
    body: str | None
    created_by: str
    created_at: datetime


Own = Mapping[str, MailWords]
"""The organisation's own words of one kind, by language."""


def fields_of(kind: MailKind) -> Fields:
    """What a text of this kind may name."""
    return Fields((*_ALWAYS, *(("ago", "what", "every") if kind == "nudge" else _OF_INVOICE)))


def faults(kind: MailKind, words: MailWords) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it): unknown placeholders, and what a mail of this kind cannot do without."""
    fields = fields_of(kind)
    for name in ("subject", "body"):
        yield from ((name, fault) for fault in fields.faults(getattr(words, name)))
    if kind == "nudge":
        if not any(word in words.body for word in _STOP_WORDS):
            yield "body", "must say how to end the reminders: reply with the word STOP (СТОП)"
        return
    both = f"{words.subject}\n{words.body}"
    needed = ("number",) if kind == "invoice" else ("number", "open")
    for name in needed:
        if not _names(both, name):
            yield "body", f"must name {{{{{name}}}}}: the customer has to know what to pay"


def _names(text: str, field: str) -> bool:
    return re.search(rf"\{{\{{\s*{field}\s*(?:\|[^{{}}]*)?\}}\}}", text) is not None


def dunning_kind(level: int) -> MailKind:
    """The kind of the `level`-th reminder, from 1; beyond the last one, the last one again."""
    return KINDS[KINDS.index("dunning_1") + min(level, 3) - 1]


def language_of(customer: Customer, seller: LegalEntity | None, known: Collection[str]) -> str:
    """In which of the `known` languages a customer is written to: theirs, their country's, the seller's, English."""
    return next((one for one in _wished(customer, seller) if one in known), "en")


def _wished(customer: Customer, seller: LegalEntity | None) -> Sequence[str]:
    contact, billing = customer.contact, customer.billing
    told = country_of_tax_id(billing.vat_id) or country_of_tax_id(contact.tax_id or "")
    country = billing.country or told or next((place_of_number(one).country for one in contact.phones), None)
    theirs = languages_of(country) if country else ()
    return [contact.language, *theirs, *(languages_of(seller.country) if seller and seller.country else ())]
