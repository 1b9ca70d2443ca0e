"""What a backup says of itself: manifest.json beside its parts."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from leadrelay.backup.tools import BackupError

NAME = "manifest.json"
FORMAT = 1
_CHUNK = 1 << 20


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Part(_Part):
    """One tier's database. `taken_at` is the moment that it shows, by the database's clock.

    `migrations` are the numbers of the migrations it has, by package; `rows` counts what people would miss.
    """

    tier: str
    file: str
    bytes: int
    sha256: str
    taken_at: datetime
    server: str
    pg_dump: int
    migrations: dict[str, list[int]]
    rows: dict[str, int]


class Manifest(_Part):
    """One backup. `spread_seconds` lie between its first and its last part."""

    format: int
    id: str
    leadrelay: str
    taken_at: datetime
    spread_seconds: float
    parts: list[Part]

    def part(self, tier: str) -> Part:
        """A tier's part. Raises BackupError."""
        for one in self.parts:
            if one.tier == tier:
                return one
        raise BackupError(f"There is no {tier} in this backup, only {', '.join(one.tier for one in self.parts)}")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in this folder. Raises BackupError."""
    path = folder / NAME
    try:
        found = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BackupError(f"{folder} is no backup: {path.name} cannot be read ({error.strerror})") from None
    except ValidationError as error:
        raise BackupError(f"{path} is damaged: {error.errors()[0]['msg']}") from None
    if found.format > FORMAT:
        raise BackupError(f"{folder} was written by a newer Leadrelay ({found.leadrelay}): use that, or a newer one")
    for part in found.parts:
        if Path(part.file).name != part.file:
            raise BackupError(f"{path} is damaged: {part.file} does not lie beside it")
    return found


def checksum(path: Path) -> str:
    """SHA-256 of a file, in constant memory. Raises OSError."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
    return total.hexdigest()
