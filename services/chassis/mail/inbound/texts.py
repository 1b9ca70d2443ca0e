"""Text of strangers' mail as something that can be kept and shown: decoded, without control characters, bounded."""

from __future__ import annotations

import re
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

LONGEST_LINE = 300
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_GUESSES = ("utf-8", "cp1251")
_WIDER = {
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "ansi_x3.110-1983": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "cp-850": "cp850",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
    "unicode-1-1-utf-7": "utf-7", "ks_c_5601-1987": "cp949", "shift_jis": "cp932", "big5": "big5hkscs",
}  # fmt: skip
"""Charsets that mails name, by those that they mean: the names stand for less than what programs write under them."""
_ASCII = ("us-ascii", "ascii")


def clean(text: str) -> str:
    """Without what nobody sees and PostgreSQL does not keep; line ends are `\\n`."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _CONTROLS.sub("", shown.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))


def decoded(content: bytes, charset: str | None) -> str:
    """The text of these bytes: by the charset they claim, or by the first of the usual ones that fits.

    Letters of another charset hardly ever make UTF-8 by chance, so what is UTF-8 is read as that, whatever it claims.
    """
    claimed = (charset or "").strip().strip("\"'").lower()
    for name in filter(None, (*_guessed(content, claimed), *_GUESSES)):
        try:
            return content.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("latin-1")


def _guessed(content: bytes, claimed: str) -> tuple[str, ...]:
    if claimed in _ASCII:
        # It says nothing of the letters that are there after all.
        return _GUESSES
    named = _WIDER.get(claimed, claimed)
    is_single = claimed.startswith(("iso-8859", "windows-", "cp125", "koi8"))
    return ("utf-8", named) if is_single and not content.isascii() else (named,)


def header(message: Message, name: str, longest: int = LONGEST_LINE) -> str:
    """A header as people read it, on one line; empty if it is not there or says nothing readable."""
    return _words(str(message.get(name, ""))[: longest * 12])[:longest]


def _words(raw: str) -> str:
    # An encoded word broken over two lines is one word.
    folded = re.sub(r"\r?\n[ \t]+", " ", raw)
    try:
        parts = decode_header(folded)
    except Exception:  # a stranger's header: whatever is wrong with it, the words as they came will do
        return " ".join(clean(folded).split())
    shown = [part if isinstance(part, str) else decoded(part, charset) for part, charset in parts]
    return " ".join(clean("".join(shown)).split())


def sender(message: Message) -> tuple[str, str]:
    """Whom the mail says it is from: name and address, each empty if it says none."""
    name, address = parseaddr(str(message.get("From", ""))[:2000])
    return _words(name)[:LONGEST_LINE], "".join(clean(address).split())[:254]
