"""Reading a request's body once: limited in length and time, before a database connection is taken, and hashed for
idempotency.
"""

from __future__ import annotations

import asyncio
import email.message
import hashlib
import time
from collections.abc import Collection
from typing import Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.types import Message

from services.chassis.errors import TooLarge, TooSlow, Unsupported
from services.chassis.http.json_bounds import check_json

MULTIPART: Final = "multipart/form-data"
URL_ENCODED: Final = "application/x-www-form-urlencoded"
_CHUNK = 1 << 18
_LEAST_BYTES_PER_SECOND = 16 << 10


def limit_body(request: Request, limit: int, seconds: float) -> None:
    """Make reading this request's body fail with TooLarge after `limit` bytes, or with TooSlow when it only dribbles.

    A body may take `seconds`, and one more for every 16 KiB that have come: long files pass on slow lines.
    """
    receive = request.receive
    began = time.monotonic()
    declared = request.headers.get("content-length", "")
    announced = int(declared) if declared.isdigit() else 0
    seen = 0
    whole = False

    async def counted() -> Message:
        nonlocal seen, whole
        if whole:  # what comes now is only that the client has left
            return await receive()
        if announced > limit:
            raise TooLarge(f"the body is longer than {limit} bytes")
        allowed = seconds + seen / _LEAST_BYTES_PER_SECOND
        try:
            async with asyncio.timeout(began + allowed - time.monotonic()):
                message = await receive()
        except TimeoutError:
            raise TooSlow(f"the body has not arrived after {allowed:.0f} seconds; send it again") from None
        whole = not message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(f"the body is longer than {limit} bytes")
        return message

    # Starlette has no public way to put something between a request and its receive channel.
    request._receive = counted


async def read_json(request: Request, *, expected: bool) -> bytes:
    """The hash of a JSON body, which stays readable for the handler.

    Raises Unsupported for another kind, Invalid for one that is nested too deep or has an endless number.
    """
    body = await request.body()
    if body and expected and not _is_json(request.headers.get("content-type", "")):
        raise Unsupported("this route takes application/json")
    if body and expected:
        check_json(body)
    return _digest(request).digest() if not body else _hashed(request, body)


def _hashed(request: Request, body: bytes) -> bytes:
    digest = _digest(request)
    digest.update(body)
    return digest.digest()


def form_kind(request: Request) -> str | None:
    """The kind of form that a request says it sends, or none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind if kind in {MULTIPART, URL_ENCODED} else None


async def read_form(request: Request, apart: Collection[str] = ()) -> bytes:
    """The hash of a form's fields and files, which stay readable for the handler. Raises Unsupported for no form.

    Fields are hashed rather than raw bytes: a client that repeats a request draws a new multipart boundary. Those
    `apart` are no part of what was asked, such as the proof of where a form comes from.
    """
    if form_kind(request) is None:
        raise Unsupported("this route takes multipart/form-data")
    form = await request.form(max_files=10, max_fields=100)
    digest = _digest(request)
    for name, value in form.multi_items():
        if name in apart:
            continue
        digest.update(f"\0{name}\0".encode("utf-8", "replace"))
        if isinstance(value, UploadFile):
            digest.update(f"{value.filename}\0".encode("utf-8", "replace"))
            while chunk := await value.read(_CHUNK):
                digest.update(chunk)
            await value.seek(0)
        else:
            digest.update(value.encode("utf-8", "replace"))
    return digest.digest()


def _digest(request: Request) -> hashlib._Hash:
    # The path and query belong to what was asked: one key must not answer for two different items.
    asked = f"{request.url.path}?{request.url.query}\n"
    return hashlib.sha256(asked.encode("utf-8", "replace"))


def _is_json(content_type: str) -> bool:
    message = email.message.Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
