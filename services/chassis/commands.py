"""What people are told to type into a terminal, as it is typed where this process runs.

Services of docker-compose.yml are called as their commands are: `lead_gen_worker` runs `leadrelay worker lead_gen`.
"""

from __future__ import annotations

from typing import Literal

Typed = Literal["leadrelay", "compose"]
"""`leadrelay` on a machine that has it, `docker compose` where everything runs by docker-compose.yml."""
_TOOLS = "docker compose run --rm tools"
_typed: list[Typed] = ["leadrelay"]


def commands_are_typed(how: Typed) -> None:
    """Say how; for whoever puts a process together."""
    _typed[0] = how


def leadrelay(*words: str) -> str:
    """A command that looks into the house: `check`, `stuck`, `story`, `late`, `backup`."""
    return " ".join((_TOOLS if _typed[0] == "compose" else "leadrelay", *words))


def check_repair() -> str:
    """What mends what a check has found."""
    return leadrelay("check", "--repair", "--yes")


def retry(place: str) -> str:
    """What sends or starts again what is stuck there."""
    return leadrelay("stuck", "retry", place)


def start_worker(tier: str) -> str:
    """Start the worker of a tier that has none."""
    return f"docker compose up -d {tier}_worker" if _typed[0] == "compose" else f"leadrelay worker {tier}"


def start_another_worker(tier: str, running: int) -> str:
    """Start one more worker beside those that run."""
    if _typed[0] == "compose":
        return f"docker compose up -d --no-recreate --scale {tier}_worker={running + 1}"
    return start_worker(tier)


def start_api(tier: str) -> str:
    """Start the API of a tier that does not answer: a container may hang, so it is begun anew."""
    return f"docker compose restart {tier}_api" if _typed[0] == "compose" else f"leadrelay api {tier}"


def migrate(tier: str) -> str:
    """Make or upgrade a tier's database."""
    return f"docker compose run --rm {tier}_migrate" if _typed[0] == "compose" else f"leadrelay migrate {tier}"
