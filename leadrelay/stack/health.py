"""Asking a part on loopback whether it is ready, many times a second and without a client's machinery."""

from __future__ import annotations

import asyncio

from leadrelay.stack.ports import HOST

_SECONDS = 3.0


async def answers(port: int, path: str) -> bool:
    """Whether `GET path` on this port is answered with 200."""
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]
