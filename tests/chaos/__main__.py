"""Run it: `python -m tests.chaos --minutes 10 --seed 7`. Exit code 0 if `leadrelay check` is clean afterwards.

The stack is one of its own, in a directory of its own, which is kept with its logs when something was found.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from services.chassis.dev_issuer import DevIssuer
from tests.chaos.plan import Blow, What, make_plan
from tests.fixtures.ports import free_port_base
from tests.stack.running import ENV, LEADRELAY, leadrelay

LEADS = 500
READY_SECONDS = 600.0
IN_FLIGHT_SECONDS = 300.0
SETTLE_SECONDS = 600.0
# Nobody carries a lead in one of these.
STILL = {"new", "resting", "lost", "cancelled", "do_not_call", "not_interested", "wrong_number", "merged", "erased"}
_STOP = {"postgres": signal.SIGINT}


class Stack:
    """`leadrelay up --demo` as a child, and what is done to its parts."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data / "up.log"
        arguments = ["up", "--demo", "--data", str(data), "--port-base", str(free_port_base())]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen([*LEADRELAY, *arguments], stdout=out, stderr=out, env=ENV)

    def state(self) -> dict[str, Any]:
        """Ids of processes and addresses, as `state.json` has them."""
        found: dict[str, Any] = json.loads((self.data / "state.json").read_text(encoding="utf-8"))
        return found

    def wait_ready(self) -> None:
        self.until(lambda: "leadrelay ready\n" in self.log.read_text(encoding="utf-8"), READY_SECONDS, "not ready")

    def until(self, what: Any, seconds: float, otherwise: str) -> Any:
        """Ask until there is an answer."""
        ends = time.monotonic() + seconds
        while not (found := what()):
            if self.process.poll() is not None or time.monotonic() > ends:
                raise SystemExit(f"chaos: {otherwise}. Log: {self.log}")
            time.sleep(1)
        return found

    def client(self, tier: str) -> httpx.Client:
        token = DevIssuer.open(self.data / "keys").mint(tier=tier, role="supervisor", person="chaos")
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.state()["addresses"][tier], headers=headers, timeout=60)

    def send(self, name: str, number: signal.Signals) -> int | None:
        """Signal a part, if it runs now; its process id."""
        known = self.state()["processes"].get(name)
        if known is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            os.kill(known["pid"], number)
        return int(known["pid"])

    def stop(self) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(120)
        self.process.kill()


def fill(stack: Stack, leads: int) -> None:
    """Let so many leads be in flight at once, and wait until they are."""
    with stack.client("lead_gen") as client:
        body = client.get("/v1/policies").raise_for_status().json()["items"][0]["body"]
        changed = {**body, "window": leads, "batch": leads}
        client.post("/v1/policies", json={"body": changed}).raise_for_status()
        stack.until(lambda: in_flight(client) >= leads, IN_FLIGHT_SECONDS, f"not {leads} leads in flight")


def in_flight(client: httpx.Client) -> int:
    """Leads that some workflow carries now."""
    tiers = client.get("/v1/reports/funnel").raise_for_status().json()["stages"]
    return sum(count for stages in tiers.values() for stage, count in stages.items() if stage not in STILL)


def strike(stack: Stack, blow: Blow, frozen: list[tuple[float, int]]) -> None:
    """One blow. What it freezes is added to `frozen`: when it goes on, and its process id."""
    for name in blow.targets:
        if blow.what is What.KILL:
            stack.send(name, signal.SIGKILL)
        elif blow.what is What.RESTART:
            stack.send(name, _STOP.get(name, signal.SIGTERM))
        elif pid := stack.send(name, signal.SIGSTOP):
            frozen.append((blow.at + blow.lasts, pid))


def thaw(frozen: list[tuple[float, int]], now: float) -> None:
    """Let go on what was frozen for long enough."""
    for one in [one for one in frozen if one[0] <= now]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one[1], signal.SIGCONT)
        frozen.remove(one)


def storm(stack: Stack, plan: list[Blow]) -> None:
    """Carry out the plan by the clock."""
    began, frozen, left = time.monotonic(), [], list(plan)
    try:
        while left or frozen:
            now = time.monotonic() - began
            thaw(frozen, now)
            while left and left[0].at <= now:
                blow = left.pop(0)
                print(blow, flush=True)
                strike(stack, blow, frozen)
            time.sleep(0.2)
    finally:
        thaw(frozen, float("inf"))


def settled(stack: Stack) -> str | None:
    """Nobody answers any more; look until everything agrees. None then, else what the last look said.

    What three looks in a row find, with nothing on its way, will not go away.
    """
    ends, said = time.monotonic() + SETTLE_SECONDS, [""]
    while time.monotonic() < ends:
        # Again each time: the stack restarts a staff that it finds dead.
        stack.send("demo", signal.SIGSTOP)
        looked = leadrelay("check", "--settle", "10s", "--data", stack.data)
        said.append(looked.stdout + looked.stderr)
        still = "Not counted" not in said[-1]
        if looked.returncode == 0 and still:
            print(said[-1])
            return None
        if looked.returncode == 1 and still and len(said) > 3 and _findings(said[-1]) == _findings(said[-3]):
            break
        time.sleep(5)
    return said[-1]


def _findings(told: str) -> str:
    """The part of a look's words that does not count rows."""
    return told.partition("\n\n")[2]


def main() -> int:
    """The whole run."""
    options = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    options.add_argument("--minutes", type=float, default=10.0)
    options.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="repeats a plan")
    options.add_argument("--leads", type=int, default=LEADS, help="in flight at the beginning")
    wanted = options.parse_args()
    print(f"chaos: seed {wanted.seed}, {wanted.minutes:g} minutes, {wanted.leads} leads", flush=True)
    data = Path(tempfile.mkdtemp(prefix="lr-chaos-"))
    data.chmod(0o755)
    stack, found = Stack(data), None
    try:
        stack.wait_ready()
        fill(stack, wanted.leads)
        storm(stack, make_plan(wanted.seed, wanted.minutes * 60))
        found = settled(stack)
    finally:
        stack.send("demo", signal.SIGCONT)
        stack.stop()
    if found is None:
        shutil.rmtree(data, ignore_errors=True)
        return 0
    print(found)
    print(f"chaos: seed {wanted.seed} left disagreements; the stack is kept in {data}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
