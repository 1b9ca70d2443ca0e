"""The data directory: everything the stack keeps between two runs, private to its owner."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from leadrelay.stack.errors import StackError
from services.chassis.dev_issuer import DevIssuer

_LOG_BYTES = 20 << 20


class DataDirectory:
    """The paths of one stack, all absolute. The directory need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.root = path.expanduser().absolute()
        self.state = self.root / "state.json"
        self.keys = self.root / "keys"
        self.logs = self.root / "logs"
        self.mails = self.root / "mails"
        self.temporal = self.root / "temporal.db"
        # A link if PostgreSQL's files have to live elsewhere.
        self.postgres = self.root / "postgres"
        self._lock = self.root / "lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Create the directory or make it private again, and hold it for one `up`.

        Whatever this process and its children create meanwhile is readable by the owner only. Raises StackError if
        another `up` holds the directory or it cannot be used.
        """
        umask = os.umask(0o077)
        try:
            with self._usable():
                self.root.mkdir(parents=True, exist_ok=True)
                lock = self._lock.open("a+")
            with lock:
                try:
                    # The kernel releases it however the holder ends; a mere file would survive a kill -9.
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    lock.seek(0)
                    raise StackError(
                        f"leadrelay is already running on {self.root} (process {lock.read().strip() or 'unknown'}). "
                        "Stop it first, or choose another directory with --data."
                    ) from None
                lock.truncate(0)
                lock.write(f"{os.getpid()}\n")
                lock.flush()
                with self._usable():
                    self._tidy()
                yield
        finally:
            os.umask(umask)

    def _tidy(self) -> None:
        """Close to others what an earlier version left open, and put large logs aside."""
        folders = (self.keys, self.logs, self.mails)
        for folder in folders:
            folder.mkdir(exist_ok=True)
        for folder in (self.root, *folders):
            folder.chmod(0o700)
        ours = [*self.root.glob("state.json*"), *self.root.glob("temporal.db*"), self._lock]
        for file in (*ours, *(file for folder in folders for file in folder.iterdir())):
            file.chmod(0o600)
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _LOG_BYTES:
                log.replace(log.with_suffix(".log.1"))

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StackError(f"The data directory {self.root} cannot be used: {error}") from None

    def codec_keys(self) -> str:
        """The key ring that encrypts this stack's histories, created on first use. Raises StackError."""
        return _secret(self.keys / "codec.key", _new_key)

    def session_keys(self) -> str:
        """The key ring of the pages' cookies, created on first use. Raises StackError."""
        return _secret(self.keys / "session.key", _new_key)

    def passwords(self, roles: Sequence[str]) -> dict[str, str]:
        """A password for each PostgreSQL role, created on first use. Raises StackError."""
        path = self.keys / "postgres.json"
        text = _secret(path, lambda: json.dumps({role: secrets.token_urlsafe(24) for role in roles}))
        try:
            known = json.loads(text)
            return {role: str(known[role]) for role in roles}
        except (ValueError, TypeError, KeyError) as error:
            what = f"{type(error).__name__}: {error}"
            raise StackError(f"{path} does not hold the passwords of PostgreSQL ({what}): restore it") from None

    def has_issuer(self) -> bool:
        """Whether an `up` has ever run here. Raises StackError if this user may not look."""
        with self._usable():
            return (self.keys / "jwks.json").exists()

    def issuer(self) -> DevIssuer:
        """The issuer of this stack's tokens, created on first use. Raises StackError."""
        try:
            return DevIssuer.open(self.keys)
        except (OSError, ValueError, TypeError) as error:
            raise StackError(f"The token key in {self.keys} cannot be used: {error}") from None


def _new_key() -> str:
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def _secret(path: Path, make: Callable[[], str]) -> str:
    try:
        if not path.exists():
            # Written whole, then named: a run killed in between must not leave half a key behind.
            fresh = path.with_name(path.name + ".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(make())
            fresh.replace(path)
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(f"{path} cannot be used: {error}") from None
