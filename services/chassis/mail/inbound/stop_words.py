"""Whether somebody asks for no more mail, in words of their own."""

from __future__ import annotations

import re

_WORDS = frozenset({
    "stop", "stopp", "unsubscribe", "remove", "remove me", "opt out", "optout", "stop all", "please stop",
    "take me off your list", "do not write", "do not write to me", "don't write to me",
    "do not contact me",
    "don't contact me", "no more mail", "no more mails", "no more emails", "please unsubscribe", "please remove me",
    "please unsubscribe me", "unsubscribe me", "remove me from your list", "please remove me from your list",
    "stop emailing me", "please stop emailing me", "стоп", "відписатися", "відписатись", "відпишіть",
    "відпишіть мене", "відписка", "не пишіть", "не пишіть мені", "не пишіть мені більше", "більше не пишіть",
    "більше не пишіть мені", "не надсилайте", "не надсилайте мені листів", "не надсилайте більше", "припиніть",
    "видаліть мене", "видаліть мене зі списку", "видаліть мою адресу", "прошу більше не писати",
    "будь ласка не пишіть", "будь ласка відпишіть мене", "прошу відписати мене", "отписаться", "отпишите",
    "отпишите меня", "не пишите", "не пишите мне", "не пишите мне больше", "больше не пишите", "abmelden",
    "abbestellen", "austragen", "bitte abmelden", "bitte austragen", "keine mails mehr", "keine e-mails mehr",
    "keine weiteren mails", "bitte keine mails mehr", "bitte keine e-mails mehr", "schreiben sie mir nicht mehr",
    "bitte schreiben sie mir nicht mehr", "wypisz", "wypisz mnie", "proszę mnie wypisać", "rezygnuję",
    "proszę nie pisać", "nie pisz", "nie piszcie", "proszę o usunięcie", "proszę usunąć mój adres",
})  # fmt: skip
_LONGEST = 8
"""A request stands on a line of its own among the first lines; one further down is a part of something else."""
_PLEASE = r"(?:please|bitte|proszę|будь ласка|прошу|пожалуйста|дякую|thanks|danke)"
_POLITE = re.compile(rf"^{_PLEASE} | {_PLEASE}$")


def asks_to_stop(new_text: str) -> bool:
    """Whether a line of the new text of a reply says so and nothing else: a stop in a sentence is none."""
    said = [line for line in new_text.split("\n") if line.strip()][:_LONGEST]
    return any(_is_request(line) for line in said)


def _is_request(line: str) -> bool:
    words = " ".join(re.sub(r"[^\w' -]+", " ", line.casefold().replace("\u2019", "'")).split())
    return words in _WORDS or _POLITE.sub("", words) in _WORDS
