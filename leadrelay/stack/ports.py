"""Which port each part gets: last time's, else the usual one, else the next that is free."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from leadrelay.stack.errors import StackError

HOST = "127.0.0.1"
_STEP = 100
_HIGHEST = 65535


def choose(wanted: Mapping[str, int], previous: Mapping[str, int]) -> dict[str, int]:
    """A free port on loopback for each name, all different. Raises StackError when there is none."""
    chosen: dict[str, int] = {}
    for name, usual in wanted.items():
        candidates = [previous[name]] if name in previous else []
        candidates.extend(range(usual, _HIGHEST + 1, _STEP))
        free = (port for port in candidates if port not in chosen.values() and is_free(port))
        port = next(free, None)
        if port is None:
            raise StackError(f"No port is free for {name}: tried {usual} and every {_STEP}th above it")
        chosen[name] = port
    return chosen


def is_free(port: int) -> bool:
    """Whether somebody could listen on this port of loopback now."""
    with socket.socket() as probe:
        # As the servers do it, or a port would count as taken for a minute after the last run.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
