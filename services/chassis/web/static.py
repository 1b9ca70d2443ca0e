"""The files that pages fetch, below `/static/`. Their names carry the hash of their content: browsers keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import structlog
from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from services.chassis.errors import NotFound

FOLDER = Path(__file__).with_name("static")
PREFIX = "/static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}

log = structlog.get_logger(__name__)


class Assets:
    """What `make assets` has built. Without it the pages still work, bare."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._names = _manifest(folder)
        self._served = frozenset(self._names.values())

    def url(self, name: str) -> str:
        """The address of a file, by its plain name."""
        return f"{PREFIX}/{self._names.get(name, name)}"

    def answer(self, name: str) -> Response:
        """One file. Raises NotFound for any name that is not in the manifest."""
        if name not in self._served:
            raise NotFound("there is no such file")
        return FileResponse(self._folder / name, media_type=_KINDS[Path(name).suffix], headers=_KEPT)


def _manifest(folder: Path) -> Mapping[str, str]:
    try:
        names = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        log.warning("assets_missing", hint="run `make assets`")
        return {}
    return {str(name): str(file) for name, file in names.items()}


def static_router(assets: Assets) -> APIRouter:
    """`/static/NAME`, for anybody: there is nothing about anybody in these files."""
    router = APIRouter(include_in_schema=False)

    @router.get(PREFIX + "/{name}")
    async def static(name: str) -> Response:
        return assets.answer(name)

    return router
