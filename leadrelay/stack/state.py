"""state.json: addresses, process ids and versions of the stack, and what the next `up` needs to know about this one."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from leadrelay.stack.errors import StackError


class ProcessId(BaseModel):
    """A process of the stack. `created` tells it from a later process with the same id."""

    pid: int
    created: float


class State(BaseModel):
    """The content of the file."""

    supervisor: ProcessId | None = None
    addresses: dict[str, str] = {}
    ports: dict[str, int] = {}
    port_base: int = 0
    processes: dict[str, ProcessId] = {}
    versions: dict[str, str] = {}
    started_at: str | None = None

    @classmethod
    def read(cls, path: Path) -> State:
        """The state in this file, empty if there is none. Raises StackError if the file cannot be read."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            raise StackError(f"{path} cannot be read ({error}). Delete it: it holds nothing of value.") from None

    def write(self, path: Path) -> None:
        """Replace the file in one step: a reader sees the old state or the new one."""
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)
