"""Which company a row belongs to: by tax id, number, e-mail or web domain, the strongest first.

Rows are taken one after another, so a row also meets the leads that rows before it made. Nothing is overwritten:
a merge brings numbers, keys and what was not known yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace

from services.lead_gen.domain.import_rows import Row
from services.lead_gen.domain.places import PLACE, gaps_of_place

# The lead's own words for each kind of key, strongest first. `p` is a number; it is no key of `lead_keys`.
STRENGTH = {"t": "tax id", "p": "number", "e": "e-mail", "d": "web domain"}
# Filled by their own rules: a name is never changed, and of the place what somebody says goes before what was derived.
_NEVER_A_GAP = frozenset({"company", *PLACE})


@dataclass(slots=True)
class LeadFacts:
    """What a row may be compared with: the lead's filled fields, and how many numbers it has."""

    id: str
    fields: dict[str, str]
    phones: int
    new: bool = False
    dry: bool = False

    @property
    def shown_id(self) -> str | None:
        """Its id, unless it never comes to exist."""
        return None if self.dry else self.id


@dataclass(slots=True)
class Verdict:
    """What became of a row. `original` is kept for rejected rows only."""

    line: int
    verdict: str
    reason: str | None = None
    lead_id: str | None = None
    original: list[str] | None = None


@dataclass(slots=True)
class Addition:
    """What a merged row added to its lead: numbers, keys, and what it filled in. `fields` is what the row says."""

    line: int
    lead_id: str
    fields: dict[str, str]
    filled: dict[str, str]
    phones: list[str]
    keys: list[str]


@dataclass(slots=True)
class Plan:
    """Everything that a chunk of rows changes in the register."""

    verdicts: list[Verdict] = field(default_factory=list)
    created: list[LeadFacts] = field(default_factory=list)
    phones: list[tuple[str, str, int]] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    fills: dict[str, dict[str, str]] = field(default_factory=dict)
    offers: dict[tuple[str, str], str] = field(default_factory=dict)
    additions: list[Addition] = field(default_factory=list)


class Matcher:
    """Takes the rows of a chunk. `owners` maps keys (`p:` for numbers) to lead ids, `known` ids to their facts.

    Of a `dry` run the leads it makes never exist, so that no verdict names one.
    """

    def __init__(
        self, owners: dict[str, str], known: dict[str, LeadFacts], new_id: Callable[[], str], *, dry: bool = False
    ) -> None:
        self._owners = owners
        self._known = known
        self._new_id = new_id
        self._dry = dry
        self._said: list[str] = []
        self.plan = Plan()

    def follow(self, before: Matcher, keys: Set[str]) -> None:
        """Know what the rows of another matcher have changed, or are about to, with regard to these keys."""
        for key in keys & before._owners.keys():
            self._owners[key] = before._owners[key]
        for lead_id in set(self._owners.values()):
            if (lead := before._known.get(lead_id)) is not None:
                self._known[lead_id] = replace(lead, fields=dict(lead.fields), new=False)

    def take(self, row: Row) -> None:
        """Accept, merge or refuse one row, and remember it for the rows behind it."""
        if row.problem is not None:
            self._refuse(row, row.problem)
            return
        self._said = list(row.notes)
        owners = self._owners
        keys = [f"p:{phone}" for phone in row.phones] + row.keys
        if owners.keys().isdisjoint(keys):
            self._accept(row, keys)
            return
        problem, lead = self._find(row, keys)
        if problem is not None:
            self._refuse(row, problem)
        elif lead is None:
            self._accept(row, [key for key in keys if key not in owners])
        else:
            self._merge(row, keys, lead)

    def _find(self, row: Row, keys: list[str]) -> tuple[str | None, LeadFacts | None]:
        """(why the row cannot be taken, the lead it belongs to)."""
        found: LeadFacts | None = None
        owners = self._owners
        owned = [(key[0], owners[key]) for key in keys if key in owners]
        first = owned[0][1]
        if all(lead_id == first for _, lead_id in owned) and not _other_tax_id(row, self._known[first]):
            # Nearly every row that belongs to a lead at all.
            return None, self._known[first]
        for kind, name in STRENGTH.items():
            leads = sorted({lead_id for of, lead_id in owned if of == kind})
            if len(leads) > 1:
                self._offer(leads[0], leads[1], f"one row of a file has a {name} of both")
                whose = " and ".join(map(self._whom, leads))
                return f"its {name}s belong to two leads, {whose}", None
            if not leads:
                continue
            lead = self._known[leads[0]]
            if not _other_tax_id(row, lead):
                found = found or lead
            elif kind == "p":
                return f"its number belongs to {self._whom(lead.id)}, which has another tax id", None
            elif found is None:
                self._said.append(f"it shares its {name} with {self._whom(lead.id)}, which has another tax id")
        return None, found

    def _accept(self, row: Row, keys: list[str]) -> None:
        lead = LeadFacts(self._new_id(), row.fields, 0, new=True, dry=self._dry)
        self._known[lead.id] = lead
        self.plan.created.append(lead)
        self._give(lead, keys)
        self.plan.verdicts.append(Verdict(row.line, "accepted", "; ".join(self._said) or None, lead.shown_id))

    def _merge(self, row: Row, keys: list[str], lead: LeadFacts) -> None:
        owners = self._owners
        for key in keys:
            other = owners.get(key, lead.id)
            if other != lead.id:
                self._offer(lead.id, other, f"one row of a file has the {STRENGTH[key[0]]} of the other")
        free = [key for key in keys if key not in owners]
        gaps = {
            name: text
            for name, text in row.fields.items()
            if name not in lead.fields and name not in _NEVER_A_GAP and (name != "tax_id" or f"t:{text}" in free)
        }
        gaps |= gaps_of_place(row.fields, lead.fields)
        self._give(lead, free)
        lead.fields.update(gaps)
        if gaps and not lead.new:
            self.plan.fills.setdefault(lead.id, {}).update(gaps)
        if free or gaps:
            mine = [key[2:] for key in free if key[0] == "p"], [key for key in free if key[0] != "p"]
            self.plan.additions.append(Addition(row.line, lead.id, row.fields, gaps, *mine))
        whom = self._whom(lead.id)
        verdict, what = ("merged", f"merged into {whom}") if free or gaps else ("duplicate", f"duplicate of {whom}")
        reason = "; ".join([what, *self._said])
        self.plan.verdicts.append(Verdict(row.line, verdict, reason, lead.shown_id))

    def _whom(self, lead_id: str) -> str:
        lead = self._known.get(lead_id)
        return "an earlier row" if lead is not None and lead.dry else f"lead {lead_id}"

    def _give(self, lead: LeadFacts, keys: list[str]) -> None:
        for key in keys:
            self._owners[key] = lead.id
            if key[0] == "p":
                lead.phones += 1
                self.plan.phones.append((key[2:], lead.id, lead.phones))
            else:
                self.plan.keys.append((key, lead.id))

    def _offer(self, one: str, other: str, reason: str) -> None:
        self.plan.offers.setdefault((min(one, other), max(one, other)), reason)

    def _refuse(self, row: Row, reason: str) -> None:
        self.plan.verdicts.append(Verdict(row.line, "rejected", reason, original=list(row.cells)))


def _other_tax_id(row: Row, lead: LeadFacts) -> bool:
    """Do both say a tax id, and not the same one?"""
    mine, known = row.fields.get("tax_id"), lead.fields.get("tax_id")
    return None not in (mine, known) and mine != known


def counts(verdicts: list[Verdict]) -> Mapping[str, int]:
    """How many rows of each verdict."""
    found = dict.fromkeys(("accepted", "merged", "duplicate", "rejected"), 0)
    for one in verdicts:
        found[one.verdict] += 1
    return found
