"""Pages set by typst: the same bytes on every machine, and no box where a letter should be.

The fonts are packaged (Libertinus in typst, Noto for other scripts and emoji; all under the OFL), the machine's own are
never looked at. What no packaged font can show, a rare script or a control character, is written as a question mark.
"""

from __future__ import annotations

import functools
import json
import re
import threading
import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import structlog
import typst

log = structlog.get_logger(__name__)

TEXT_FONTS = (
    "Libertinus Serif",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans Arabic",
    "Noto Emoji",
    "Noto Sans Symbols",
)
"""In which a text is set, each for what those before it lack; beyond them typst takes any packaged one that fits."""
_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
# Latin, Greek and Cyrillic letters with the marks used beside them: surely there.
_USUAL = re.compile(
    r"[\x20-\x7e\xa0-\u02ff\u0370-\u0373\u0391-\u03a1\u03a3-\u03ff\u0400-\u052f\u2010-\u2027\u202f-\u203a\s]+"
)
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_MISSING = "?"
_known: dict[str, bool] = {}
_knowing = threading.Lock()


def set_page(template: Path, data: dict[str, Any], at: datetime, *, archive: bool = False) -> bytes:
    """The PDF of a template with this data (JSON in `sys.inputs.data`, its fonts in `fonts`), made at a moment.

    With `archive`, PDF/A-3b, to which files can be attached.
    """
    told = _shown(data)
    told["fonts"] = TEXT_FONTS
    pdf = typst.compile(
        str(template),
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        font_paths=_fonts(),
        ignore_system_fonts=True,
        timestamp=at.replace(microsecond=0),
        pdf_standards=["a-3b"] if archive else [],
    )
    return bytes(pdf)


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(files(package)) for package in _PACKAGES])


def _shown(value: Any) -> Any:
    """The same data without what cannot be shown."""
    if isinstance(value, str):
        return showable(value)
    if isinstance(value, dict):
        return {name: _shown(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    return value


def showable(text: str) -> str:
    """A text of which every character has a glyph in a packaged font; the others are question marks."""
    rare = set(_USUAL.sub("", text))
    if not rare:
        return text
    missing = {sign for sign in rare if unicodedata.category(sign) in _UNSEEN} | _without_glyph(rare)
    if missing:
        log.warning("glyphs_missing", signs=len(missing))
    return text.translate({ord(sign): _MISSING for sign in missing})


def _without_glyph(signs: Collection[str]) -> set[str]:
    with _knowing:
        for sign in signs:
            if sign not in _known:
                _known[sign] = unicodedata.category(sign) in _UNSEEN or _has_glyph(sign)
        return {sign for sign in signs if not _known[sign]}


def _has_glyph(sign: str) -> bool:
    """Whether a packaged font can show it: an archived PDF is refused where none can."""
    fonts = ", ".join(f'"{name}"' for name in TEXT_FONTS)
    page = f"#set text(font: ({fonts},))\n#str.from-unicode({ord(sign)})"
    try:
        typst.compile(
            page.encode(),
            format="pdf",
            font_paths=_fonts(),
            ignore_system_fonts=True,
            timestamp=datetime.fromtimestamp(0, UTC),
            pdf_standards=["a-3b"],
        )
    except typst.TypstError:
        return False
    return True
