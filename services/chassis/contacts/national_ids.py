"""The national number of a company within its VAT id, where the law makes one of the other.

- France: FR, two digits of a key, and the SIREN; a SIRET is the SIREN and five digits of the establishment (Code de
  commerce R. 123-221; BOFiP BOI-TVA-DECLA-20-10-20).
- Sweden: SE, the organisationsnummer, 01 (Skatteverket, momsregistreringsnummer; Skatteförfarandelagen 7 kap.).
- Netherlands: NL, the RSIN of a legal entity, B and two digits (Wet OB 1968, art. 2a); that of a person holds none.
- Belgium: BE and the ondernemingsnummer of ten digits, which was nine before 2005 (WBTW art. 50; KB 24 June 2003).
- Hungary: HU and the first eight digits of the adószám (Art. törvény 2017. CL., 1. melléklet).
- Norway: the organisasjonsnummer and MVA (Bokføringsforskriften § 5-1-2). Switzerland: the UID and MWST, TVA or IVA
  (UIDG Art. 3; MWSTG Art. 66).
- Ukraine: the first seven digits of a legal entity's twelve are its ЄДРПОУ without the check digit (Положення про
  реєстрацію платників ПДВ, наказ Мінфіну № 1130).

Spain (NIF), Poland (NIP), Italy (partita IVA), Denmark (CVR), Portugal, Finland, Romania, Bulgaria, Croatia and
Slovenia put nothing but their letters before it. The VAT ids of Germany, Austria, Ireland, Luxembourg and Great
Britain hold no number of the register.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from stdnum import luhn
from stdnum.be import vat as be_vat
from stdnum.ch import uid as ch_uid
from stdnum.fr import tva as fr_tva
from stdnum.hu import anum as hu_anum
from stdnum.nl import bsn as nl_rsin
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr

from services.chassis.contacts.identity import edrpou_digit

_SHAPES: Final[tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...]] = (
    (re.compile(r"FR\d\d(\d{9})", re.ASCII), luhn.is_valid),
    (re.compile(r"(\d{9})\d{5}", re.ASCII), luhn.is_valid),
    (re.compile(r"SE(\d{10})01", re.ASCII), se_orgnr.is_valid),
    (re.compile(r"(?:NL)?(\d{9})B\d\d", re.ASCII), nl_rsin.is_valid),
    (re.compile(r"(?:BE)?0(\d{9})", re.ASCII), be_vat.is_valid),
    (re.compile(r"(\d{8})[1-5](?:0[2-9]|[1-4]\d|5[01])", re.ASCII), hu_anum.is_valid),
    (re.compile(r"(?:NO)?(\d{9})(?:MVA)?", re.ASCII), no_orgnr.is_valid),
    (re.compile(r"(CHE\d{9})(?:MWST|TVA|IVA)", re.ASCII), ch_uid.is_valid),
)
_UKRAINIAN = re.compile(r"(\d{7})\d{5}", re.ASCII)


def contained_in(tax_id: str) -> Iterator[str]:
    """The national numbers that a VAT id, or a longer number of the company, holds; with right check digits only."""
    for shape, is_valid in _SHAPES:
        found = shape.fullmatch(tax_id)
        if found and found[1] != tax_id and is_valid(found[1]) and _is_whole(tax_id):
            yield found[1]
    if found := _UKRAINIAN.fullmatch(tax_id):
        yield f"{found[1]}{edrpou_digit(found[1])}"


def _is_whole(tax_id: str) -> bool:
    """Whether the digits of the longer number are right as well, where it has some of its own."""
    if tax_id.startswith("FR"):
        return bool(fr_tva.is_valid(tax_id))
    return len(tax_id) != 14 or not tax_id.isdigit() or bool(luhn.is_valid(tax_id))
