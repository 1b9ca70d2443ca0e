"""Loopback ports: which process gets which, whether a port is free, whether a process answers on it.

From the port base N (8080 unless `--port-base` says otherwise), everything lies in one block:

    N             the front door: the one address that people open
    N+1 ... N+4   APIs of lead_gen, conversion, account_mgmt, ops
    N+5           PostgreSQL
    N+6, N+7      Temporal and its UI
    N+8, N+9      mail catcher: SMTP and its web page
    N+10          metrics of Temporal
    N+11, N+12    identity provider, switchboard
    N+13 ...      health and metrics of the workers, a port each, in the order of the tiers
    then          mail door: SMTP and its health
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Mapping

from leadrelay.stack.errors import StackError

HOST = "127.0.0.1"
_LAYOUT = (
    "desk",
    *("lead_gen_api", "conversion_api", "account_mgmt_api", "ops_api"),
    *("postgres", "temporal", "temporal_ui", "smtp", "mail", "temporal_metrics"),
    *("identity", "switchboard"),
)
_LAST = ("inbound", "mail_door")
_STEP = 100
_HIGHEST = 65535
_ANSWER_SECONDS = 3.0


def preferred_ports(base: int, workers: Iterable[str]) -> dict[str, int]:
    """The port that everything has when none is taken."""
    return {name: base + offset for offset, name in enumerate((*_LAYOUT, *workers, *_LAST))}


def choose_ports(preferred: Mapping[str, int], previous: Mapping[str, int]) -> dict[str, int]:
    """A free port for each name, all different: last time's, else the preferred one, else a multiple of 100 above.

    Raises StackError when none is free.
    """
    chosen: dict[str, int] = {}
    for name, wanted in preferred.items():
        candidates = [*([previous[name]] if name in previous else []), *range(wanted, _HIGHEST + 1, _STEP)]
        free = (port for port in candidates if port not in chosen.values() and is_free(port))
        port = next(free, None)
        if port is None:
            raise StackError(f"No free port for {name}: tried {wanted} and every {_STEP}th port above it")
        chosen[name] = port
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        # As the servers do it, or a port would count as taken for a minute after the last run.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


async def answers(port: int, path: str) -> bool:
    """Whether `GET path` on this port is answered with 200. Cheap enough to ask many times a second."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]
