"""Numbers of documents."""

from __future__ import annotations

from leadrelay.check.facts import Facts, Series
from leadrelay.check.findings import Checked, Finding

_NAMES = {"": "invoices", "CN": "credit notes", "SO": "orders"}


def numbers_have_no_gap(facts: Facts) -> Checked:
    """Invoices, credit notes and orders are numbered without a gap, per legal entity and year."""
    series = facts.account_mgmt.series
    found = [said for one in series if (said := _gap(one))]
    return Checked("numbers", "numbers have no gap", sum(one.used for one in series), found)


def _gap(one: Series) -> Finding | None:
    if one.used == one.last and not one.missing:
        return None
    what = f"{_NAMES.get(one.kind, one.kind)} of {one.entity} in {one.year}"
    lacks = (
        f"lack {', '.join(map(str, one.missing))}" if one.missing else f"are {one.used}, the counter says {one.last}"
    )
    return Finding(
        check="numbers",
        subject=f"{one.entity}:{one.kind}:{one.year}",
        says=f"{what} {lacks}",
        mend="ops looks for what was removed from the database; the accountant explains the gap in writing",
    )
