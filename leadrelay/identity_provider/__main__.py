"""`python -m leadrelay.identity_provider KEYS --origin ADDRESS --port N`: serve on loopback until SIGTERM."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from leadrelay.identity_provider.app import build_app
from leadrelay.identity_provider.chairs import present_at
from leadrelay.stack.ports import HOST
from services.chassis.dev_issuer import DevIssuer


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", type=Path)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tier", action="append", default=[], metavar="NAME=ADDRESS")
    asked = parser.parse_args()
    issuer = DevIssuer.open(asked.keys)
    tiers = {name: address for name, _, address in (tier.partition("=") for tier in asked.tier)}
    app = build_app(issuer, asked.origin, present_at(tiers, issuer))
    uvicorn.run(app, host=HOST, port=asked.port, log_level="warning", access_log=False)


main()
