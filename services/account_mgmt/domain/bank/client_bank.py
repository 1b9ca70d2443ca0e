"""1CClientBankExchange: the text in which client banks of Ukraine and its neighbours give statements to bookkeepers.

It says of every document who paid whom, not which way money went: that follows from whose account is the statement's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.account_mgmt.domain.bank import transfers
from services.account_mgmt.domain.bank.client_bank_text import Section, decode, is_client_bank, sections
from services.account_mgmt.domain.bank.csv_amounts import currency_of
from services.account_mgmt.domain.bank.own_accounts import account_of, spelt
from services.account_mgmt.domain.bank.totals import Span, balance_gap, chain_gaps
from services.account_mgmt.domain.bank.transfers import MAX_ROWS, BadRow, Parsed, Transfer, iban, tidy
from services.chassis.currencies import check_currency
from services.chassis.imports.cells import FileRefusedError
from services.chassis.sentences import said

_USUAL: Final = "UAH"
_CAME: Final = frozenset({"прихід", "приход", "надходження", "поступление", "кредит"})
_WENT: Final = frozenset({"витрата", "расход", "видаток", "списание", "списання", "дебет"})
# As the name is printed on a payment order of paper: with the number before it.
_NUMBER_BEFORE: Final = re.compile(r"^(?:ИНН|ІНН|ІПН|ЄДРПОУ|ЕДРПОУ|ОКПО)\s*\d+\s*(?:КПП\s*\d+\s*)?", re.IGNORECASE)
# Some write kopecks behind a hyphen.
_HYPHEN: Final = re.compile(r"(\d+)-(\d\d)")


@dataclass(frozen=True)
class Accounts:
    """Whose statement it is: `named` by the file, or else the one that was said; how currencies are known."""

    named: Sequence[str]
    currency: str
    currencies: Mapping[str, str]

    def ours(self, *numbers: str) -> str:
        """The statement's account that one of these is, in whatever spelling; empty if none is."""
        for number in map(iban, numbers):
            for own in self.named:
                if number and (number == own or spelt(number, [own]) == own or spelt(own, [number]) == number):
                    return own
        return ""

    def currency_of(self, written: str, account: str) -> str:
        """What a document is in. Raises ValueError."""
        known = self.currency or next(
            (code for own, code in self.currencies.items() if spelt(account, [own]) == own), _USUAL
        )
        return check_currency(currency_of(written)) if written else known


@dataclass
class _Moved:
    """What came to an account and went from it, by the documents."""

    came: Decimal = Decimal(0)
    went: Decimal = Decimal(0)
    sections: list[Section] = field(default_factory=list)


def parse(
    content: bytes,
    *,
    account: str = "",
    default: str = "",
    own: Sequence[str] = (),
    currency: str = "",
    currencies: Mapping[str, str] | None = None,
    encoding: str = "",
) -> Parsed:
    """The documents of a statement. Raises FileRefusedError for anything but a whole 1CClientBankExchange.

    A file that names no account is of those of `own` that its documents name, else of `account` or the `default`;
    `currency` is that of documents that name none.
    """
    if not is_client_bank(content[:400]):
        raise FileRefusedError("This is not a 1CClientBankExchange: its first line must say so")
    found = list(sections(decode(content, encoding)))
    documents = [one for one in found if one.kind == "document"]
    if len(documents) > MAX_ROWS:
        raise FileRefusedError(f"More than {MAX_ROWS} documents; send the statement in parts")
    if not documents and not any(one.kind == "account" for one in found):
        raise FileRefusedError("There is no document in it, and no account with its balances")
    *inner, _ = found
    if inner and not inner[-1].is_whole:
        raise FileRefusedError(f"The file breaks off within the section that begins in line {inner[-1].line}")
    named = _named(found, own) or [account_of([], account, default)]
    whose = Accounts(named, currency, currencies or {})
    parsed, moved = Parsed("1c"), {one: _Moved() for one in whose.named}
    for part in inner:
        if part.kind == "account" and (of := whose.ours(part["account"]) or (len(moved) == 1 and whose.named[0])):
            moved[of].sections.append(part)
    for part in documents:
        try:
            _document(part, whose, parsed, moved)
        except (ValueError, ArithmeticError) as error:
            parsed.bad.append(BadRow(part.line, str(error)))
    parsed.gaps += _gaps(moved, whose)
    return parsed


def _named(found: Sequence[Section], own: Sequence[str]) -> list[str]:
    """The accounts that the file is of, as it names them; if it does not, the company's own that documents name."""
    named = [iban(one) for part in found if part.kind != "document" for one in part["accounts"].split()]
    if not any(named):
        ours = Accounts(own, "", {})
        named = [ours.ours(part[f"{one}_account"]) for part in found for one in ("payee", "payer")]
    return [one for one in dict.fromkeys(named) if one]


def _document(part: Section, whose: Accounts, parsed: Parsed, moved: Mapping[str, _Moved]) -> None:
    """Raises ValueError for a document of which nobody can tell what it says."""
    if not part.is_whole:
        raise ValueError(said("the document has no end (КонецДокумента)"))
    amount = _amount(part["amount"])
    if not 0 < amount <= transfers.MAX_AMOUNT:
        raise ValueError(said(f"'{part['amount'][:40]}' is not an amount above zero"))
    to, off = _ways(part, whose)
    if to:
        parsed.transfers.append(_transfer(part, to, amount, whose))
        moved[to].came += amount
    if off:
        parsed.outgoing += 0 if to else 1
        moved[off].went += amount


def _ways(part: Section, whose: Accounts) -> tuple[str, str]:
    """(the account that it came to, the one that it went from), empty where it is none of the statement's."""
    to = whose.ours(part["payee_account"], part["payee_other"])
    off = whose.ours(part["payer_account"], part["payer_other"])
    came, went = bool(part["came"]), bool(part["went"])
    if to and off:
        # Between two accounts of the file: as far as the dates say. Of one to itself nothing came.
        return ("" if to == off or (went and not came) else to), ("" if came and not went else off)
    if to or off:
        if came != went and bool(to) != came:
            raise ValueError(said("whose account it names says one way of the money, and its dates say the other"))
        return to, off
    if len(whose.named) == 1 and not (part["payer_account"] and part["payee_account"]):
        way = tidy(part["way"]).lower()
        if came != went or way in _CAME | _WENT:
            is_in = came if came != went else way in _CAME
            return (whose.named[0], "") if is_in else ("", whose.named[0])
    raise ValueError(said("neither payer nor payee is the account of the statement: nobody can tell which way it went"))


def _transfer(part: Section, account: str, amount: Decimal, whose: Accounts) -> Transfer:
    booked_on = transfers.day(part["came"] or part["date"])
    written_on = transfers.day(part["date"]) if part["date"] else booked_on
    payer = iban(part["payer_account"] or part["payer_other"])
    tax_id = tidy(part["payer_id"] or part["payer_inn"])[:50]
    return Transfer(
        line=part.line,
        account=account,
        booked_on=booked_on,
        amount=amount,
        currency=whose.currency_of(tidy(part["currency"]), account),
        payer_name=_NUMBER_BEFORE.sub("", tidy(part["payer_only"] or part["payer"]))[:300],
        payer_iban=payer,
        payer_tax_id=tax_id,
        purpose=tidy(part["purpose"] or part["parts"])[:2000],
        reference=_reference(tidy(part["number"]), written_on, amount, payer or tax_id),
    )


def _reference(number: str, written_on: date, amount: Decimal, payer: str) -> str:
    """Payers count their own documents, so that a number alone is everybody's: this is of one document."""
    if not transfers.reference(number):
        return ""
    return "-".join(filter(None, (number[:30], f"{written_on:%Y%m%d}", f"{amount:.2f}", payer[-40:])))


def _amount(text: str) -> Decimal:
    """With its sign. Raises ValueError."""
    plain = _HYPHEN.sub(r"\1.\2", text) if _HYPHEN.fullmatch(text) else text
    return transfers.amount(plain).quantize(Decimal("0.01"))


def _gaps(moved: Mapping[str, _Moved], whose: Accounts) -> Iterable[BadRow]:
    for account, one in moved.items():
        if one.sections:
            line, currency = one.sections[-1].line, whose.currency_of("", account)
            try:
                found = [*_unlinked(account, one, currency), *_uneven(one, currency)]
            except (ValueError, ArithmeticError) as error:
                found = [str(error)]
            yield from (BadRow(line, gap) for gap in found)


def _unlinked(account: str, one: _Moved, currency: str) -> list[str]:
    """What is missing between the days of a statement. Raises ValueError for a balance that is none."""
    whole = [part for part in one.sections if part["opening"] and part["closing"]]
    spans = [
        Span(account, currency, f"{transfers.day(part['until'])}" if part["until"] else "", _amount(part["opening"]),
             _amount(part["closing"]))
        for part in whole
    ]  # fmt: skip
    return chain_gaps(spans)


def _uneven(one: _Moved, currency: str) -> list[str]:
    """Where balances, totals and documents do not agree. Raises ValueError for a balance or a total that is none."""
    days = sorted(
        (part for part in one.sections if part["opening"] and part["closing"]),
        key=lambda part: transfers.day(part["until"]) if part["until"] else date.min,
    )
    if days:
        gap = balance_gap(_amount(days[0]["opening"]), one.came - one.went, _amount(days[-1]["closing"]), currency)
        if gap:
            return [gap]
    found = []
    if (came := _total(one.sections, "came_total")) not in (None, one.came):
        found.append(said(f"the statement says that {came} {currency} came, its documents come to {one.came}"))
    if (went := _total(one.sections, "went_total")) not in (None, one.went):
        found.append(said(f"the statement says that {went} {currency} went, its documents come to {one.went}"))
    return found


def _total(parts: Iterable[Section], key: str) -> Decimal | None:
    """The sum over all days; none if one of them does not say it."""
    texts = [part[key] for part in parts]
    return sum(map(_amount, texts), Decimal(0)) if all(texts) else None
