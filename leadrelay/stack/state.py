"""state.json: addresses, process ids and versions of the stack, and what the next `up` wants to know about this one."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from leadrelay.stack.errors import StackError


class Running(BaseModel):
    """A process of the stack. `created` tells it from a later one that was given the same id."""

    pid: int
    created: float


class State(BaseModel):
    """The file's content."""

    supervisor: Running | None = None
    addresses: dict[str, str] = {}
    ports: dict[str, int] = {}
    port_base: int = 0
    processes: dict[str, Running] = {}
    versions: dict[str, str] = {}
    started_at: str | None = None

    @classmethod
    def read(cls, path: Path) -> State:
        """The state in this file, an empty one if there is none. Raises StackError for a file nobody can read."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            raise StackError(f"{path} cannot be read ({error}). Remove it; nothing of value is in it.") from None

    def write(self, path: Path) -> None:
        """Replace the file in one step: a reader sees the old state or the new one."""
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(self.model_dump(), indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)
