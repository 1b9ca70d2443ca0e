"""The codec endpoint of the Temporal UI (its remote codec protocol): decrypts payloads for people who may read them.

Access to it is access to contact data. In production every request needs a bearer token of role `ops`; the
development stack serves it on loopback, to the UI's own origin.
"""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Body, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads

from services.chassis.api import create_app
from services.chassis.auth import make_verifier
from services.chassis.errors import Forbidden, Invalid, Unauthorized
from services.chassis.settings import Settings
from services.chassis.temporal.codec import CodecError, EncryptionCodec

log = structlog.get_logger(__name__)


def build_app(settings: Settings) -> FastAPI:
    """The operators' api."""
    router = APIRouter(tags=["codec"])
    codec = EncryptionCodec(settings.key_ring)
    verifier = make_verifier(settings)

    async def authorise(request: Request, namespace: str) -> None:
        if settings.profile == "development":
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("The codec endpoint requires a bearer token")
        principal = await verifier.verify(token)
        if principal.role != "ops":
            raise Forbidden("Only the role ops may read payloads", code="wrong_role")
        log.info("payloads_decoded", person=principal.person, namespace=namespace)

    @router.post("/decode", summary="Decrypt payloads for the Temporal UI")
    async def decode(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        """422 for a payload whose key is not in the ring."""
        await authorise(request, request.headers.get("x-namespace", ""))
        try:
            return _dump(await codec.decode(_parse(body).payloads))
        except CodecError as error:
            raise Invalid(str(error), field="payloads") from None

    @router.post("/encode", summary="Encrypt payloads that the Temporal UI sends")
    async def encode(request: Request, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        """Under the active key."""
        await authorise(request, request.headers.get("x-namespace", ""))
        return _dump(await codec.encode(_parse(body).payloads))

    app = create_app(title="Leadrelay ops", tier=None, settings=settings, routers=[router])
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[origin.strip() for origin in settings.ui_origin.split(",")],
        allow_methods=["POST"],
        allow_headers=["content-type", "x-namespace", "authorization"],
        allow_credentials=True,
    )
    return app


def _parse(body: dict[str, Any]) -> Payloads:
    try:
        return json_format.ParseDict(body, Payloads())
    except json_format.ParseError as error:
        raise Invalid(f"These are not payloads: {error}"[:300], field="payloads") from None


def _dump(payloads: list[Any]) -> dict[str, Any]:
    return json_format.MessageToDict(Payloads(payloads=payloads))
