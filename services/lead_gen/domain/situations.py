"""What a caller is in: facts such as the script's node or the lead's industry, that an instruction may be meant for."""

from __future__ import annotations

KINDS = ("outcome", "node", "objection", "industry")
"""Kinds of facts. A situation `kind:value` fits that kind of fact alone, a bare `value` every kind."""


def normal(situation: str) -> str:
    """One spelling of a situation: small letters, single blanks, none around the colon of a known kind."""
    plain = " ".join(situation.casefold().split())
    kind, colon, value = plain.partition(":")
    return f"{kind.strip()}:{value.strip()}" if colon and kind.strip() in KINDS else plain


def facts(**known: str | None) -> list[tuple[str, str]]:
    """Each known fact in both spellings that a situation may have, (`kind:value`, `value`)."""
    return [(normal(f"{kind}:{value}"), normal(value)) for kind, value in known.items() if kind in KINDS and value]
