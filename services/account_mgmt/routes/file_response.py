"""Documents as answers."""

from __future__ import annotations

from fastapi import Response

from services.account_mgmt.domain.documents import Document


def file_response(document: Document) -> Response:
    """The document, to be shown in the browser and saved under its name."""
    name = f'inline; filename="{document.name}"'
    return Response(document.content, media_type=document.media_type, headers={"Content-Disposition": name})
