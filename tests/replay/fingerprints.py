"""Writes what each workflow may command into `fingerprints/`: `python -m tests.replay.fingerprints [--anyway]`.

A change of commands is written only if it comes with a new patch. `--anyway` is for code that was moved or renamed and
commands the same in the same order, and for what no release has had yet.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from leadrelay.replay.words import MEND
from tests.replay.modules import sources
from tests.replay.outline import outlines
from tests.replay.releases import ROOT

FOLDER = ROOT / "tests" / "replay" / "fingerprints"
_PATCHED = re.compile(r"^ *(?:patched|deprecate_patch) (.+)$", re.MULTILINE)
THEN = (
    "Then write it down (python -m tests.replay.fingerprints) and record a run that goes there "
    "(python -m tests.replay.record)."
)
ANYWAY = (
    "If the commands and their order are the same and the code was only moved or renamed, or if no release has had it "
    "yet: python -m tests.replay.fingerprints --anyway"
)


@dataclass(frozen=True)
class Change:
    """One workflow whose commands are others than those written down; either is empty where there is none."""

    workflow: str
    before: str
    after: str

    @property
    def is_patched(self) -> bool:
        """Whether runs under way are spared: by a new patch, or because the workflow is new."""
        return not self.before or bool(_patches(self.after) - _patches(self.before))

    def __str__(self) -> str:
        first = f"{self.workflow} has other commands than are written down in tests/replay/fingerprints/:"
        if not self.after:
            return (
                f"{self.workflow} is gone. While runs of it are alive, its code must stay; then delete its fingerprint."
            )
        shown = "\n".join(_difference(self.before, self.after))
        if self.is_patched:
            return f"{first}\n{shown}\nIt is patched, or new. {THEN}"
        return f"{first}\n{shown}\nNo patch is new. {MEND}\n{THEN}\n{ANYWAY}"


def changes(kept: Mapping[str, str], found: Mapping[str, str]) -> list[Change]:
    """The workflows that differ."""
    names = sorted({*kept, *found})
    both = [Change(name, kept.get(name, ""), found.get(name, "")) for name in names]
    return [one for one in both if one.before != one.after]


def written() -> dict[str, str]:
    """What is written down, by workflow."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.txt"))}


def at_hand() -> dict[str, str]:
    """What the code at hand commands, by workflow."""
    return outlines(sources(ROOT / "workflows"))


def _patches(text: str) -> set[str]:
    return set(_PATCHED.findall(text))


def _difference(before: str, after: str) -> list[str]:
    """The lines that came and went, each under the function in which it is."""
    lines, function = [], ""
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        mark, text = line[:2], line[2:]
        if text and not text.startswith(" ") and text.endswith(":"):
            function = text
        if mark in ("- ", "+ ") and text.strip():
            if function and text != function:
                lines.append(f"  {function}")
                function = ""
            lines.append(line)
    return lines


def main(*arguments: str) -> int:
    """Write down what may be; say what may not. The exit code."""
    refused = 0
    for change in changes(written(), at_hand()):
        if change.after and (change.is_patched or "--anyway" in arguments):
            (FOLDER / f"{change.workflow}.txt").write_text(change.after, encoding="utf-8")
            print(f"{change.workflow}: written")
        else:
            refused = 1
            print(change, end="\n\n")
    return refused


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
