"""What a company is recognised by besides its phone numbers: tax id, e-mail, web domain, each in one form."""

from __future__ import annotations

import re
from operator import mul

from services.chassis.contacts.nobodys import FILLER_HOSTS, FILLER_NAMES, SHARED_DOMAINS

_OFTEN_TWICE = frozenset({"mail", "email", "info", "name", "user"})
_EMAIL = re.compile(r"[^@\s<>(),;:\"\\]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_SITE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*://)?(?:[^@/?#\s]*@)?(?:www\.)?([^:/?#\s]+)", re.IGNORECASE)
_TAX_ID_NOISE = str.maketrans("", "", " .-/\t")
_TAX_ID = re.compile(r"[0-9A-Z]{4,20}")
# What the weights of an EDRPOU make of seven characters `0`: digits are summed as they are encoded.
_ZEROS = 28 * ord("0")
_RNOKPP_WEIGHTS = (-1, 5, 7, 9, 4, 6, 10, 5, 7)


def keys_of(*, tax_id: str | None, email: str | None, website: str | None) -> list[str]:
    """What a company with these fields is recognised by: `t:` tax id, `e:` e-mail, `d:` web domain."""
    address = email_of(email) if email else None
    address = None if address is not None and is_placeholder(address) else address
    domain = domain_of(website) if website else None
    given = (("t", tax_id), ("e", address), ("d", domain))
    return [f"{kind}:{text}" for kind, text in given if text]


def email_of(cell: str) -> str | None:
    """`Info@Acme.UA` -> `info@acme.ua`; None for what is not an address."""
    text = cell.lower().removeprefix("mailto:")
    return text if len(text) <= 200 and _EMAIL.fullmatch(text) else None


def is_placeholder(email: str) -> bool:
    """Whether an address (as `email_of` gives it) only fills a cell, as `none@none.com` does: it is nobody's."""
    name, _, host = email.partition("@")
    if name in FILLER_NAMES or host in FILLER_HOSTS or not any(map(str.isalnum, name)):
        return True
    return name in _OFTEN_TWICE and name == host.partition(".")[0]


def domain_of(website: str) -> str | None:
    """`https://www.Acme.ua/contacts` -> `acme.ua`; None for what is not a domain, or is shared by many companies."""
    host = host_of(website)
    if host is None or host in SHARED_DOMAINS or host.partition(".")[2] in SHARED_DOMAINS:
        return None
    return host


def host_of(website: str) -> str | None:
    """`https://www.Acme.ua/contacts` -> `acme.ua`; None for what is no address of a page."""
    found = _SITE.match(website)
    if found is None:
        return None
    host = found[1].lower().rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return None
    return host if _HOST.fullmatch(host) else None


def tax_id_of(cell: str, region: str) -> str | None:
    """A tax id in one form; None for one that cannot be right. Ukrainian ones are checked by their check digit."""
    text = cell.translate(_TAX_ID_NOISE)
    if not text or text == text[0] * len(text):
        # `00000000`: it fills the cell, and would make one company of all that have it. So does `none`.
        return None
    if region != "UA":
        text = text.upper()
        return text if any(map(str.isdigit, text)) and _TAX_ID.fullmatch(text) else None
    if not text.isascii() or not text.isdigit():
        return None
    if len(text) == 8:
        return text if edrpou_digit(text[:7]) == int(text[7]) else None
    if len(text) == 10:
        return text if rnokpp_digit(text[:9]) == int(text[9]) else None
    return None


def edrpou_digit(seven: str) -> int:
    """Check digit of an EDRPOU code (State Statistics Service of Ukraine, order 499 of 2005, annex).

    Weights 1..7, or 7, 1..6 for codes from 30 to 60 million, modulo 11; a rest of 10 is taken again with weights
    two higher, and a second 10 is 0.
    """
    weights = (7, 1, 2, 3, 4, 5, 6) if 3_000_000 <= int(seven) < 6_000_000 else (1, 2, 3, 4, 5, 6, 7)
    total: int = sum(map(mul, seven.encode(), weights)) - _ZEROS
    if total % 11 == 10:
        # Each weight is two higher.
        total += 2 * sum(map(int, seven))
    return total % 11 % 10


def rnokpp_digit(nine: str) -> int:
    """Check digit of a sole trader's number (RNOKPP): weights -1, 5, 7, 9, 4, 6, 10, 5, 7, modulo 11, modulo 10."""
    rest: int = sum(map(mul, map(int, nine), _RNOKPP_WEIGHTS)) % 11
    return rest % 10
