"""What an edit makes of a customer's card and of whom invoices are made out to, judged by what the values mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.whereabouts import place_of_customer
from services.chassis.contacts.countries import languages_of
from services.chassis.contacts.identity import email_of, host_of, is_placeholder
from services.chassis.contacts.number_places import place_of_number
from services.chassis.contacts.phones import BadPhoneError, to_e164
from services.chassis.contacts.postal_codes import postal_code_in, shape_of
from services.chassis.contacts.tax_ids import country_of_tax_id, read_tax_id, vat_id_in
from services.chassis.errors import Invalid
from services.chassis.records import Record
from workflows.contracts.base import ContactCard

HOME = "UA"
"""Where numbers and tax ids of nowhere are read."""
CARD = frozenset({"company", "contact_name", "phones", "email", "language", "timezone", "region", "city", "industry",
                  "size", "website", "tax_id"})  # fmt: skip
_ALWAYS = ("company", "language", "timezone")


class Edited(Record):
    """A customer's card and billing after an edit, and what was and is of each field that became different."""

    contact: ContactCard
    billing: Billing
    changes: dict[str, tuple[Any, Any]]

    @property
    def of_card(self) -> list[str]:
        """Fields of the card that became different."""
        return [name for name in self.changes if name in CARD]


def country_of(contact: ContactCard, billing: Billing) -> str:
    """The country by which a customer's numbers are read: said, told by the VAT id or a number, or home."""
    first = next((place_of_number(phone).country for phone in contact.phones), None)
    return billing.country or country_of_tax_id(billing.vat_id) or first or HOME


def edited(customer: Customer, given: Mapping[str, Any], worked_out: Collection[str] = ()) -> Edited:
    """The customer with `given`, whose names are fields of the card and `billing`; language and time zone are
    `worked_out` from where they are, if that is asked for.

    Raises Invalid with the field, those of billing as `billing.vat_id`.
    """
    billing = customer.billing.model_copy(update=dict(given.get("billing") or {}))
    country = country_of(customer.contact, billing)
    values = {name: value for name, value in given.items() if name in CARD}
    card = customer.contact.model_copy(update=read_card(values, country, given.get("default_region")))
    billing = read_billing(billing, card, changed=frozenset(given.get("billing") or {}))
    card = card.model_copy(update=_of_their_place(card, billing, worked_out))
    return Edited(contact=card, billing=billing, changes=_changes(customer, card, billing, given))


def _of_their_place(card: ContactCard, billing: Billing, names: Collection[str]) -> dict[str, Any]:
    """Language and time zone, as far as they are asked for, by country, town and numbers."""
    said = {"country": billing.country, "region": card.region, "city": card.city}
    found: dict[str, Any] = {name: text for name, text in said.items() if text}
    place_of_customer(found, card.phones, country_of(card, billing))
    wanted = {name: found[name] for name in ("language", "timezone") if name in names}
    if "timezone" in wanted:
        wanted["timezone_known"] = found["timezone_known"]
        if not wanted["timezone_known"] and not card.timezone_known:
            # Nothing more is known than before: the clock of the house that they have stays theirs.
            wanted["timezone"] = card.timezone
    return wanted


def read_card(values: Mapping[str, Any], country: str, phone_region: str | None = None) -> dict[str, Any]:
    """Fields of a card as they are kept; numbers are read by `phone_region`, if it is said. Raises Invalid."""
    found: dict[str, Any] = {name: value or None for name, value in values.items()}
    for name in _ALWAYS:
        if name in found and not any(map(str.isalnum, found[name] or "")):
            raise Invalid("This cannot be left empty", field=name)
    if "phones" in found:
        found["phones"] = read_phones(found["phones"] or [], phone_region or country)
    if found.get("email"):
        found["email"] = _email(found["email"])
    if found.get("tax_id"):
        found["tax_id"] = _tax_id(found["tax_id"], country)
    if found.get("website") and host_of(found["website"]) is None:
        raise Invalid("This is no web address, such as www.acme.example", field="website")
    if found.get("timezone"):
        found["timezone_known"] = True
    return found


def read_phones(typed: Sequence[str], country: str) -> list[str]:
    """Numbers in E.164, each once. Raises Invalid on `phones`."""
    found: dict[str, None] = {}
    for text in filter(str.strip, typed):
        try:
            found[to_e164(text, country)] = None
        except BadPhoneError as bad:
            raise Invalid(f"{text[:40]} {bad}", field="phones") from None
    return list(found)


def read_billing(billing: Billing, card: ContactCard, *, changed: frozenset[str]) -> Billing:
    """Whom invoices are made out to, as it is kept: ids and postal code as their country writes them.

    Only what was `changed`, or depends on it, is judged. Raises Invalid with the field.
    """
    vat_country = country_of_tax_id(billing.vat_id)
    country = billing.country or vat_country or country_of(card, billing)
    found: dict[str, str] = {}
    if billing.vat_id and changed & {"vat_id", "country"}:
        vat_id = vat_id_in(billing.vat_id, vat_country or country)
        if vat_id is None:
            raise Invalid(f"This is no VAT id of {vat_country or country}: a digit is wrong or missing",
                          field="billing.vat_id")  # fmt: skip
        found["vat_id"] = vat_id
    if billing.tax_id and changed & {"tax_id", "country"}:
        found["tax_id"] = _tax_id(billing.tax_id, country, field="billing.tax_id")
    if billing.postal_code and changed & {"postal_code", "country"}:
        code = postal_code_in(billing.postal_code, country)
        if code is None:
            shape = shape_of(country)
            looks = f": they look like {shape}" if shape else ""
            raise Invalid(f"This is no postal code of {country}{looks}", field="billing.postal_code")
        found["postal_code"] = code
    return billing.model_copy(update=found)


def language_of_country(country: str) -> str:
    """The language that most people of a country do business in; English where that is not known."""
    return next(iter(languages_of(country)), "en")


def _email(text: str) -> str:
    found = email_of(text)
    if found is None or is_placeholder(found):
        raise Invalid("This is not an e-mail address", field="email")
    return found


def _tax_id(text: str, country: str, *, field: str = "tax_id") -> str:
    found = read_tax_id(text, [country])
    if found is None:
        raise Invalid(f"This is no tax id of {country}: a digit is wrong or missing", field=field)
    return found


def _changes(
    customer: Customer, card: ContactCard, billing: Billing, given: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    was = {name: getattr(customer.contact, name) for name in sorted(CARD)}
    now = {name: getattr(card, name) for name in sorted(CARD)}
    for name in Billing.model_fields:
        was[f"billing.{name}"], now[f"billing.{name}"] = getattr(customer.billing, name), getattr(billing, name)
    for name in ("remind_by", "segment"):
        if given.get(name) is not None:
            was[name], now[name] = getattr(customer, name), given[name]
    found = {name: (was[name], now[name]) for name in now if was[name] != now[name]}
    if customer.contact.timezone_known != card.timezone_known:
        found.setdefault("timezone", (customer.contact.timezone, card.timezone))
    return found
