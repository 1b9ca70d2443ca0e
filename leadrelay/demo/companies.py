"""The clean companies of the sample: names, people, phones, tax ids, all from one seed.

Companies and people are invented. Phones are valid in form but lead nowhere: mobile codes of closed networks, and
fixed lines whose subscriber part begins with 0, which no exchange assigns. Tax ids pass the check digit but lie
above every range that was ever given out. Domains end in `.example` (RFC 2606).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import NamedTuple

from leadrelay.demo import names
from leadrelay.demo.dice import Dice

CLOSED_NETWORKS = ("92", "94")
"""Mobile codes of two Ukrainian CDMA operators that have shut down: valid numbers, and nobody there."""

SIZES = {(1, 10): 30, (11, 50): 38, (51, 200): 20, (201, 500): 8, (501, 1_800): 4}


@dataclass(frozen=True)
class Row:
    """One company with its contact, as the CRM would have it if people typed carefully. Field order is column order."""

    record: str
    company: str
    first: str
    last: str
    phone: str
    mobile: str
    email: str
    city: str
    region: str
    industry: str
    employees: str
    website: str
    status: str
    created: str
    language: str
    tax_id: str

    def cells(self) -> tuple[str, ...]:
        """Put the values in the order of the columns."""
        return astuple(self)


class Company(NamedTuple):
    """A company's name in both spellings, and the label of its domain."""

    local: str
    latin: str
    domain: str


def check_digit(seven: str) -> int:
    """Return the last digit of an EDRPOU code for its first seven (State Statistics Service's rule)."""
    shifted = 3_000_000 <= int(seven) < 6_000_000
    weights = (7, 1, 2, 3, 4, 5, 6) if shifted else (1, 2, 3, 4, 5, 6, 7)
    rest = sum(int(digit) * weight for digit, weight in zip(seven, weights, strict=True)) % 11
    if rest == 10:
        rest = sum(int(digit) * (weight + 2) for digit, weight in zip(seven, weights, strict=True)) % 11
    return rest % 10


def companies(seed: int, count: int) -> list[Row]:
    """Make the clean companies, each with its own name, phones and tax id."""
    dice = Dice(seed, "companies")
    taken: set[str] = set()
    return [_company(dice, index, taken) for index in range(count)]


def _company(dice: Dice, index: int, taken: set[str]) -> Row:
    trade = dice.weigh({trade: float(trade.weight) for trade in names.TRADES})
    place = dice.weigh({place: float(place.weight) for place in names.PLACES})
    firm = _name(dice, trade, taken)
    woman = dice.chance(0.45)
    first, last = dice.pick(names.WOMEN if woman else names.MEN), dice.pick(names.SURNAMES)
    low, high = dice.weigh({size: float(weight) for size, weight in SIZES.items()})
    write_latin = dice.chance(0.35)
    seven = f"8{index:04d}{dice.whole(0, 99):02d}"
    mobile = _mobile(dice, index)
    fixed = dice.chance(0.4)
    return Row(
        record=str(51_000_000 + index * 17 + dice.whole(0, 16)),
        company=firm.latin if write_latin else firm.local,
        first=names.latin(first) if write_latin else first,
        last=names.latin(last) if write_latin else last,
        phone=_fixed(place.area_code, index) if fixed else mobile,
        mobile=mobile if fixed else "",
        email=_email(dice, firm, first, last),
        city=names.latin(place.city) if write_latin else place.city,
        region=_region(dice, place, write_latin),
        industry=trade.industry,
        employees=str(dice.whole(low, high)),
        website=f"{firm.domain}.example",
        status=dice.weigh({"New": 0.7, "Open": 0.2, "Attempted": 0.1}),
        created=f"20{dice.whole(21, 23)}-{dice.whole(1, 12):02d}-{dice.whole(1, 28):02d}",
        language="en" if dice.chance(0.04) else "uk",
        tax_id=f"{seven}{check_digit(seven)}",
    )


def _name(dice: Dice, trade: names.Trade, taken: set[str]) -> Company:
    while True:
        core = dice.pick(names.HEADS) + dice.pick(names.TAILS)
        word = dice.pick(trade.words)
        title = dice.pick((f"{core} {word}", f"{core}-{word}", f"{word} {core}")) + dice.pick(names.ENDINGS)
        domain = names.slug(title)
        if domain not in taken:
            break
    taken.add(domain)
    form = dice.weigh({form: float(weight) for form, weight in names.FORMS.items()})
    if form == "ФГ" and trade.industry != "Agriculture":
        form = "ТОВ"
    return Company(f"{form} «{title}»", f"{names.latin(title)} {names.FORMS_LATIN[form]}", domain)


def _mobile(dice: Dice, index: int) -> str:
    # The company's index is spread over the subscriber part, so that no two companies share a number.
    return f"+380{dice.pick(CLOSED_NETWORKS)}{(index * 4_211 + 1_357_911) % 10_000_000:07d}"


def _fixed(area_code: str, index: int) -> str:
    return f"+380{area_code}0{(index * 5_003 + 271_828) % 1_000_000:06d}"


def _email(dice: Dice, firm: Company, first: str, last: str) -> str:
    person = f"{names.slug(first)[0]}.{names.slug(last)}"
    box = dice.weigh({"info": 0.35, "office": 0.2, "logistics": 0.1, person: 0.35})
    return f"{box}@{firm.domain}.example"


def _region(dice: Dice, place: names.Place, write_latin: bool) -> str:
    if write_latin:
        return names.latin(place.oblast)
    return place.oblast if place.oblast == place.city or dice.chance(0.6) else f"{place.oblast} обл."
