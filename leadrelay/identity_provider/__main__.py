"""`python -m leadrelay.identity_provider KEYS --origin ADDRESS --port N`: serve until SIGTERM, on --host."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import uvicorn

from leadrelay.identity_provider.app import build_app
from leadrelay.identity_provider.chairs import present_at
from leadrelay.identity_provider.grants import Client
from leadrelay.stack.front_door import IDENTITY_PATH
from leadrelay.stack.ports import HOST
from services.chassis.dev_issuer import DevIssuer


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", type=Path)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tier", action="append", default=[], metavar="NAME=ADDRESS")
    parser.add_argument(
        "--own-issuer",
        action="store_true",
        help="sign as ORIGIN/identity, as production wants an issuer to have a name",
    )
    parser.add_argument("--empty", action="store_true", help="nobody works here yet: say so, and how to begin")
    asked = parser.parse_args()
    issuer = DevIssuer.open(asked.keys, f"{asked.origin}{IDENTITY_PATH}" if asked.own_issuer else None)
    tiers = {name: address for name, _, address in (tier.partition("=") for tier in asked.tier)}
    app = build_app(issuer, asked.origin, present_at(tiers, issuer), _temporal_ui(asked.origin), is_empty=asked.empty)
    uvicorn.run(app, host=asked.host, port=asked.port, log_level="warning", access_log=False)


def _temporal_ui(origin: str) -> list[Client]:
    """Temporal's pages, where they have a secret of their own (docker-compose.yml)."""
    name, secret = os.environ.get("TEMPORAL_UI_CLIENT_ID"), os.environ.get("TEMPORAL_UI_CLIENT_SECRET")
    return [Client(name, f"{origin}/temporal/auth/sso/callback", secret)] if name and secret else []


main()
