"""What was typed is given back where no script keeps it: a refused form comes again on the page it was sent from, as it
was sent, with what is wrong beside its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from markupsafe import escape
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import Message

from services.chassis.errors import DomainError
from services.chassis.http.bodies import form_kind
from services.chassis.web.places import local_path, prefix_of
from services.chassis.web.refusals import field_errors, told_of
from services.chassis.web.site import CSRF_FIELD, KEY_FIELD, PAGE_FIELD, is_lively, told_to, web_of
from services.chassis.web.typed_fields import Told, Typed, with_typed
from services.chassis.web.words import as_sentence

_CORRECTED: Final = frozenset({400, 409, 422})
"""What may be put right by typing something else."""
_NOT_PASSED_ON: Final = frozenset({b"content-type", b"content-length", b"transfer-encoding", b"if-none-match"})
_NOT_KEPT: Final = frozenset({"content-length", "content-type", "etag", "set-cookie"})


async def given_back(request: Request, error: DomainError | RequestValidationError, sent_from: str) -> Response | None:
    """The page `sent_from` with the form as it was sent; none where a page cannot be had, or has no such form."""
    status, _code, _says = told_of(request, error)
    if request.method != "POST" or is_lively(request) or status not in _CORRECTED or form_kind(request) is None:
        return None
    sent = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    prefix = prefix_of(request.app.state.tier)
    page = next((local_path(value) for name, value in sent if name == PAGE_FIELD), sent_from)
    shown = await _shown(request, page.removeprefix(prefix)) if page.startswith(f"{prefix}/desk") else None
    if shown is None:
        return None
    apart = {CSRF_FIELD, KEY_FIELD, PAGE_FIELD}
    typed = Typed(prefix + request.url.path, sent, apart=apart, afresh=status == 409)
    text = with_typed(shown.text, typed, _told(request, error, page))
    return HTMLResponse(text, status_code=status, headers=shown.headers) if text is not None else None


def _told(request: Request, error: DomainError | RequestValidationError, page: str) -> Told:
    tell, pages = told_to(request), web_of(request).pages
    _status, _code, says = told_of(request, error)
    notes = {name: pages.word(request, "refused_note.j2", tell(text)) for name, text in field_errors(error).items()}
    field = f'<input type="hidden" name="{PAGE_FIELD}" value="{escape(page)}">'
    return Told(pages.word(request, "refused_word.j2", as_sentence(says)), notes, field, page)


class _NotAPageError(Exception):
    """Something else was answered, which nobody wants to hear to its end."""


class _Page:
    """An answer of our own, heard within the process."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self._body = bytearray()
        self._is_asked = False

    @property
    def text(self) -> str:
        return self._body.decode()

    async def receive(self) -> Message:
        """Nothing is sent, and then nobody is there: a stream would never end otherwise."""
        is_asked, self._is_asked = self._is_asked, True
        return {"type": "http.disconnect"} if is_asked else {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        """The answer as it comes. Raises _NotAPageError."""
        if message["type"] == "http.response.start":
            given = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]}
            if message["status"] != 200 or not given.get("content-type", "").startswith("text/html"):
                raise _NotAPageError
            self.headers = {name: value for name, value in given.items() if name not in _NOT_KEPT}
        self._body += message.get("body", b"")


async def _shown(request: Request, page: str) -> _Page | None:
    """One of this service's pages, as whoever sent the form is shown it now."""
    heard, asked = _Page(), urlsplit(page)
    scope: Mapping[str, Any] = {
        **{name: value for name, value in request.scope.items() if name not in {"endpoint", "path_params", "route"}},
        "method": "GET",
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "query_string": asked.query.encode(),
        "headers": [(name, value) for name, value in request.scope["headers"] if name not in _NOT_PASSED_ON],
        "state": {},
    }
    try:
        await request.app.router(scope, heard.receive, heard.send)
    except (HTTPException, _NotAPageError):
        return None
    return heard
