"""The QR code on an invoice that fills in the transfer in a banking app."""

from __future__ import annotations

import base64
import contextlib
import io
from decimal import Decimal

import segno
from segno.helpers import make_epc_qr

from services.account_mgmt.domain.iban import check_iban

# The rules of the National Bank as the press describes them (resolution 97 of 2025): the code's version, its levels of
# error correction, the best first, and the sign of the hryvnia in its centre, which formats 002 and 003 must have.
_NBU_LEAST, _NBU_MOST, _NBU_LEVELS = 10, 20, ("q", "m", "l")
_NBU_ADDRESS = "https://bank.gov.ua/qr/"
_NBU_NAME, _NBU_PURPOSE = 70, 140
_EPC_NAME, _EPC_TEXT = 70, 140
_EPC_MOST = Decimal("999999999.99")


def nbu_address(*, name: str, iban: str, tax_id: str, amount: Decimal, purpose: str) -> str:
    """The address that a Ukrainian banking app reads a transfer in hryvnia from.

    National Bank of Ukraine, rules for QR codes of credit transfers, data format 002: service mark, version, encoding
    (1 for UTF-8), function (Ukrainian credit transfer), a reserved line, recipient, account, currency with amount,
    recipient's code, two reserved lines, purpose, two reserved lines; joined by line feeds, in base64url.
    """
    lines = ["BCD", "002", "1", "UCT", "", _one_line(name)[:_NBU_NAME], iban, f"UAH{amount:.2f}", tax_id, "", "",
             _one_line(purpose)[:_NBU_PURPOSE], "", ""]  # fmt: skip
    return _NBU_ADDRESS + base64.urlsafe_b64encode("\n".join(lines).encode()).decode().rstrip("=")


def nbu(*, name: str, iban: str, tax_id: str, amount: Decimal, purpose: str) -> str:
    """The hryvnia transfer as a picture (SVG), of version 10 to 20, with the sign of the hryvnia in its centre.

    Raises ValueError for more than such a code can hold.
    """
    address = nbu_address(name=name, iban=iban, tax_id=tax_id, amount=amount, purpose=purpose)
    code = _nbu_code(address)
    return _with_hryvnia(_svg(code), code.symbol_size(border=0)[0])


def _nbu_code(address: str) -> segno.QRCode:
    """The smallest code that holds it at the best level of error correction that any does."""
    for level in _NBU_LEVELS:
        for version in range(_NBU_LEAST, _NBU_MOST + 1):
            with contextlib.suppress(segno.DataOverflowError):
                return segno.make(address, error=level, version=version, boost_error=False)
    raise ValueError("is more than the code of a transfer can hold")


def epc(*, name: str, iban: str, bic: str, amount: Decimal, purpose: str) -> str:
    """A SEPA transfer in euro as a picture (SVG): European Payments Council, EPC069-12, version 002."""
    text = _one_line(purpose)[:_EPC_TEXT]
    return _svg(make_epc_qr(name=_one_line(name)[:_EPC_NAME], iban=iban, bic=bic or None, amount=amount, text=text))


def picture(*, currency: str, name: str, iban: str, bic: str, tax_id: str, amount: Decimal, purpose: str) -> str | None:
    """The code for what is still to pay as SVG; none for a currency without one, or when nothing is open."""
    if amount <= 0:
        return None
    try:
        check_iban(iban)
        if currency == "UAH" and iban.startswith("UA"):
            return nbu(name=name, iban=iban, tax_id=tax_id, amount=amount, purpose=purpose)
        if currency == "EUR" and amount <= _EPC_MOST:
            return epc(name=name, iban=iban, bic=bic, amount=amount, purpose=purpose)
    except ValueError:
        # An account that no code can hold is printed all the same: an invoice without a code is still an invoice.
        return None
    return None


# Drawn in a square of 100, so that no font is needed: the sign, and its two bars.
_HRYVNIA = "M29 31C35 12 67 13 69 31C71 47 32 53 31 70C30 88 64 88 71 69M18 43H82M18 57H82"
_MARK = 0.19
"""Of the code's width: a white circle that hides three modules in a hundred; level L bears seven, Q twenty-five."""


def _with_hryvnia(svg: str, size: float) -> str:
    middle, across = size / 2, size * _MARK
    scale = across * 0.72 / 100
    corner = middle - scale * 50
    mark = (
        f'<circle cx="{middle:g}" cy="{middle:g}" r="{across / 2:.3f}" fill="#fff"/>'
        f'<path transform="translate({corner:.3f} {corner:.3f}) scale({scale:.4f})" d="{_HRYVNIA}" fill="none"'
        ' stroke="#000" stroke-width="10" stroke-linecap="round"/>'
    )
    return svg.replace("</svg>", f"{mark}</svg>")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _svg(code: segno.QRCode) -> str:
    out = io.BytesIO()
    code.save(out, kind="svg", xmldecl=False, border=0)
    return out.getvalue().decode()
