"""Addresses of desks at which there is no page: an old link, or one that was typed, gets a page that leads on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.chassis.errors import NotFound
from services.chassis.web.door import page_router
from services.chassis.web.places import prefix_of


def nowhere_router() -> APIRouter:
    """Every address below `/desk` that no router before this one has. A slash too many at the end does not matter."""
    router = page_router(for_everybody=True)

    @router.get("/{rest:path}")
    async def nowhere(request: Request, rest: str) -> Response:
        if meant := rest.rstrip("/") if rest.endswith("/") else "":
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"{prefix_of(request.app.state.tier)}/desk/{meant}{query}", status_code=307)
        raise NotFound("there is no such page")

    return router
