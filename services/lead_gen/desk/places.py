"""Where the supervisors' pages of this tier are, as a browser knows them, and who may see them."""

from __future__ import annotations

from typing import Any, Final

from services.chassis.http import allow

HERE: Final = "/lead-gen/desk"
READERS: list[Any] = [allow("supervisor", "ops")]
SUPERVISOR: list[Any] = [allow("supervisor")]


def file_path(import_id: str) -> str:
    """The page of a file that was tried or imported."""
    return f"{HERE}/files/{import_id}"


def draft_path(draft_id: str) -> str:
    """The page of a file that is not imported yet."""
    return f"{HERE}/files/drafts/{draft_id}"


def campaign_path(campaign_id: str) -> str:
    """The page of a campaign."""
    return f"{HERE}/campaigns/{campaign_id}"
