"""Which addresses a webhook may go to: those of the public internet, and the networks that the house allows."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.chassis.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# They carry an IPv4 address within, which the way there takes out again: NAT64, 6to4, Teredo, IPv4-compatible.
_CARRIERS: Final = (
    _NAT64,
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("2002::/16"),
    ipaddress.IPv6Network("2001::/32"),
    ipaddress.IPv6Network("::/96"),
)
# Still called global by some versions of the library, and nobody's receiver: site-local, and relays of 6to4.
_NOBODYS: Final = (ipaddress.IPv6Network("fec0::/10"), ipaddress.IPv4Network("192.88.99.0/24"))
_TLS_PORT = 443
_FIRST_FREE_PORT = 1024


def is_permitted(address: Address, allowed: Collection[Network]) -> bool:
    """Whether a webhook may connect to this address: a public one, or one of the `allowed` networks."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_permitted(address.ipv4_mapped, allowed)
    is_allowed = any(address in network for network in allowed if network.version == address.version)
    if isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        # Allowing the prefix is no way round: it is only as good as the address within.
        return is_allowed and is_permitted(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), allowed)
    return is_allowed or _is_public(address)


def _is_public(address: Address) -> bool:
    closed = any(address in network for network in (*_CARRIERS, *_NOBODYS) if network.version == address.version)
    return address.is_global and not (closed or address.is_multicast or address.is_reserved)


def read_networks(text: str) -> tuple[Network, ...]:
    """`10.0.0.0/8,fd00::/8` as networks. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Reach:
    """How far webhooks go: `networks` besides the public internet, and where they may go without TLS.

    `plain` are hosts that production may talk to without TLS; `anywhere_plain` is for development.
    """

    networks: Sequence[Network] = ()
    plain: Collection[str] = ()
    anywhere_plain: bool = False

    def check(self, url: str) -> None:
        """Raise Invalid on `url` if no message may go there whatever its name resolves to."""
        if reason := self._why_not(url):
            raise Invalid(reason, field="url")

    def _why_not(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return "is not an address; give one like https://example.com/leadrelay"
        if not url.isascii():
            return "must be written as programs write it: xn-- in names, % in paths"
        if parts.scheme not in ("https", "http") or not host or any(ord(sign) <= 32 for sign in url):
            return "must be an https:// address"
        if parts.scheme == "http" and not self.anywhere_plain and host not in self.plain:
            return "must begin with https://"
        if parts.username is not None or parts.password is not None:
            return "must not hold a name or password; messages are signed instead"
        if parts.fragment:
            return "must not have a part after #"
        if port is not None and port not in (80, _TLS_PORT) and port < _FIRST_FREE_PORT:
            return f"must have the port {_TLS_PORT}, or one from {_FIRST_FREE_PORT}"
        return self._why_not_literal(host)

    def _why_not_literal(self, host: str) -> str | None:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        if is_permitted(address, self.networks):
            return None
        return "must not be a private address"
