"""Reading a request's body once: limited, before a database connection is taken, and hashed for idempotency."""

from __future__ import annotations

import email.message
import hashlib

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.types import Message

from services.chassis.errors import TooLarge, Unsupported
from services.chassis.http.json_bounds import check_json

_CHUNK = 1 << 18


def limit_body(request: Request, limit: int) -> None:
    """Make reading the body of this request fail with TooLarge after `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"the body is longer than {limit} bytes")
    receive = request.receive
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
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


async def read_form(request: Request) -> bytes:
    """The hash of a form's fields and files, which stay readable for the handler. Raises Unsupported for no form.

    Fields are hashed rather than raw bytes: a client that repeats a request draws a new multipart boundary.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        raise Unsupported("this route takes multipart/form-data")
    form = await request.form(max_files=10, max_fields=100)
    digest = _digest(request)
    for name, value in form.multi_items():
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
