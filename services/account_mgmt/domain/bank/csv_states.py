"""What a bank says has become of a row: booked, announced, or undone before any money came."""

from __future__ import annotations

import re
from typing import Literal

from services.account_mgmt.domain.bank.csv_headers import ANNOUNCED, BOOKED, UNDONE, plain

State = Literal["booked", "announced", "undone", ""]
_UNDONE = re.compile(
    r"revers|revert|declin|reject|refus|fail|cancel|annul|anul|\bvoid|denied|expired|return|storn|ablehn|abgelehnt|fehl"
    r"|abgebroch|rückgäng|zurück|скасов|відхил|сторн|поверн|помилк|відмі|відмов|отклон|отмен|возвр|ошибк|odrzuc|zwróc"
    r"|zamítn|zruš|odmiet|weiger|mislukt|rifiut|respint|rechaz|devuel|échou|avvist|afvist|hylä|peruut|visszautas"
    r"|sikertelen|töröl|block|removed|fallid|charged back|tagasi|atmest|noraid|iptal|refund|redden"
)
_ANNOUNCED = re.compile(
    r"pend|await|processing|progress|authori[sz]|\bhold|\bheld|reserv|queue|schedul|vorgemerk|vormerk|ausstehend|offen"
    r"|bearbeitung|очік|обробц|підпис|заблок|чорнов|ожида|обработк|в роботі|oczek|w realizac|w trakcie|czeka|blokad"
    r"|\bček|\bčak|spracováva|zpracováv|behandeling|en attente|en cours|à venir|pendient|in corso|in attesa|sospes"
    r"|venter|vänta|odott|függő|várakoz|draft|planned|geplant|\bexpected|\bcreated|\bnew\b|\bnowa\b|\bнов[аи]|ootel"
    r"|laukia|gaida|bekle|uncaptured|unconfirm|confirmation"
)
_BOOKED = re.compile(
    r"book|gebucht|complet|settl|\bpost|clear|execut|exécut|success|\bdone|\bpaid|\bsent\b|accept|approved|processed"
    r"|received|confirm|finished|\bok$|verbucht|ausgeführt|erledigt|abgeschlossen|викон|провед|успіш|зарах|заверш|оброблен|підтвердж|исполн"
    r"|успеш|zrealiz|księg|wykonan|rozlicz|zakończ|zaúčt|vyřízen|proveden|spracovan|zúčtovan|voltooid|uitgevoerd"
    r"|verwerkt|geboekt|effectu|terminé|comptabilis|validé|réalis|eseguit|contabilizz|completat|ejecutad|realizad"
    r"|liquidad|contabilizad|finalizad|udført|utført|bokf|bogf|genomför|suorit|kirjattu|teljesít|könyvel|sikeres"
    r"|efectuat|procesat|finalizat|tamam|gerçek|įvykd|izpild|täide|captured"
)
# `NON CONTABILIZZATO`, `nicht gebucht`, `unposted`.
_NOT = re.compile(
    r"\b(?:not|non|no|nicht|nie|ne|niet|не|ikke|inte|ei|нема)\b|\bun(?:book|post|settl|clear|paid)|\bнепровед"
)


def state_of(text: str) -> State:
    """What the word says; empty for one that says none of the three. No word at all is a booking like any other."""
    word = plain(text)
    if word in BOOKED:
        return "booked"
    if word in ANNOUNCED:
        return "announced"
    if word in UNDONE:
        return "undone"
    if _UNDONE.search(word):
        return "undone"
    if _ANNOUNCED.search(word):
        return "announced"
    if _BOOKED.search(word):
        return "announced" if _NOT.search(word) else "booked"
    return ""
