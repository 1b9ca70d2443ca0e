"""The releases that an upgrade may come from, their histories and their code."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HISTORIES = Path(__file__).with_name("histories")
_UNSHALLOW = "the history of this clone ends before it: `git fetch --unshallow`, then again"
_UNKNOWN = "this clone does not have it: `git fetch origin`, then again"
_NO_GIT = "this is no clone: take one (`git clone`), the tests need the code of earlier releases"


class ReleaseAway(Exception):
    """The code of a release cannot be had here; the message says how to get it."""


@dataclass(frozen=True)
class Release:
    """One release of Leadrelay."""

    version: str
    commit: str

    @property
    def histories(self) -> list[Path]:
        """What its code recorded, one file a story."""
        return sorted((HISTORIES / self.version).glob("*.json"))

    def unpack(self, directory: Path, root: Path = ROOT) -> Path:
        """Its code, put into a directory. Raises ReleaseAway where this clone does not have it."""
        done = subprocess.run(["git", "archive", self.commit], cwd=root, capture_output=True)
        if done.returncode:
            raise ReleaseAway(self.way_to_it(root))
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(directory, filter="data")
        return directory

    def way_to_it(self, root: Path = ROOT) -> str:
        """Why a clone does not have its code, and how to get it."""
        return f"The code of release {self.version} ({self.commit[:12]}): {_way_to_it(root)}"


def releases() -> list[Release]:
    """Every release, oldest first."""
    known = tomllib.loads(Path(__file__).with_name("releases.toml").read_text(encoding="utf-8"))
    return [Release(**one) for one in known["release"]]


def version_at_hand() -> str:
    """What pyproject.toml says: 0.2.0.dev0 on the way to 0.2.0."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def coming() -> str:
    """The version that the code at hand will be released as."""
    return version_at_hand().partition(".dev")[0]


def _way_to_it(root: Path) -> str:
    told = subprocess.run(
        ["git", "rev-parse", "--is-shallow-repository"], cwd=root, capture_output=True, encoding="utf-8"
    )
    if told.returncode:
        return _NO_GIT
    return _UNSHALLOW if told.stdout.strip() == "true" else _UNKNOWN
