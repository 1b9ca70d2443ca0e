"""Turning a template into an answer: the reader's language, clock and theme, and the headers of a page.

Templates are Jinja2 with autoescape; a name that is not there is an error, never an empty place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_decimal
from jinja2 import ChoiceLoader, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.chassis.auth import Principal
from services.chassis.listed import suggested
from services.chassis.web.formats import DEFAULT_LANGUAGE, LOCALES, Formats, initials, locale_of, zone_of
from services.chassis.web.places import ACCENTS, PREFIXES, prefix_of
from services.chassis.web.scales import ticks
from services.chassis.web.static import Assets
from services.chassis.web.templating import (
    MODULES,
    CompiledOnce,
    PageEnvironment,
    counted_in,
    filled_in,
    told_on_pages,
)
from services.chassis.web.words import choose_language, told_in, words_of

# `<hx-partial>` is htmx's own way to say where a part of an answer belongs.
_PART = '<hx-partial hx-target="#%s" hx-swap="outerMorph">%s</hx-partial>'
_COMPILED = CompiledOnce()
# Each by its own name, which is what its readers look for.
_LANGUAGES = {language: str(locale_of(language).languages[language]).capitalize() for language in LOCALES}
THEMES = ("light", "dark")
ZONE_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE = "leadrelay_zone", "leadrelay_language", "leadrelay_theme"


@dataclass(frozen=True)
class Reader:
    """Who reads: how the page must speak to them. The browser tells; nothing here is trusted with more than words."""

    language: str
    zone: str | None
    theme: str | None

    @classmethod
    def of(cls, request: Request) -> Reader:
        """From the request's cookies, what the issuer says of them, and what the browser says it likes."""
        cookies, who = request.cookies, _principal(request)
        theme = cookies.get(THEME_COOKIE)
        wishes = (cookies.get(language_cookie(who.person)), who.language) if who else ()
        return cls(
            language=choose_language(
                *wishes, cookies.get(LANGUAGE_COOKIE), accepted=request.headers.get("accept-language", "")
            ),
            zone=cookies.get(ZONE_COOKIE),
            theme=theme if theme in THEMES else None,
        )

    def formats(self, now: datetime | None = None) -> Formats:
        """Their formats, at this moment."""
        return Formats(locale_of(self.language), zone_of(self.zone), now or datetime.now(UTC))


def language_cookie(person: str) -> str:
    """The cookie of a person's own choice, in a browser that others use as well."""
    return f"{LANGUAGE_COOKIE}_{hashlib.sha256(person.encode()).hexdigest()[:8]}"


@cache
def _environment(package: str | None, language: str) -> PageEnvironment:
    """The templates in a language, compiled: nobody's first page waits for that.

    What is compiled is the same in every language, so that is done once.
    """
    own = [PackageLoader(package, "desk/templates")] if package else []
    environment = PageEnvironment(
        loader=ChoiceLoader([*own, PackageLoader("services.chassis.web")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_COMPILED,
    )
    words, written = words_of(language), partial(format_decimal, locale=locale_of(language))
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    environment.globals.update(gettext=filled_in(words.gettext), ngettext=counted_in(words.ngettext, written))
    environment.globals.update(prefixes=PREFIXES, accents=ACCENTS, new_key=token_urlsafe, ticks=ticks)
    environment.globals.update(suggested=suggested)
    # For a sentence that comes from elsewhere, perhaps with a name in it: unlike what `_` gives, it is escaped.
    environment.filters |= {"initials": initials, "translated": told_on_pages(told_in(language))}
    if language != DEFAULT_LANGUAGE:
        environment.knows_as(_environment(package, DEFAULT_LANGUAGE))
    for name in environment.list_templates():
        environment.get_template(name)
        environment.asks_for(name)
    return environment


class Pages:
    """The templates of one service: its own `desk/templates`, if it has some, before those of the chassis."""

    def __init__(
        self,
        assets: Assets,
        *,
        tier: str | None,
        package: str | None = None,
        issuer: str | None = None,
        has_events: bool = False,
        shared: Mapping[str, Any] | None = None,
    ) -> None:
        # What the settings say to every page.
        self._shared = {"notice": None, "by_switchboard": False, "rings": None, **(shared or {})}
        self._assets = assets
        self._tier = tier
        self._has_events = has_events
        self._environments = {language: _environment(package, language) for language in LOCALES}
        # With `no-referrer`, as REST has it, browsers would say `Origin: null` when a form is sent.
        self._headers = {"Content-Security-Policy": content_policy(issuer), "Referrer-Policy": "same-origin"}

    def text(self, template: str, reader: Reader, context: Mapping[str, Any]) -> str:
        """The template filled in for this reader."""
        shared = {
            **self._shared,
            MODULES: {},
            "asset": self._assets.url,
            "fmt": reader.formats(),
            "language": reader.language,
            "tongues": _LANGUAGES,
            "theme": reader.theme,
            "prefix": prefix_of(self._tier),
            "accent": ACCENTS[self._tier or "ops"],
            "who": None,
            "csrf": "",
            "said": None,
            "live": False,
            "errors": {},
        }
        known = {**shared, **context}
        told, formats = told_in(reader.language), shared["fmt"]
        known["errors"] = {name: formats.written(told(reason)) for name, reason in known["errors"].items()}
        return self._environments[reader.language].get_template(template).render(known)

    def answer(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """A page, or a part of one, with the headers of a page. Who reads, and their token, come from the request.

        `errors` are what is wrong with which field, by its name: `c.field` shows them in the reader's language.
        """
        return self._answer(self.text(template, Reader.of(request), self._known(request) | context), status, headers)

    def word(self, request: Request, template: str, text: str) -> str:
        """One sentence as a template writes it, for a page that is made already."""
        return self.text(template, Reader.of(request), {**self._known(request), "text": text}).strip()

    def parts(self, request: Request, parts: Mapping[str, str], *, status: int = 200, **context: Any) -> HTMLResponse:
        """Several parts of the page that is there, by their ids, each from a template whose root has this id.

        The answer to a change of which only these parts show something; each is merged where it stands.
        """
        known = self._known(request) | context
        reader = Reader.of(request)
        texts = [_PART % (name, self.text(template, reader, known)) for name, template in parts.items()]
        if known["said"] is not None:
            texts.append(self.text("said.j2", reader, known))
        return self._answer("\n".join(texts), status, None)

    def _answer(self, content: str, status: int, headers: Mapping[str, str] | None) -> HTMLResponse:
        now = {"Server-Now": datetime.now(UTC).isoformat()}
        return HTMLResponse(content, status_code=status, headers={**self._headers, **now, **(headers or {})})

    def _known(self, request: Request) -> dict[str, Any]:
        """What the request says of its person. `live`: there are events of this tier for them."""
        state, who = request.state, _principal(request)
        is_ours = who is not None and (who.tier == self._tier or who.is_ops)
        return {
            "who": who,
            "csrf": getattr(state, "csrf", ""),
            "said": getattr(state, "said", None),
            "live": self._has_events and is_ours,
        }


def _principal(request: Request) -> Principal | None:
    return getattr(request.state, "principal", None)


def content_policy(issuer: str | None) -> str:
    """What a browser lets our pages do: nothing of another origin, no script and no style inside the page.

    Signing out is a form whose answer leads on to the issuer, so forms may go there too.
    """
    url = urlsplit(issuer or "")
    forms = " ".join(["'self'", *([f"{url.scheme}://{url.netloc}"] if url.netloc else [])])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
