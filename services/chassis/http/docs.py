"""/docs: the OpenAPI document in Swagger UI, whose files this service hands out itself: it works without the internet.

Every address on the page is relative, so it also works behind a proxy that serves the service below a prefix.
"""

from __future__ import annotations

import html
from importlib import resources

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

# Nothing may come from another host, whatever a page or a document says.
_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
_KEPT = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
# In a file of its own, because the policy lets no script stand on the page.
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  validatorUrl: null,
});
"""


def docs_router(title: str) -> APIRouter:
    """The page and its three files; not part of the document they show."""
    router = APIRouter(include_in_schema=False)
    page = _PAGE.format(title=html.escape(title))

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers=_SECURITY)

    @router.get("/docs/start.js")
    async def start() -> Response:
        return Response(_START, media_type="text/javascript", headers=_KEPT)

    @router.get("/docs/swagger-ui-bundle.js")
    async def script() -> Response:
        return _asset("swagger-ui-bundle.js", "text/javascript")

    @router.get("/docs/swagger-ui.css")
    async def style() -> Response:
        return _asset("swagger-ui.css", "text/css")

    return router


def _asset(name: str, media_type: str) -> Response:
    content = resources.files("fastapi_offline").joinpath("static", name).read_bytes()
    return Response(content, media_type=media_type, headers=_KEPT)
