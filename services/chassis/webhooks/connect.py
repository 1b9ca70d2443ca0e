"""Connecting to a receiver: its name is resolved once, the addresses are checked, and one of those is connected to.

So a name that answers with a public address when asked and with a private one afterwards (DNS rebinding) gains nothing,
and neither does one that was public when the webhook was made. TLS is checked against the name, as always.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore

from services.chassis.webhooks.addresses import Address, Network, is_permitted

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_ADDRESSES_TRIED = 3
# Of their own: a name server that says nothing must not hold up whatever else waits for a thread.
_resolvers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="webhook-names")


class AddressRefused(httpcore.ConnectError):
    """A receiver's name leads to private addresses only."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the machine knows them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_resolvers, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    return [str(address[0]) for *_, address in found]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses of the public internet and of `allowed` networks, and to no others."""

    def __init__(self, allowed: Sequence[Network], resolve: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to what the name means now. Raises AddressRefused, and httpcore's errors of connecting."""
        try:
            async with asyncio.timeout(timeout):
                addresses = [_address(text) for text in await self._resolve(host, port)]
        except TimeoutError:
            raise httpcore.ConnectTimeout("its name was not found in time") from None
        except OSError as error:
            raise httpcore.ConnectError("its name is not known") from error
        permitted = list(dict.fromkeys(one for one in addresses if is_permitted(one, self._allowed)))
        if not permitted:
            raise AddressRefused("its name leads to a private address, which is not allowed")
        failed: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in permitted[:_ADDRESSES_TRIED]:
            try:
                return await self._inner.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError("it cannot be reached")

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never: a socket of this machine is no receiver."""
        raise AddressRefused("sockets of this machine are not allowed")

    async def sleep(self, seconds: float) -> None:
        """As the library asks for."""
        await asyncio.sleep(seconds)


def _address(text: str) -> Address:
    return ipaddress.ip_address(text)
