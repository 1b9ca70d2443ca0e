"""How a story is said in the languages of the pages, and in which of them a program asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Header

from services.chassis.stories import ENGLISH, Speech
from services.chassis.web.formats import DEFAULT_LANGUAGE, DEFAULT_ZONE, Formats, locale_of, zone_of
from services.chassis.web.words import choose_language, told_in, words_of

# A time that is near to nothing is told with its year.
_ANOTHER_YEAR = timedelta(days=370)


@cache
def speech_in(language: str) -> Speech:
    """How a story is said in a language we speak. English stays as programs and the command line know it."""
    if language == DEFAULT_LANGUAGE:
        return ENGLISH
    locale = locale_of(language)

    def moment(at: datetime, zone: ZoneInfo, near: datetime | None = None) -> str:
        return Formats(locale, zone, near or at - _ANOTHER_YEAR).absolute(at)

    def money(amount: Decimal, currency: str) -> str:
        return Formats(locale, zone_of(DEFAULT_ZONE), datetime.now(UTC)).money(amount, currency)

    return Speech(
        language=language, translated=words_of(language).gettext, known=told_in(language), moment=moment, money=money
    )


async def _asked_for(
    accept_language: Annotated[
        str, Header(max_length=200, description="The language of the words: `uk`, or English, which is usual.")
    ] = "",
) -> Speech:
    return speech_in(choose_language(accepted=accept_language))


Spoken = Annotated[Speech, Depends(_asked_for)]
"""The language that `Accept-Language` asks for."""
