"""Instructions, and the situations that one may be meant for: facts such as the script's node or the industry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.chassis.records import Record

KINDS = ("outcome", "node", "objection", "industry")
"""Kinds of facts. A situation `kind:value` matches that kind of fact alone, a bare `value` any kind."""


class InstructionText(Record):
    """What an instruction says, and the situations in which it is proposed."""

    title: str
    text: str
    tags: list[str]
    situations: list[str]


class Instruction(InstructionText):
    """One instruction. `helped` is how often a caller said so; `snippet`, of a search, is HTML with `<mark>`."""

    id: str
    version: int
    helped: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    snippet: str | None = None


class ProposedInstruction(Instruction):
    """An instruction that matches the situation, and how many of its facts."""

    fits: int


def distinct(found: Iterable[Instruction]) -> list[Instruction]:
    """The same in their order, without those that say what one before them says, however it is spaced or spelt."""
    kept: dict[tuple[str, str], Instruction] = {}
    for one in found:
        kept.setdefault((normal(one.title), normal(one.text)), one)
    return list(kept.values())


def normal(situation: str) -> str:
    """One spelling of a situation: lower case, single blanks, none around the colon of a known kind."""
    plain = " ".join(situation.casefold().split())
    kind, colon, value = plain.partition(":")
    return f"{kind.strip()}:{value.strip()}" if colon and kind.strip() in KINDS else plain


def facts(**known: str | None) -> list[tuple[str, str]]:
    """Each known fact in both spellings that a situation may have, (`kind:value`, `value`)."""
    return [(normal(f"{kind}:{value}"), normal(value)) for kind, value in known.items() if kind in KINDS and value]
