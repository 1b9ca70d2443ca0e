"""Mails to customers, in their language and the organisation's words: the next order, invoices, steps of dunning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from babel.dates import format_timedelta
from babel.units import format_unit

from services.account_mgmt.documents.standard_mails import LANGUAGES, greeting, settled_invoice, standard
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.mail_templates import (
    MailKind,
    MailWords,
    Own,
    dunning_kind,
    fields_of,
    language_of,
)
from services.account_mgmt.domain.money import grouped

MONTH = timedelta(days=30)
"""What previews speak of."""
_ONE_UNIT = 10**9
_UNITS: tuple[tuple[Literal["day", "hour", "minute", "second"], int], ...] = (
    ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1),
)  # fmt: skip


@dataclass(frozen=True)
class MailText:
    """A mail's subject and body."""

    subject: str
    body: str


def languages(own: Own) -> frozenset[str]:
    """The languages that a mail can be written in."""
    return frozenset(own) | frozenset(LANGUAGES)


def nudge(
    language: str, *, name: str | None, seller: str, ago: str, what: str, every: str, company: str = "",
    own: Own | None = None,
) -> MailText:  # fmt: skip
    """The reminder of the next order; in English where there is no text of the language."""
    facts = {"name": name, "company": company, "seller": seller, "ago": ago, "what": what, "every": every}
    return write("nudge", language, facts, own or {})


def invoice(full: FullInvoice, own: Own | None = None) -> MailText:
    """The mail that an invoice is attached to; where nothing is open, it asks for nothing, in the standard words."""
    if full.invoice.open_amount <= 0:
        language = language_of(full.buyer, full.seller, LANGUAGES)
        return _of_invoice("invoice", full, {language: settled_invoice(language)})
    return _of_invoice("invoice", full, own or {})


def dunning(full: FullInvoice, level: int, own: Own | None = None) -> MailText:
    """The `level`-th reminder of an overdue invoice, from 1; beyond the last text, the last one again."""
    return _of_invoice(dunning_kind(level), full, own or {})


def _of_invoice(kind: MailKind, full: FullInvoice, own: Own) -> MailText:
    invoice, contact = full.invoice, full.buyer.contact
    facts = {
        "name": contact.contact_name,
        "company": contact.company,
        "seller": full.seller.name,
        "number": invoice.number,
        "open": f"{grouped(invoice.open_amount, invoice.currency)} {invoice.currency}",
        "due": f"{full.document.due_on or full.seller.day_of(invoice.due_at):%d.%m.%Y}",
    }
    return write(kind, language_of(full.buyer, full.seller, languages(own)), facts, own)


def write(kind: MailKind, language: str, facts: Mapping[str, str | None], own: Own) -> MailText:
    """A mail of this kind: in the organisation's words, else the standard ones, else those in English."""
    words = own.get(language) or standard(kind, language)
    if words is None:
        language, words = "en", own.get("en") or _english(kind)
    fields = fields_of(kind)
    values = {**facts, "greeting": greeting(language, facts.get("name"))}
    return MailText(subject=fields.fill(words.subject, values), body=fields.fill(words.body, values))


def _english(kind: MailKind) -> MailWords:
    words = standard(kind, "en")
    assert words is not None  # noqa: S101 - it is there for each kind
    return words


def spoken_length(length: timedelta, language: str) -> str:
    """`30 days`, `30 Tage`, `30 днів`: in the largest unit that fits."""
    unit, size = _unit_of(length)
    return format_unit(max(1, round(length.total_seconds() / size)), f"duration-{unit}", locale=_known(language))


def spoken_ago(length: timedelta, language: str) -> str:
    """`30 days ago`, `vor 30 Tagen`, `30 днів тому`."""
    unit, size = _unit_of(length)
    whole = timedelta(seconds=max(1, round(length.total_seconds() / size)) * size)
    return format_timedelta(-whole, granularity=unit, threshold=_ONE_UNIT, add_direction=True, locale=_known(language))


def _unit_of(length: timedelta) -> tuple[Literal["day", "hour", "minute", "second"], int]:
    return next((one for one in _UNITS if length.total_seconds() >= one[1]), _UNITS[-1])


def _known(language: str) -> str:
    return language if language in LANGUAGES else "en"
