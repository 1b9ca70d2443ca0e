"""A form that htmx sends says where its answer belongs: without a target a whole page would land inside the form."""

from __future__ import annotations

import re
from pathlib import Path

from tests.stack.running import ROOT

_SENT = re.compile(r'<form\b(?:[^<>"]|"[^"]*")*\bhx-post=(?:[^<>"]|"[^"]*")*>')
# Answered by parts, each of which names its own place.
_BY_PARTS = {"team/_approvals.j2"}


def test_every_form_that_htmx_sends_says_where_the_answer_belongs() -> None:
    templates = [path for name in ("services", "leadrelay") for path in (ROOT / name).rglob("*.j2")]
    assert templates
    lost = {
        _named(path)
        for path in templates
        for form in _SENT.findall(path.read_text())
        if "hx-target" not in form and "hx-swap" not in form
    }
    assert lost == _BY_PARTS


def _named(path: Path) -> str:
    return "/".join(path.parts[-2:])
