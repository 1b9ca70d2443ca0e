"""The button by which a supervisor puts an optional step away."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.errors import NotFound
from services.chassis.http import Conn, Who
from services.chassis.optional_steps import dismiss
from services.chassis.web.door import came_from, page_router, web_of
from services.chassis.web.site import words_for


def optional_steps_router(names: Collection[str], writers: list[Any]) -> APIRouter:
    """`/desk/steps/{name}/dismiss` of a tier whose optional steps are these."""
    router = page_router("/desk/steps")

    @router.post("/{name}/dismiss", dependencies=writers)
    async def put_away(request: Request, conn: Conn, who: Who, name: str) -> Response:
        """It is not shown any more; its editor stays under Settings."""
        if name not in names:
            raise NotFound("there is no such step")
        await dismiss(conn, name, who.person)
        said = words_for(request)("Put away. You find it under Settings whenever you want it.")
        return await web_of(request).after(request, came_from(request), said=said)

    return router
