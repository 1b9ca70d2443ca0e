"""Two versions of a text side by side, line by line. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Literal

Sign = Literal[" ", "-", "+"]
_AROUND = 2
_LEFT_OUT = "…"


def lines_between(was: str, now: str) -> list[tuple[Sign, str]]:
    """The lines that went (`-`) and came (`+`), with two lines of what stayed around them; empty if nothing did."""
    if was == now:
        return []
    before, after = was.splitlines(), now.splitlines()
    found: list[tuple[Sign, str]] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_AROUND):
        if found:
            found.append((" ", _LEFT_OUT))
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                found += [(" ", line) for line in before[start:end]]
                continue
            found += [("-", line) for line in before[start:end]]
            found += [("+", line) for line in after[new_start:new_end]]
    return found
