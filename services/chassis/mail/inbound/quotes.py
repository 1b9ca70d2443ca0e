"""What is new in a reply: without the mail it answers, as mail programs quote it, and without the signature.

Programs in English, Ukrainian, Polish, German, Russian and French announce a quotation in ways of their own. Every
rule looks at one line and a few beside it, so that no text takes long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINES = 4000
_LINE = 600
_WRAPPED = 3
"""Lines over which an announcement may be wrapped."""
_HEADS = 6
"""Lines within which a quoted mail's headers follow each other."""

_SAYS = re.compile(
    r"(?:\bwrote|\bschrieb|\bpisze|\bnapisał(?:\(a\)|a)?|\ba écrit|пише|писав(?:\(ла\)|ла)?"
    r"|написав(?:\(ла\)|ла)?|написала|пишет|написал(?:\(а\)|а)?)\s?:\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[./-]\d{1,2}|@|<mailto:")
_OPENS = re.compile(r"^\W*(?:On|Am|Dnia|W dniu|Le|У|В|пн|вт|ср|чт|пт|сб|нд|вс|\d)", re.IGNORECASE)
_FROM = re.compile(r"^\W{0,3}(?:From|Von|Від|Від кого|От|Od|De)\W{0,3}:", re.IGNORECASE)
_HEAD = re.compile(
    r"^\W{0,3}(?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Надіслано|Дата|Кому|Тема|Отправлено|Wysłano|Wysłane"
    r"|Data|Do|Temat|Envoyé|À|Objet)\W{0,3}:",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"^\W*-{2,}\s*(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Oryginalna wiadomość"
    r"|Wiadomość oryginalna|Вихідне повідомлення|Оригінальне повідомлення|Початкове повідомлення"
    r"|Исходное сообщение|Пересылаемое сообщение"
    r"|Forwarded message|Message d'origine)\s*-{2,}\W*$",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"^--\s?$|^_{5,}\s*$")
_DEVICE = re.compile(
    r"^(?:Sent from (?:my|Yahoo|Mail|Outlook)|Get Outlook for|Надіслано (?:з|від|із)|Отправлено (?:с|из)"
    r"|Von mein|Gesendet von|Diese Nachricht wurde von mein|Wysłan[eo] z|Envoyé (?:de|depuis))\b.{0,80}$",
    re.IGNORECASE,
)


def new_text(text: str) -> str:
    """What the sender has written; all of it if nothing in it looks like a quotation."""
    lines = [line.rstrip()[:_LINE] for line in text.split("\n")[:_LINES]]
    kept = _before_the_quotation(lines)
    kept = _unsigned([line for line in kept if not line.lstrip().startswith(">")])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _before_the_quotation(lines: Sequence[str]) -> list[str]:
    """The lines before the quoted mail, and those written between its lines."""
    kept: list[str] = []
    place = 0
    while place < len(lines):
        announced = _announced(lines, place)
        if announced:
            after = _next_full(lines, place + announced)
            if after is None or not lines[after].lstrip().startswith(">"):
                return kept
            place += announced
            continue
        if _RULE.match(lines[place]) or _quoted_heads(lines, place):
            return kept
        kept.append(lines[place])
        place += 1
    return kept


def _announced(lines: Sequence[str], place: int) -> int:
    """Over how many lines from here somebody is said to have written what follows; 0 if not."""
    if not _OPENS.match(lines[place].lstrip("> ")) and not _SAYS.search(lines[place]):
        return 0
    for more in range(1, _WRAPPED + 1):
        said = " ".join(line.strip() for line in lines[place : place + more])
        if _SAYS.search(said):
            return more if _DATED.search(said) else 0
        if more > 1 and not lines[min(place + more, len(lines)) - 1].strip():
            return 0
    return 0


def _quoted_heads(lines: Sequence[str], place: int) -> bool:
    if not _FROM.match(lines[place]):
        return False
    return sum(bool(_HEAD.match(line)) for line in lines[place + 1 : place + 1 + _HEADS]) >= 2


def _next_full(lines: Sequence[str], place: int) -> int | None:
    return next((at for at in range(place, len(lines)) if lines[at].strip()), None)


def _unsigned(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if _SIGNED.match(line) and any(one.strip() for one in kept):
            break
        if not _DEVICE.match(line.strip()):
            kept.append(line)
    return kept
