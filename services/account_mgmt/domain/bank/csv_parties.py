"""Which way money went, by who paid and who got it, in a CSV whose sums have no signs: the company is one of both."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.account_mgmt.domain.bank.csv_ways import Way


def ways(pairs: Sequence[tuple[str, str]], own: Collection[str]) -> list[Way]:
    """By (payer, payee) of every row. Without one of `own` among them, the company is whoever has part in every row.

    All empty where nobody is; `unknown` for a row that is between strangers, or the company's own accounts.
    """
    mine = {one for pair in pairs for one in pair} & set(own) or _in_all(pairs)
    if not mine:
        return [""] * len(pairs)
    return [_way(payer in mine, payee in mine) for payer, payee in pairs]


def _in_all(pairs: Sequence[tuple[str, str]]) -> set[str]:
    together = [{*pair} - {""} for pair in pairs if any(pair)]
    common = set.intersection(*together) if len(together) > 1 else set()
    return common if len(common) == 1 else set()


def _way(pays: bool, gets: bool) -> Way:
    return "unknown" if pays == gets else "out" if pays else "in"
