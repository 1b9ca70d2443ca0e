"""How a story is said in the languages of the pages, and in which of them a program asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Header

from services.chassis.stories import ENGLISH, Speech
from services.chassis.web.formats import DEFAULT_LANGUAGE, Formats, locale_of, zone_of
from services.chassis.web.words import choose_language, told_in, words_of

# A time that is near to nothing is told with its year.
_ANOTHER_YEAR = timedelta(days=370)


@lru_cache(maxsize=256)
def speech_in(language: str, zone: str | None = None) -> Speech:
    """How a story is said in a language we speak: to a person in this time zone, their clocks and their sums.

    Without a zone times are those of the tier, and English stays as programs and the command line know it.
    """
    if language == DEFAULT_LANGUAGE and zone is None:
        return ENGLISH
    locale, home = locale_of(language), zone_of(zone)
    told, there = told_in(language), home if zone else None

    def moment(at: datetime, zone: ZoneInfo, near: datetime | None = None) -> str:
        # Somebody reads it now; a program may keep it, so that it is told with its year.
        seen = near or (datetime.now(UTC) if there else at - _ANOTHER_YEAR)
        return Formats(locale, there or zone, seen).absolute(at)

    def money(amount: Decimal, currency: str) -> str:
        return Formats(locale, home, datetime.now(UTC)).money(amount, currency)

    def known(sentence: str) -> str:
        return Formats(locale, home, datetime.now(UTC)).written(told(sentence))

    return Speech(
        language=language, zone=zone, translated=words_of(language).gettext, known=known, moment=moment, money=money
    )


async def _asked_for(
    accept_language: Annotated[
        str, Header(max_length=200, description="The language of the words: `uk`, or English, which is usual.")
    ] = "",
    time_zone: Annotated[
        str | None,
        Header(
            max_length=64,
            description="Where the reader is, `Europe/Kyiv`: times and sums inside of words are written as there. "
            "Else times are the tier's own, and sums as programs write them.",
        ),
    ] = None,
) -> Speech:
    return speech_in(choose_language(accepted=accept_language), time_zone and zone_of(time_zone).key)


Spoken = Annotated[Speech, Depends(_asked_for)]
"""The language that `Accept-Language` asks for, and the clock of `Time-Zone`."""
