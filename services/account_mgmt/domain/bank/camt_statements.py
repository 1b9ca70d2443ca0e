"""The statements of one camt file beside each other: pages of one, days that follow one another, the same one twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.account_mgmt.domain.bank.camt_totals import Totals
from services.account_mgmt.domain.bank.camt_xml import Element, is_true, text_at
from services.account_mgmt.domain.bank.totals import Span, chain_gaps
from services.account_mgmt.domain.bank.transfers import BadRow, Transfer
from services.chassis.sentences import said

Pages = tuple[int, bool]
"""The number of a page, and whether it is the last."""


def page_of(element: Element) -> Pages | None:
    """Which page this is; none for the only one, and for what is no page."""
    number = text_at(element, "PgNb")
    if not number.isdecimal() or len(number) > 5:
        return None
    is_last = is_true(text_at(element, "LastPgInd"))
    return None if is_last and int(number) <= 1 else (int(number), is_last)


@dataclass
class _Open:
    """A statement of which some pages have come."""

    totals: Totals
    pages: list[Pages]
    line: int


class Statements:
    """Of one file, statement by statement, or page by page."""

    def __init__(self) -> None:
        self._page_of_all: Pages | None = None
        self._open: dict[str, _Open] = {}
        self._gaps: list[BadRow] = []
        self._spans: list[tuple[int, Span]] = []
        self._names: set[tuple[str, str, Pages | None]] = set()
        self._seen: Counter[Transfer] = Counter()

    def page_of_all(self, element: Element) -> None:
        """The whole file is this page of what the bank sent."""
        self._page_of_all = page_of(element)

    def end(self, account: str, totals: Totals, page: Pages | None, line: int) -> None:
        """A statement, or a page of one, is over."""
        page = page or self._page_of_all
        begun = self._open.get(account)
        if page is None:
            self._close(account, _Open(totals, [], line))
        elif begun is None:
            self._open[account] = _Open(totals, [page], line)
        else:
            begun.totals.add(totals)
            begun.pages.append(page)
        if page is not None and page[1]:
            self._close(account, self._open.pop(account))

    def _close(self, account: str, one: _Open) -> None:
        there = {number for number, _ in one.pages}
        last = next((number for number, is_last in one.pages if is_last), None)
        if one.pages and (missing := set(range(1, (last or max(there)) + 1)) - there):
            pages = ", ".join(map(str, sorted(missing)[:10]))
            self._gaps.append(BadRow(one.line, said(f"pages of the statement are missing: {pages}")))
        if one.pages and last is None:
            after = max(there)
            self._gaps.append(BadRow(one.line, said(f"the pages of the statement behind page {after} are missing")))
        self._gaps += [BadRow(one.line, reason) for reason in one.totals.gaps(is_paged=bool(one.pages))]
        self._spans += [(one.line, span) for span in one.totals.spans(account)]

    def gaps(self, *, in_chain: bool) -> Iterator[BadRow]:
        """What does not come out even. With `in_chain`, each statement of an account begins where the last ended."""
        for account in list(self._open):
            self._close(account, self._open.pop(account))
        yield from self._gaps
        if in_chain and self._spans:
            line = self._spans[-1][0]
            yield from (BadRow(line, reason) for reason in chain_gaps(span for _, span in self._spans))

    def is_twice(self, account: str, totals: Totals, page: Pages | None) -> bool:
        """Whether this statement stood in the file before; noted for the next."""
        named = account, totals.name, page
        twice = bool(totals.name) and named in self._names
        self._names.add(named)
        return twice

    def repeated(self, transfers: Sequence[Transfer], *, is_twice: bool, is_cumulative: bool) -> list[Transfer]:
        """Those of a statement's transfers that an earlier one of the file holds already.

        A report of the day repeats what the one before had; elsewhere only a statement that comes twice does.
        """
        found, here = [], Counter[Transfer]()
        for one in transfers:
            fact = replace(one, line=0)
            here[fact] += 1
            if here[fact] <= self._seen[fact] and (is_twice or (is_cumulative and one.reference)):
                found.append(one)
        self._seen |= here
        return found
