"""Which VAT category a line has (UNTDID 5305, as EN 16931 uses it), and at which rate: from who sells what to whom.

S standard, Z zero rated, E exempt, AE reverse charge, K supply within the European Union, G export.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.code_lists import WHY_UNTAXED
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.chassis.errors import Invalid
from services.chassis.records import Record

Category = Literal["S", "Z", "E", "AE", "K", "G"]
UNTAXED: Final = frozenset({"Z", "E", "AE", "K", "G"})
STANDARD_TAX: Final = Decimal(20)
_EU: Final = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
     "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"]
)  # fmt: skip


@dataclass(frozen=True)
class Parties:
    """Between whom a sale is. An empty country of the buyer is not known, and taken for the seller's."""

    seller_country: str
    seller_vat_id: str = ""
    buyer_country: str = ""
    buyer_vat_id: str = ""

    @classmethod
    def of(cls, seller: LegalEntity, billing: Billing) -> Parties:
        """From what somebody entered: where a phone number is from decides nobody's tax."""
        return cls(seller.country, seller.vat_id, billing.country, billing.vat_id)

    @property
    def is_abroad(self) -> bool:
        """Whether the sale crosses a border."""
        return bool(self.buyer_country) and self.buyer_country != self.seller_country

    @property
    def is_within_the_union(self) -> bool:
        """Whether both are in the European Union."""
        return self.seller_country in _EU and self.buyer_country in _EU


class ProductTax(Record):
    """What the catalogue says of a product's tax; no category leaves it to the rule."""

    kind: str = "service"
    unit: str = ""
    tax_percent: Decimal = STANDARD_TAX
    tax_category: str = ""
    tax_reason: str = ""


@dataclass(frozen=True)
class Treatment:
    """A line's category and rate; `reason` is the catalogue's own why."""

    category: Category
    percent: Decimal
    reason: str = ""


def treatment(percent: Decimal | None, product: ProductTax | None, parties: Parties, *, as_offered: bool) -> Treatment:
    """How a line is taxed whose rate is given, or none and left to catalogue and rule.

    A rate above zero is S, whoever buys. At zero the catalogue's category counts, then the border: between businesses
    of the Union with VAT ids services are AE and goods K, goods that leave it G. What is left is E. A sale `as_offered`
    is never made untaxed by the border, because its sums were promised.
    """
    known = product or ProductTax()
    border = _by_border(known.kind, parties)
    own = known.tax_category if known.tax_category in UNTAXED else ""
    if percent is None:
        untaxed = bool(own) or (border is not None and not as_offered)
        percent = Decimal(0) if untaxed else known.tax_percent
    if percent:
        return Treatment("S", percent)
    category: Category = own or border or "E"  # type: ignore[assignment]
    # Where the border decided, the catalogue's reason is one for sales at home.
    return Treatment(category, percent, known.tax_reason if category in (own, "E") else "")


def _by_border(kind: str, parties: Parties) -> Category | None:
    if not parties.is_abroad:
        return None
    if parties.is_within_the_union:
        if not (parties.seller_vat_id and parties.buyer_vat_id):
            return None
        return "K" if kind == "product" else "AE"
    return "G" if kind == "product" else None


def check_category(category: str, percent: Decimal, reason: str) -> None:
    """Raises Invalid for a category that does not go with its rate, or that needs a reason."""
    if category in UNTAXED and percent:
        raise Invalid(f"{category} is untaxed: its rate is 0, not {percent.normalize():f} %", field="tax_category")
    if category == "S" and not percent:
        raise Invalid("S is for a rate above 0: say Z, E, AE, K or G, or leave it to the rule", field="tax_category")
    if category == "E" and not reason:
        raise Invalid("Say why no tax is due, in words or by a code such as VATEX-EU-132", field="tax_reason")
    if looks_like_code(reason) and not is_code(reason):
        raise Invalid(f"{reason} is not on the VATEX list; a reason may be in words, too", field="tax_reason")
    if is_code(reason) and category in UNTAXED and category not in _belongs(reason):
        raise Invalid(f"{reason.upper()} is no reason for category {category}", field="tax_reason")


_WHY: Final[dict[str, dict[str, str]]] = {
    "AE": {
        "en": "Reverse charge: the recipient owes the tax", "uk": "Зворотне оподаткування: податок сплачує отримувач",
        "de": "Steuerschuldnerschaft des Leistungsempfängers", "pl": "Odwrotne obciążenie",
    },
    "K": {
        "en": "Intra-community supply, exempt from tax", "uk": "Постачання в межах ЄС, звільнене від податку",
        "de": "Steuerfreie innergemeinschaftliche Lieferung", "pl": "Wewnątrzwspólnotowa dostawa towarów",
    },
    "G": {
        "en": "Export, exempt from tax", "uk": "Експорт, не оподатковується", "de": "Steuerfreie Ausfuhrlieferung",
        "pl": "Eksport towarów",
    },
}  # fmt: skip
_CODES: Final = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G"}
# What is no reason for an exemption (E), and the category that it is a reason for.
_BELONGS: Final = {"VATEX-EU-AE": ("AE",), "VATEX-FR-AE": ("AE",), "VATEX-EU-IC": ("K",), "VATEX-EU-G": ("G",),
                   "VATEX-EU-146-1E": ("E", "G"), "VATEX-EU-O": ()}  # fmt: skip


def why_untaxed(category: str, reason: str, note: str, language: str) -> str:
    """Why no tax is due, in words of the document's language: the catalogue's own, the law's, or the seller's note."""
    if category in ("S", "Z"):
        return ""
    laws = _WHY.get(category, {})
    own = "" if is_code(reason) else reason
    return own or laws.get(language) or laws.get("en", "") or note or reason


def code_of(category: str, reason: str, seller_country: str) -> str:
    """The VATEX code of why no tax is due; none for sellers outside the Union, whose law it is not, or if unknown."""
    if category in ("S", "Z"):
        return ""
    if is_code(reason) and category in _belongs(reason):
        return reason.upper()
    return _CODES.get(category, "") if seller_country in _EU else ""


def is_code(reason: str) -> bool:
    """Whether a reason is a code of the VATEX list, in whatever letters."""
    return reason.upper() in WHY_UNTAXED


def looks_like_code(reason: str) -> bool:
    """Whether somebody meant a code of that list."""
    return reason.upper().startswith("VATEX-")


def _belongs(code: str) -> tuple[str, ...]:
    return _BELONGS.get(code.upper(), ("E",))
