"""Mails."""

from __future__ import annotations

from leadrelay.check.facts import Facts
from leadrelay.check.findings import Checked, Finding


def one_mail_per_key(facts: Facts) -> Checked:
    """No key of a mail is there twice, as after a restore without its index."""
    found = [
        Finding(
            check="mail",
            subject=f"{tier}:{key}",
            says=f"{tier} has the mail {key} more than once",
            mend="ops removes all but the first before a worker sends them, and restores the unique index",
        )
        for tier, held in facts.tiers.items()
        for key in held.doubled
    ]
    return Checked("mail", "a mail at most once per key", sum(held.mails for held in facts.tiers.values()), found)
