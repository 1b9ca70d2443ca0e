"""The documentation points at things that exist: links between pages, their headings, and paths in backticks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE_DOCS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/RESULTS.md")
PAGES = sorted([*(ROOT / name for name in OUTSIDE_DOCS), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
QUOTED_PATH = re.compile(r"`((?:services|workflows|leadrelay|docs|tests|bench|deploy)/[\w./-]*)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')


@cache
def text(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The places of a page that a link may name: its headings, as GitHub spells them, and its own anchors."""
    headings = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in HEADING.findall(text(page)))
    slugs = (re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings)
    return frozenset([*slugs, *ANCHOR.findall(text(page))])


def broken(page: Path) -> list[str]:
    """Everything a page points at that is not there."""
    found = []
    for target in LINK.findall(text(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        known = place.exists() and (not anchor or anchor in anchors(place))
        found += [] if known else [target]
    return found + [path for path in QUOTED_PATH.findall(text(page)) if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_points_only_at_what_exists(page: Path) -> None:
    assert broken(page) == []


def test_every_page_can_be_found_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = {ROOT / "README.md"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in LINK.findall(text(page)):
            place = (page.parent / target.partition("#")[0]).resolve()
            # A link to a folder shows all of its pages.
            pages = set(place.glob("*.md")) if place.is_dir() else {place} & set(PAGES)
            waiting |= pages - reached
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []
