"""The operators' api: leads' stories, and the codec endpoint of the Temporal UI (its remote codec protocol).

Access to that endpoint, which decrypts payloads, is access to contact data: it needs a token of the operators' own tier
and role, which is looked at before anything else. On the loopback of a development machine the UI may ask without one.
"""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from google.protobuf import json_format
from pydantic import ConfigDict, Field
from temporalio.api.common.v1 import Payloads

from services.chassis.api import create_app
from services.chassis.auth import OPS, Principal
from services.chassis.errors import Forbidden, Invalid
from services.chassis.http import Body, authenticate, door_router
from services.chassis.settings import Settings, is_loopback
from services.chassis.temporal.codec import CodecError, EncryptionCodec
from services.chassis.web.desk import Desk
from services.ops.desk import acts as desk_acts
from services.ops.desk import audit, control, planner, story
from services.ops.desk import leads as desk_leads
from services.ops.desk.components import components_router
from services.ops.desk.stream import stream_router
from services.ops.doors import open_reach
from services.ops.routes import acts, late, leads, plans, relationships, tiers

# One payload may have 2 MB, and becomes a third longer in base64; the UI asks for all of an event at once.
BODY_BYTES = 8 << 20
_LOCAL_UI = Principal(person="temporal-ui", tier=OPS, role=OPS)
_EXAMPLE: dict[str, Any] = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "ImhlbGxvIg=="}]}

log = structlog.get_logger(__name__)


class PayloadsBody(Body):
    """Payloads as protobuf spells them in JSON: each with `metadata` and `data` in base64."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    payloads: list[dict[str, Any]] = Field(default_factory=list)


def _pages(settings: Settings) -> list[APIRouter]:
    """The operators' pages; the search of leads stands before the page of one, or its name would be taken for an id."""
    own = [control.router, desk_leads.router, story.router, desk_acts.router, audit.router, planner.router]
    return [*own, components_router()] if settings.profile == "development" else own


def build_app(settings: Settings) -> FastAPI:
    """The operators' api."""
    app = create_app(
        title="Leadrelay ops",
        description="Every lead's life through all tiers, what is late and why, and the safe acts.",
        tier=None,
        settings=settings,
        routers=[
            leads.router,
            late.router,
            tiers.router,
            acts.router,
            plans.router,
            relationships.router,
            _codec_router(settings),
        ],
        desk=Desk(routers=_pages(settings), package="services.ops", stream=stream_router()),
        origins=[origin.strip() for origin in settings.ui_origin.split(",")],
    )
    open_reach(app, settings)
    return app


def _codec_router(settings: Settings) -> APIRouter:
    codec = EncryptionCodec(settings.key_ring)
    unguarded = settings.profile == "development" and is_loopback(settings.host)

    async def operator(request: Request) -> Principal:
        # A token that is given counts everywhere.
        if unguarded and "authorization" not in request.headers:
            return _LOCAL_UI
        principal = await authenticate(request)
        if not principal.is_ops:
            raise Forbidden("Only the role ops may read payloads", code="wrong_role")
        log.info("payloads_asked", person=principal.person, route=request.scope["route"].path)
        return principal

    router = door_router(tags=["codec"], door=operator, prefix="", body_bytes=BODY_BYTES, takes_token=not unguarded)

    @router.post("/decode", summary="Decrypt payloads for the Temporal UI")
    async def decode(body: PayloadsBody) -> dict[str, Any]:
        """422 for a payload whose key is not in the ring, or whose data is damaged."""
        try:
            return _dump(await codec.decode(_parse(body).payloads))
        except CodecError as error:
            raise Invalid(str(error), field="payloads") from None

    @router.post("/encode", summary="Encrypt payloads that the Temporal UI sends")
    async def encode(body: PayloadsBody) -> dict[str, Any]:
        """Under the active key."""
        return _dump(await codec.encode(_parse(body).payloads))

    return router


def _parse(body: PayloadsBody) -> Payloads:
    try:
        return json_format.ParseDict(body.model_dump(), Payloads())
    except (json_format.ParseError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(f"These are not payloads: {error}"[:300], field="payloads") from None


def _dump(payloads: list[Any]) -> dict[str, Any]:
    return json_format.MessageToDict(Payloads(payloads=payloads))
