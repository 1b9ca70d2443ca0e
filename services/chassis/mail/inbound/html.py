"""HTML of a mail as plain text: paragraphs as lines, quotations marked with `> `, nothing that is not seen."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
_BLOCKS = frozenset({
    "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr",
    "section", "article", "header", "footer", "address",
})  # fmt: skip
_HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all")
_QUOTED = frozenset({"gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote"})
"""Classes by which programs mark who wrote what follows, or all of it."""
_BELOW_IS_QUOTED = frozenset({"appendonsend", "divRplyFwdMsg", "mail-editor-reference-message-container"})
"""Ids of Outlook's: whatever comes after is the mail that is answered, in whatever language."""
_RULE = "-----Original Message-----"
_DEEPEST = 200


def text_of_html(source: str) -> str:
    """The text that a reader of this HTML sees."""
    try:
        root = lxml_html.document_fromstring(source.encode("utf-8", "replace"), parser=_parser())
    except (etree.LxmlError, ValueError):
        return ""
    out = _Lines()
    _walk(root, out, 0)
    return out.text()


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)


class _Lines:
    """Lines that grow: within one, white space is one blank."""

    def __init__(self) -> None:
        self._lines: list[str] = [""]
        self.quoted = 0

    def add(self, words: str) -> None:
        """Add running text to the line."""
        lead = " " if words[:1].isspace() and self._lines[-1] else ""
        tail = " " if words[-1:].isspace() else ""
        self._lines[-1] += lead + " ".join(words.split()) + tail if words.strip() else lead

    def add_lines(self, words: str) -> None:
        """Add text whose line ends are meant."""
        first, *others = words.split("\n")
        self.add(first)
        for line in others:
            self.end()
            self.add(line)

    def end(self, *, blank: bool = False) -> None:
        """Begin a new line, after an empty one if need be."""
        line = self._lines[-1].strip()
        self._lines[-1] = "> " * self.quoted + line if line else ""
        if self._lines[-1]:
            self._lines.append("")
        if blank and len(self._lines) > 1 and self._lines[-2]:
            self._lines.append("")

    def text(self) -> str:
        """All of it."""
        self.end()
        return "\n".join(self._lines).strip()


def _walk(element: etree._Element, out: _Lines, depth: int, *, kept: bool = False) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in _UNSEEN or depth > _DEEPEST or _is_hidden(element):
        return
    block, quoted = tag in _BLOCKS, tag == "blockquote" or not _QUOTED.isdisjoint(element.get("class", "").split())
    kept = kept or tag == "pre"
    if block:
        out.end(blank=tag in ("p", "blockquote"))
    if element.get("id") in _BELOW_IS_QUOTED:
        out.add(_RULE)
        out.end()
    out.quoted += quoted
    add = out.add_lines if kept else out.add
    if element.text:
        add(element.text)
    for child in element:
        _walk(child, out, depth + 1, kept=kept)
        if child.tail:
            add(child.tail)
    if block and tag != "br":
        out.end(blank=tag in ("p", "blockquote"))
    out.quoted -= quoted


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style", "")
    return "hidden" in element.attrib or bool(style and _HIDDEN.search(style.replace(" ", "").lower()))
