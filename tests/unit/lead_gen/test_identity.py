"""A company is recognised by its tax id, e-mail and web domain, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.chassis.contacts.identity import (
    domain_of,
    edrpou_digit,
    email_of,
    is_placeholder,
    keys_of,
    rnokpp_digit,
    tax_id_of,
)


@pytest.mark.parametrize(
    ("cell", "domain"),
    [
        ("https://www.Acme.ua/contacts?x=1", "acme.ua"),
        ("acme.com.ua", "acme.com.ua"),
        ("http://user@acme.ua:8080", "acme.ua"),
        ("WWW.ACME.UA", "acme.ua"),
        ("https://вітер.укр", "xn--b1ag7ag3h.xn--j1amh"),
        ("https://facebook.com/acme", None),
        ("acme.prom.ua", None),
        ("no site", None),
        ("-", None),
        ("", None),
    ],
)
def test_a_web_domain_in_one_form(cell: str, domain: str | None) -> None:
    assert domain_of(cell) == domain


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        (" Info@Acme.UA".strip(), "info@acme.ua"),
        ("mailto:a@b.co", "a@b.co"),
        ("a@b", None),
        ("a b@c.d", None),
        ("a@b.c, d@e.f", None),
        ("n/a", None),
    ],
)
def test_an_address_in_one_form(cell: str, email: str | None) -> None:
    assert email_of(cell) == email


# Published codes: Ukrposhta 21560045, Naftogaz 20077720, PrivatBank 14360570, Ukrzaliznytsia 40075815.
@pytest.mark.parametrize("code", ["21560045", "20077720", "14360570", "40075815"])
def test_codes_of_real_companies_are_right_and_one_digit_off_is_not(code: str) -> None:
    assert tax_id_of(code, "UA") == code
    assert tax_id_of(f"{code[:7]}{(int(code[7]) + 1) % 10}", "UA") is None


@given(st.integers(0, 9_999_999), st.integers(0, 9))
def test_of_ten_last_digits_exactly_one_is_right(seven: int, last: int) -> None:
    text = f"{seven:07d}"
    assume(len(set(text)) > 1)
    assert (tax_id_of(f"{text}{last}", "UA") is not None) == (last == edrpou_digit(text))


@given(st.integers(0, 999_999_999), st.integers(0, 9))
def test_a_sole_traders_number_is_checked_too(nine: int, last: int) -> None:
    text = f"{nine:09d}"
    assume(len(set(text)) > 1)
    assert (tax_id_of(f"{text}{last}", "UA") is not None) == (last == rnokpp_digit(text))


def test_abroad_a_tax_id_is_only_brought_into_one_form() -> None:
    assert tax_id_of("de 123.456-789", "DE") == "DE123456789"
    assert tax_id_of("?", "DE") is None


def test_keys_leave_out_what_is_no_key() -> None:
    assert keys_of(tax_id=None, email="x", website="facebook.com/acme") == []
    assert keys_of(tax_id="14360570", email="a@b.co", website="b.co") == ["t:14360570", "e:a@b.co", "d:b.co"]


@pytest.mark.parametrize("email", ["none@none.com", "test@acme.ua", "n.a@acme.ua", "no-reply@acme.ua", "a@example.com",
                                   "email@email.com", "нема@acme.ua", "-@acme.ua"])  # fmt: skip
def test_an_address_that_only_fills_a_cell_is_nobodys(email: str) -> None:
    assert is_placeholder(email)
    assert keys_of(tax_id=None, email=email, website=None) == []


@pytest.mark.parametrize("email", ["info@acme.ua", "acme@acme.ua", "mail@firma.de", "nona@acme.ua", "olena@gmail.com"])
def test_an_address_of_somebody_is_theirs(email: str) -> None:
    assert not is_placeholder(email)


@pytest.mark.parametrize(
    "site", ["vk.com/j", "https://www.vk.com/k", "gmail.com", "acme.tilda.ws", "example.com", "wp.pl"]
)
def test_a_domain_of_many_is_no_key(site: str) -> None:
    assert domain_of(site) is None


@pytest.mark.parametrize("code", ["00000000", "0000000000", "none", "n/a", "1111"])
def test_a_tax_id_that_only_fills_a_cell_is_none(code: str) -> None:
    assert tax_id_of(code, "UA") is None
    assert tax_id_of(code, "DE") is None
