"""Refusals, for people: a page that says what is wrong and what to do, or, where htmx asks, a word in place, so that
nothing that was typed is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import RedirectResponse, Response

from services.chassis.db import is_broken
from services.chassis.errors import DomainError
from services.chassis.http.problems import RETRYABLE, request_id
from services.chassis.sentences import said
from services.chassis.web.places import prefix_of
from services.chassis.web.seen import SEEN
from services.chassis.web.site import SignInNeededError, is_lively, is_part, told_to, web_of, words_for
from services.chassis.web.words import as_sentence

_REASONS: Final = {
    "missing": said("This is needed"),
    "string_too_short": said("This needs %(min_length)s characters at least"),
    "string_too_long": said("This may have %(max_length)s characters at most"),
    "too_short": said("This needs %(min_length)s entries at least"),
    "too_long": said("This may have %(max_length)s entries at most"),
    "greater_than": said("This must be above %(gt)s"),
    "greater_than_equal": said("This must be %(ge)s at least"),
    "less_than": said("This must be below %(lt)s"),
    "less_than_equal": said("This may be %(le)s at most"),
    "int_parsing": said("This is not a whole number"),
    "int_from_float": said("This is not a whole number"),
    "int_parsing_size": said("This is too much"),
    "decimal_parsing": said("This is not a number"),
    "decimal_max_digits": said("This is too much"),
    "decimal_whole_digits": said("This is too much"),
    "decimal_max_places": said("This may have %(decimal_places)s digits behind the point at most"),
    "finite_number": said("This is not a number"),
    "time_delta_parsing": said("This is not a length of time"),
    "time_parsing": said("This is not a time of day"),
    "float_parsing": said("This is not a number"),
    "date_parsing": said("This is not a date"),
    "datetime_parsing": said("This is not a date and a time"),
    "literal_error": said("This is none of the choices"),
    "enum": said("This is none of the choices"),
}
"""What pydantic finds, in words for whoever has filled in a form."""
_MONTH: Final = said("This is a month, such as 2026-11")
_SHORT_NAME: Final = said("Use small letters, digits, dashes and underscores")
_CURRENCY: Final = said("This is a currency in three capital letters, such as UAH")
_PATTERNS: Final = {
    "^[A-Z]{3}$": _CURRENCY,
    "^([A-Z]{3})?$": _CURRENCY,
    "^[a-z]{2}$": said("This is a language in two small letters, such as uk"),
    r"^[A-Za-z0-9._-]+$": said("Use letters, digits, dots, dashes and underscores"),
    r"^[a-z0-9_-]+$": _SHORT_NAME,
    r"^[a-z0-9][a-z0-9_-]{0,99}$": _SHORT_NAME,
    r"^[A-Z][A-Z0-9]{0,9}$": said("Use capital letters and digits, a letter first, 10 at most"),
    r"^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$": said("This is a bank's code of 8 or 11 characters, such as PBANUA2X"),
    r"^20\d\d-(0[1-9]|1[0-2])$": _MONTH,
    r"^(2\d{3}-(0[1-9]|1[0-2]))?$": _MONTH,
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": said("This is not an e-mail address, such as name@example.com"),
    r"^\+[1-9][0-9]{6,14}(;ext=[0-9]{1,7})?$": said("This is not a telephone number, such as +380441234567"),
}
_MOST_NAMED: Final = 3
_UNLIKE: Final = said("This is not written as it must be")
log = structlog.get_logger(__name__)


def refusal(request: Request, error: DomainError | RequestValidationError) -> Response:
    """What is wrong and what to do: in place for htmx, else as a page; the way to sign in for who only reads."""
    if isinstance(error, SignInNeededError) and request.method == "GET" and not is_part(request):
        return _to_sign_in(request)
    if is_lively(request):
        return _in_place(request, error)
    status, _code, text = told_of(request, error)
    if isinstance(error, RequestValidationError):  # there is no form beside whose fields it could stand
        tell = told_to(request)
        wrong = [f"{name}: {tell(reason)}" for name, reason in field_errors(error).items()]
        text = "\n".join([as_sentence(text), *wrong[:_MOST_NAMED]])
    return notice(request, status=status, text=text)


def told_of(request: Request, error: DomainError | RequestValidationError) -> tuple[int, str, str]:
    """(status, code, what it says in the words of whoever reads)."""
    _ = words_for(request)
    if isinstance(error, DomainError):
        return error.status, error.code, told_to(request)(error.message)
    return 422, "invalid", _("something was left out, or does not look right")


def _to_sign_in(request: Request) -> Response:
    place = f"/sign-in?then={quote(_asked(request))}"
    if is_lively(request):
        return Response(headers={"HX-Redirect": place})
    return RedirectResponse(place, status_code=303)


def _in_place(request: Request, error: DomainError | RequestValidationError) -> Response:
    """A word in the page that is there; the script puts those about a field beside it (event `form:refused`)."""
    status, code, text = told_of(request, error)
    tell = told_to(request)
    fields = {name: tell(reason) for name, reason in field_errors(error).items()}
    seen = {SEEN: error.detail[SEEN]} if isinstance(error, DomainError) and SEEN in error.detail else {}
    told = {"form:refused": {"code": code, "fields": fields, **seen}}
    headers = {"HX-Trigger": json.dumps(told), "HX-Reswap": "none", "HX-Push-Url": "false"}
    return _word(request, status, as_sentence(text), headers, signed_out=isinstance(error, SignInNeededError))


def _word(
    request: Request, status: int, text: str, headers: Mapping[str, str], *, signed_out: bool = False
) -> Response:
    number = request_id(request.scope) if status >= 500 else ""
    return web_of(request).pages.answer(
        request, "refused.j2", status=status, headers=headers, text=text, signed_out=signed_out, request_id=number
    )


def field_errors(error: DomainError | RequestValidationError) -> dict[str, str]:
    """What is wrong with which field of a form, in English: for `errors` of a page, which says it in its own words."""
    if isinstance(error, DomainError):
        wrong = ({error.field: error.message} if error.field else {}) | error.also
        return {field: as_sentence(reason) for field, reason in wrong.items()}
    return {_field(item): _reason(item) for item in error.errors()}


def _field(item: Mapping[str, Any]) -> str:
    place: Sequence[Any] = item["loc"]
    return str(place[1] if len(place) > 1 else place[0])[:100]


def _reason(item: Mapping[str, Any]) -> str:
    return as_sentence(reason_of(item))


def reason_of(item: Mapping[str, Any]) -> str:
    """One of pydantic's errors in words for whoever has filled in a form; rules of our own speak for themselves."""
    kind = str(item["type"]).removeprefix("date_from_").removeprefix("datetime_from_")
    told = {name: f"{one:.10g}" if isinstance(one, float) else one for name, one in item.get("ctx", {}).items()}
    if kind in ("string_too_short", "string_pattern_mismatch") and not item.get("input"):
        kind = "missing"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(told["pattern"], _UNLIKE)
    if kind in _REASONS:
        return str(_REASONS[kind] % told)
    return str(item["msg"]).removeprefix("Value error, ")[:300]


def unexpected(request: Request, error: Exception) -> Response:
    """The answer to what nobody expected, which is logged; nothing of it is shown."""
    _ = words_for(request)
    status, text = 503, _("the database does not answer; try again in a moment")
    if not is_broken(error) and not isinstance(error, RETRYABLE):
        log.exception("unexpected_error", route=request.scope["route"].path)
        status, text = 500, _("something went wrong on our side; give the number below to the operators")
    if is_lively(request):
        return _word(request, status, as_sentence(text), {"HX-Reswap": "none", "HX-Push-Url": "false"})
    return notice(request, status=status, text=text)


def notice(request: Request, *, status: int, text: str) -> Response:
    """A page with one sentence and one way on."""
    _ = words_for(request)
    text, home = told_to(request)(text), (_("To your desk"), "/")
    titles = {
        401: (_("You are signed out"), "lock", (_("Sign in"), f"/sign-in?then={quote(_asked(request))}")),
        403: (_("This is not yours to do"), "lock", home),
        404: (_("There is nothing here"), "search", home),
        503: (_("One moment"), "hourglass", (_("Try again"), _asked(request))),
    }
    title, icon, act = titles.get(status, (_("That did not work"), "alert-triangle", home))
    return web_of(request).pages.answer(
        request,
        "notice.j2",
        status=status,
        title=title,
        text=as_sentence(text),
        icon_name=icon,
        act=act,
        request_id=request_id(request.scope) if status >= 500 else "",
    )


def _asked(request: Request) -> str:
    """The path as the browser knows it; of a change, only the desk it was made on."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path
    is_own = path.startswith(("/desk", "/components"))
    return f"{prefix_of(request.app.state.tier) if is_own else ''}{path}{query}"
