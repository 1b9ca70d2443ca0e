"""What several commands share."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DEFAULT_DATA = Path(".leadrelay")
Data = Annotated[Path, typer.Option("--data", help="The stack's data directory.", metavar="DIR")]


class Tier(StrEnum):
    """The three tiers."""

    LEAD_GEN = "lead_gen"
    CONVERSION = "conversion"
    ACCOUNT_MGMT = "account_mgmt"


class Service(StrEnum):
    """Everything that has an api."""

    LEAD_GEN = "lead_gen"
    CONVERSION = "conversion"
    ACCOUNT_MGMT = "account_mgmt"
    OPS = "ops"


def give_up(message: str, code: int = 1) -> NoReturn:
    """Say why on stderr and end."""
    print(message, file=sys.stderr)
    raise typer.Exit(code)


def duration(text: str, option: str) -> timedelta:
    """A length of time as people type it: 30m, 12h, 7d."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if match is None:
        give_up(f"{option} {text}: give a number and s, m, h or d, e.g. 12h", 2)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
