"""Similar names: company names made comparable, and the blocks within which they are compared."""

from __future__ import annotations

import re

from services.chassis.contacts.company_names import plain_name

# A pair at or above this share of common trigrams is offered (pg_trgm's own default for "similar" is 0.3, which
# offers every second haulier; 0.6 keeps one typing mistake in a name of eight letters).
SIMILAR = 0.6
BLOCK_LETTERS = 3
# A block with more members is a name that says little; its members are compared with only so many others.
BLOCK_MEMBERS = 200
OFFERS_PER_LEAD = 3


def blocks_of(company: str, city: str | None) -> dict[str, str]:
    """Block -> plain name. Two blocks, so that a mistake at either end of a name still meets its twin.

    Digits belong to the block: `Depot 1` and `Depot 2` are two companies, however similar they look.
    """
    name = plain_name(company)
    letters = re.sub(r"[\W\d_]+", "", name)
    digits = re.sub(r"\D+", "", name)
    place = plain_name(city or "")
    if not letters:
        return {}
    ends = {f"a:{letters[:BLOCK_LETTERS]}", f"z:{letters[-BLOCK_LETTERS:]}"}
    return {f"{place}|{end}|{digits}": name for end in sorted(ends)}
