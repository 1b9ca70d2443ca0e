"""What the pages fetch is built from npm's packages and our own files, each named after its content."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from leadrelay.assets import COPIED, WEB, AssetsError, build, squeezed, without_comments
from tests.unit.architecture.source import ROOT

ICONS = (WEB / "assets" / "icons.txt").read_text(encoding="utf-8").split()


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    """As npm leaves it, with a word of each file in place of its content."""
    folder = tmp_path / "node_modules"
    for name, source in COPIED.items():
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        (folder / source).write_text(f"/* {name} */\n/*# sourceMappingURL=nowhere.map */", encoding="utf-8")
    for package in ("@tabler/core", "@tabler/icons", "htmx.org", "@fontsource-variable/inter"):
        (folder / package).mkdir(parents=True, exist_ok=True)
        about = json.dumps({"version": "1.2.3", "license": "MIT"})
        (folder / package / "package.json").write_text(about, encoding="utf-8")
    (folder / "htmx.org" / "LICENSE").write_text("Do what you like.", encoding="utf-8")
    drawings = folder / "@tabler/icons/icons/outline"
    drawings.mkdir(parents=True)
    for icon in ICONS:
        (drawings / f"{icon}.svg").write_text(f'<svg width="24">\n<path d="{icon}" />\n</svg>', encoding="utf-8")
    return folder


def test_every_name_carries_the_hash_of_its_content(node_modules: Path, tmp_path: Path) -> None:
    static = tmp_path / "static"
    first = build(node_modules, WEB / "assets", static)
    assert set(first) == {*COPIED, "leadrelay.css", "desk.js", "font.css", "icons.svg", "licences.txt"}
    assert json.loads((static / "manifest.json").read_text(encoding="utf-8")) == first
    assert {path.name for path in static.iterdir()} == {*first.values(), "manifest.json"}
    (node_modules / COPIED["htmx.js"]).write_text("changed", encoding="utf-8")
    again = build(node_modules, WEB / "assets", static)
    assert {name for name in first if first[name] != again[name]} == {"htmx.js"}
    assert first["htmx.js"] not in {path.name for path in static.iterdir()}


def test_styles_name_the_fonts_as_they_are_called_now(node_modules: Path, tmp_path: Path) -> None:
    names = build(node_modules, WEB / "assets", tmp_path / "static")
    style = (tmp_path / "static" / names["font.css"]).read_text(encoding="utf-8")
    assert re.findall(r"url\(([^)]*)\)", style) == [
        names[f"inter-{alphabet}.woff2"] for alphabet in ("latin", "latin-ext", "cyrillic")
    ]
    # A changed font changes the name of the style that asks for it, or browsers would keep asking for the old one.
    (node_modules / COPIED["inter-latin.woff2"]).write_text("changed", encoding="utf-8")
    assert build(node_modules, WEB / "assets", tmp_path / "static")["font.css"] != names["font.css"]


def test_no_file_names_a_source_map_that_is_not_there(node_modules: Path, tmp_path: Path) -> None:
    build(node_modules, WEB / "assets", tmp_path / "static")
    named = [path.name for path in (tmp_path / "static").iterdir() if b"sourceMappingURL" in path.read_bytes()]
    assert named == []


def test_the_sprite_holds_every_icon_that_is_asked_for(node_modules: Path, tmp_path: Path) -> None:
    names = build(node_modules, WEB / "assets", tmp_path / "static")
    sprite = (tmp_path / "static" / names["icons.svg"]).read_text(encoding="utf-8")
    assert re.findall(r'id="i-([\w-]+)"', sprite) == sorted(ICONS)


def test_licences_travel_with_the_files(node_modules: Path, tmp_path: Path) -> None:
    names = build(node_modules, WEB / "assets", tmp_path / "static")
    licences = (tmp_path / "static" / names["licences.txt"]).read_text(encoding="utf-8")
    assert "htmx.org 1.2.3 (MIT)\nDo what you like." in licences


def test_a_missing_file_is_named_and_nothing_is_replaced(node_modules: Path, tmp_path: Path) -> None:
    static = tmp_path / "static"
    build(node_modules, WEB / "assets", static)
    before = {path.name for path in static.iterdir()}
    (node_modules / COPIED["tabler.css"]).unlink()
    with pytest.raises(AssetsError, match=r"tabler\.min\.css is not there: run `make assets`"):
        build(node_modules, WEB / "assets", static)
    assert {path.name for path in static.iterdir()} == before


def test_the_lock_of_npm_holds_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    locked = {name: entry for name, entry in packages.items() if name}
    assert locked
    assert [name for name, entry in locked.items() if "resolved" in entry or not entry.get("integrity")] == []


def test_no_two_desks_give_one_name_two_looks() -> None:
    """Their styles end in one file: what one desk says of a bare name, another must not say otherwise."""
    folder = ROOT / "services/chassis/web/assets/css"
    own: dict[str, set[str]] = {}
    shared = set(re.findall(r"\.(lr-[\w-]+)", (folder / "base.css").read_text(encoding="utf-8")))
    for path in folder.glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        selectors = ",".join(re.findall(r"([^{}]+)\{", rules)).split(",")
        for name in (found[1] for found in (re.match(r"\s*\.(lr-[\w-]+)", one) for one in selectors) if found):
            own.setdefault(name, set()).add(path.name)
    assert {name: sorted(files) for name, files in own.items() if len(files) > 1 and name not in shared} == {}


DESKS = {
    "call_desk": "gen",
    "deal": "conv",
    "deals": "conv",
    "customers": "acct",
    "orders": "acct",
    "portfolio": "acct",
}


@pytest.mark.parametrize(("desk", "tier"), DESKS.items())
def test_the_styles_of_a_desk_are_for_its_tier_alone(desk: str, tier: str) -> None:
    """All of them travel in one file: a class of one desk must not dress another."""
    text = (WEB / "assets" / "css" / f"{desk}.css").read_text(encoding="utf-8")
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).strip()
    assert plain.startswith(f"body[data-tier={tier}] {{")
    depth, ends = 0, []
    for at, letter in enumerate(plain):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "}" and depth == 0:
            ends.append(at)
    assert ends == [len(plain) - 1]


def test_our_styles_travel_without_comments_and_idle_space() -> None:
    css = b"""/* it's ours */\n.a  >\n .b::after { content: "a  /* b */";\n  margin:0  auto /* why */ }\n"""
    assert squeezed(css) == b""" .a > .b::after { content: "a  /* b */"; margin:0 auto } """


def test_scripts_lose_their_comments_and_nothing_else() -> None:
    js = b"""// What it does.\n(() => {\n  // Why.\n  const at = "https://example.org"; // here\n\n  go(at);\n})();\n"""
    assert without_comments(js) == b"""(() => {\nconst at = "https://example.org"; // here\ngo(at);\n})();\n"""
