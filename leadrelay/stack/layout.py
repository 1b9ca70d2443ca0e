"""Where the stack keeps what: one data directory, found again by the next `up`."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leadrelay.stack.errors import StackError
from services.chassis.dev_issuer import DevIssuer

_LOG_BYTES = 20 << 20


@dataclass(frozen=True)
class DataDir:
    """The paths of one stack. `root` is absolute."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> DataDir:
        """The data directory at this path, which need not exist yet."""
        return cls(path.expanduser().absolute())

    @property
    def postgres(self) -> Path:
        """Everything of PostgreSQL's; a link when root keeps it elsewhere."""
        return self.root / "postgres"

    @property
    def temporal(self) -> Path:
        """The Temporal server's SQLite file."""
        return self.root / "temporal.db"

    @property
    def keys(self) -> Path:
        """Secrets of this stack, for its owner only."""
        return self.root / "keys"

    @property
    def mails(self) -> Path:
        """What the mailbox took."""
        return self.root / "mails"

    @property
    def state(self) -> Path:
        """What `leadrelay status` and the demo read."""
        return self.root / "state.json"

    def log(self, name: str) -> Path:
        """The log of a part."""
        return self.root / "logs" / f"{name}.log"

    def create(self) -> None:
        """Make what is missing and put logs aside that have grown large. Raises StackError."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.keys.mkdir(mode=0o700, exist_ok=True)
            (self.root / "logs").mkdir(mode=0o700, exist_ok=True)
            for log in (self.root / "logs").glob("*.log"):
                if log.stat().st_size > _LOG_BYTES:
                    log.replace(log.with_suffix(".log.1"))
        except OSError as error:
            raise StackError(f"The data directory {self.root} cannot be used: {error}") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for one `up`. Raises StackError when another one has it."""
        try:
            file = (self.root / "lock").open("a+")
        except OSError as error:
            raise StackError(f"The data directory {self.root} cannot be used: {error}") from None
        with file:
            try:
                # The kernel gives it back however the holder ends; a file that merely exists would outlive kill -9.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise StackError(
                    f"leadrelay is already running on {self.root} (process {holder}). "
                    "Stop it first, or choose another directory with --data."
                ) from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    def codec_keys(self) -> str:
        """The key ring that encrypts this stack's histories, made at the first call. Raises StackError."""
        return _secret(self.keys / "codec.key", lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode())

    def passwords(self, roles: tuple[str, ...]) -> dict[str, str]:
        """A password for each PostgreSQL role, made at the first call. Raises StackError."""
        path = self.keys / "postgres.json"
        text = _secret(path, lambda: json.dumps({role: secrets.token_urlsafe(24) for role in roles}))
        try:
            known = json.loads(text)
            return {role: str(known[role]) for role in roles}
        except (ValueError, TypeError, KeyError) as error:
            what = f"{type(error).__name__}: {error}"
            raise StackError(f"{path} does not hold PostgreSQL's passwords ({what}): restore it") from None

    def has_keys(self) -> bool:
        """Whether an `up` has ever run here. Raises StackError where this user may not look."""
        try:
            return (self.keys / "jwks.json").exists()
        except OSError as error:
            raise StackError(f"The data directory {self.root} cannot be used: {error}") from None

    def issuer(self) -> DevIssuer:
        """Who mints this stack's tokens, made at the first call. Raises StackError."""
        try:
            return DevIssuer.open(self.keys)
        except (OSError, ValueError, TypeError) as error:
            raise StackError(f"The key of the tokens in {self.keys} cannot be used: {error}") from None


def _secret(path: Path, make: Callable[[], str]) -> str:
    try:
        if not path.exists():
            # Written whole and then named: a run killed in between must not leave half a key behind.
            fresh = path.with_name(path.name + ".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(make())
            fresh.replace(path)
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(f"{path} cannot be used: {error}") from None
