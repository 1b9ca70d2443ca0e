"""The words of the pages: gettext catalogues, one per language. English is what the sources say, and needs none."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.chassis.web.formats import DEFAULT_LANGUAGE, LOCALES

_CATALOGUES = Path(__file__).with_name("locale")
_DOMAIN = "leadrelay"


@cache
def words_of(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; what it lacks stays English."""
    return gettext.translation(_DOMAIN, _CATALOGUES, [language], fallback=True)


def choose_language(chosen: str | None, accepted: str) -> str:
    """What somebody has chosen, else the first we speak of an Accept-Language header, else English."""
    if chosen in LOCALES:
        return chosen
    return next((language for language in _accepted(accepted) if language in LOCALES), DEFAULT_LANGUAGE)


def _accepted(header: str) -> Iterator[str]:
    """Languages of the header, best first, without their countries."""
    weighted = []
    for place, part in enumerate(header[:200].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weighted.append((-float(quality or 1), place, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return (language for _, _, language in sorted(weighted))
