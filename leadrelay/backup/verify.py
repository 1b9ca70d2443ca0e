"""Whether a backup is whole: sizes, checksums, and that pg_restore can read what is in it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from leadrelay.backup.manifest import Manifest, Part, checksum, read_manifest
from leadrelay.backup.tools import BackupError, find_tools


async def verify(folder: Path, tiers: list[str] | None = None) -> Manifest:
    """Look at every part, or at those of `tiers`; the manifest. Raises BackupError naming the part and the reason."""
    manifest = await asyncio.to_thread(read_manifest, folder)
    for tier in tiers or [one.tier for one in manifest.parts]:
        await _verify_part(folder, manifest.part(tier))
    return manifest


async def _verify_part(folder: Path, part: Part) -> None:
    path = folder / part.file
    try:
        size = path.stat().st_size
        if size != part.bytes:
            raise BackupError(f"{path} has {size:,} bytes, not the {part.bytes:,} that were written: it is damaged")
        if await asyncio.to_thread(checksum, path) != part.sha256:
            raise BackupError(f"{path} is not what was written (its checksum differs): it is damaged")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from None
    listed = await find_tools(part.pg_dump).run("pg_restore", None, "--list", path)
    if "TABLE DATA public schema_migrations" not in listed:
        raise BackupError(f"{path} lists no schema_migrations: it is no database of Leadrelay's")
