"""What is new in a reply: without the mail it answers, as mail programs quote it, and without the signature.

Programs announce a quotation in the words of their language, but all of them with the same facts: an address, a day or
an hour, and a colon. So the facts decide, and words only where there are none. Every rule looks at one line and a few
beside it, so that no text takes long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_LINES = 4000
_LINE = 600
_WRAPPED = 3
"""Lines over which an announcement may be wrapped."""
_HEADS = 6
"""Lines within which a quoted mail's headers follow each other."""
_FEWEST_HEADS = 3

_SAYS = re.compile(
    r"(?:\bwrote|\bschrieb|\bpisze|\bnapisał(?:\(a\)|a)?|\ba écrit|пише|писав(?:\(ла\)|ла)?"
    r"|написав(?:\(ла\)|ла)?|написала|пишет|написал(?:\(а\)|а)?)\s?:\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[./-]\d{1,2}|@|<mailto:")
_TIMED = re.compile(r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b|\b20\d\d\b")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_LABELLED = re.compile(r"^\W{0,3}[^\W\d_][^\W\d]*(?: [^\W\d]+){0,2}\W{0,3}:\W{0,3}(?:\s|$)")
_BEGINS = re.compile(
    r"^\W*(?:begin forwarded message|anfang der weitergeleiteten nachricht|початок переадресованого повідомлення"
    r"|początek przekazywanej wiadomości|début du message réexpédié|начало переадресованного сообщения)\W*$",
    re.IGNORECASE,
)
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
        if _RULE.match(lines[place]) or _BEGINS.match(lines[place]) or _quoted_heads(lines, place):
            return kept
        kept.append(lines[place])
        place += 1
    return kept


def _announced(lines: Sequence[str], place: int) -> int:
    """Over how many lines from here somebody is said to have written what follows; 0 if not."""
    for more in range(1, _WRAPPED + 1):
        said = " ".join(line.strip() for line in lines[place : place + more])
        if said.endswith(":") and _is_announcement(lines, place, place + more, said):
            # Somebody's own line right above the announcement is none of it.
            return more if more == 1 or (_begins_one(lines[place]) and not _is_whole(lines, place + 1)) else 0
        if not lines[min(place + more, len(lines)) - 1].strip():
            return 0
    return 0


def _begins_one(line: str) -> bool:
    return bool(_OPENS.match(line.lstrip("> ")) or _TIMED.search(line))


def _is_whole(lines: Sequence[str], place: int) -> bool:
    return _begins_one(lines[place]) and _announced(lines, place) > 0


def _is_announcement(lines: Sequence[str], place: int, end: int, said: str) -> bool:
    opens = bool(_OPENS.match(lines[place].lstrip("> "))) or bool(_SAYS.search(lines[place]))
    if opens and _SAYS.search(said):
        return bool(_DATED.search(said))
    if not _TIMED.search(said):
        return False
    # In whatever language: a day or an hour with an address, or right above lines that are marked as quoted.
    after = _next_full(lines, end)
    return bool(_ADDRESS.search(said)) or (after is not None and lines[after].lstrip().startswith(">"))


def _quoted_heads(lines: Sequence[str], place: int) -> bool:
    if _FROM.match(lines[place]) and sum(map(bool, map(_HEAD.match, lines[place + 1 : place + 1 + _HEADS]))) >= 2:
        return True
    if not _LABELLED.match(lines[place]):
        return False
    # In whatever language: lines of a word and a colon, with an address and a day among them.
    heads = list(takewhile(_LABELLED.match, lines[place : place + 1 + _HEADS]))
    together = "\n".join(heads)
    return len(heads) >= _FEWEST_HEADS and bool(_ADDRESS.search(together)) and bool(_TIMED.search(together))


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
