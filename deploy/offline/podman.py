"""As much of Compose as docker-compose.yml needs, by podman: order, health, jobs that try again, networks, limits.

podman asks systemd to look at health; where there is none, it is asked for here.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.offline.compose_file import ROOT, Service, fill_in

CONFIGURATION = Path(__file__).with_name("containers.conf")
PATIENCE_SECONDS = 240.0
_POLL_SECONDS = 1.0


class ContainerFailed(Exception):
    """A container is not what the file says it becomes; the message has the end of its log."""


def podman(*arguments: str, check: bool = True, env: Mapping[str, str] | None = None) -> str:
    """Run podman and return what it says. Raises ContainerFailed."""
    environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION), **(env or {})}
    done = subprocess.run(["podman", *arguments], env=environment, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise ContainerFailed(f"podman {arguments[0]} {arguments[-1]}: {done.stderr.strip()[-600:]}")
    return done.stdout.strip()


class Project:
    """One run of the compose file: containers, networks and volumes whose names begin with the project's."""

    def __init__(self, name: str, file: Mapping[str, Any], given: Mapping[str, str], folder: Path) -> None:
        self._name = name
        self._file = fill_in(file, given)
        self._given = given
        self._folder = folder
        self._settled = {service: threading.Event() for service in self._file["services"]}
        self._stop = threading.Event()
        self.ready_after: dict[str, float] = {}

    def container(self, service: str, number: int = 1) -> str:
        """The name of a service's container."""
        return f"{self._name}_{service}_{number}"

    def up(self, services: Mapping[str, Service]) -> float:
        """Start them in their order, and wait until all are well; the seconds it took. Raises ContainerFailed."""
        began = time.monotonic()
        for network, told in self._file["networks"].items():
            internal = ["--internal"] if told.get("internal") else []
            podman("network", "create", *internal, f"{self._name}_{network}")
        for secret, told in self._file["secrets"].items():
            given = {"SECRET": self._given[told["environment"]]}
            podman("secret", "create", "--env", f"{self._name}_{secret}", "SECRET", env=given)
        with ThreadPoolExecutor(len(services)) as pool:
            futures = [pool.submit(self._bring_up, name, began) for name in services]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                self._stop.set()
                raise
        return time.monotonic() - began

    def scale(self, service: str, count: int) -> None:
        """As `--scale` does: further containers of the same service, or fewer, each given its time to stop."""
        there = list(self._numbers(service))
        for number in range(1, count + 1):
            if number not in there:
                self._run(service, number)
        for number in (number for number in there if number > count):
            podman("stop", self.container(service, number))
            podman("rm", self.container(service, number))
        for number in range(1, count + 1):
            self._wait_healthy(service, number)

    def kill(self, service: str, number: int = 1) -> None:
        """End its process from outside, as a crash would, and wait until it has come back by itself."""
        name = self.container(service, number)
        pid = podman("inspect", "--format", "{{.State.Pid}}", name)
        os.kill(int(pid), 9)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while podman("inspect", "--format", "{{.State.Pid}}", name, check=False) in ("0", "", pid):
            if time.monotonic() > deadline:
                raise ContainerFailed(f"{name} has not come back:\n{self.log(service, number)}")
            time.sleep(0.2)
        self._wait_healthy(service, number)

    def stop(self, service: str) -> None:
        """As `stop` does."""
        podman("stop", self.container(service))

    def start(self, service: str) -> None:
        """As `start` does; returns when it is well."""
        podman("start", self.container(service))
        self._wait_healthy(service, 1)

    def once(self, service: str, *command: str) -> tuple[int, str]:
        """As `run --rm`: the exit code and what it says."""
        name = self.container(service, 0)
        arguments = self._arguments(service, name, command=command or None)
        environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION), **self._environment(service)}
        done = subprocess.run(
            ["podman", "run", "--rm", *arguments], env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def execute(self, service: str, *command: str) -> tuple[int, str]:
        """Run something beside a service's process; the exit code and what it says."""
        environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION)}
        command = ("podman", "exec", self.container(service), *command)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def log(self, service: str, number: int = 1, lines: int = 30) -> str:
        """The end of its log."""
        return podman("logs", "--tail", str(lines), self.container(service, number), check=False)

    def logs_to(self, folder: Path) -> None:
        """Every container's log, as a file."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self._containers():
            with (folder / f"{name}.log").open("wb") as file:
                environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION)}
                subprocess.run(["podman", "logs", name], env=environment, stdout=file, stderr=file, check=False)

    def down(self) -> None:
        """Take everything of this project away, its data too."""
        self._stop.set()
        names = self._containers()
        if names:
            podman("rm", "--force", "--time", "0", "--volumes", *names, check=False)
        volumes = podman("volume", "ls", "--quiet", "--filter", f"name=^{self._name}_").split()
        networks = podman("network", "ls", "--quiet").split()
        for secret in self._file["secrets"]:
            podman("secret", "rm", f"{self._name}_{secret}", check=False)
        for volume in volumes:
            podman("volume", "rm", "--force", volume, check=False)
        for network in networks:
            if network.startswith(f"{self._name}_"):
                podman("network", "rm", "--force", network, check=False)

    def _containers(self) -> list[str]:
        return podman("ps", "--all", "--filter", f"name=^{self._name}_", "--format", "{{.Names}}").split()

    def _numbers(self, service: str) -> Iterator[int]:
        prefix = f"{self._name}_{service}_"
        return (int(name.removeprefix(prefix)) for name in self._containers() if name.startswith(prefix))

    def _bring_up(self, service: str, began: float) -> None:
        told = self._file["services"][service]
        for other in told.get("depends_on", {}):
            while not self._settled[other].wait(_POLL_SECONDS):
                if self._stop.is_set():
                    return
        self._run(service, 1)
        if told["restart"].startswith("on-failure"):
            self._finish(service, int(told["restart"].partition(":")[2]))
        else:
            self._wait_healthy(service, 1)
        self.ready_after[service] = time.monotonic() - began
        self._settled[service].set()

    def _finish(self, service: str, tries: int) -> None:
        """Wait for a job's end, and begin again as often as it may."""
        name = self.container(service)
        for attempt in range(tries + 1):
            if podman("wait", name) == "0":
                return
            if attempt < tries and not self._stop.is_set():
                podman("start", name)
        raise ContainerFailed(f"{service} has failed {tries + 1} times:\n{self.log(service)}")

    def _wait_healthy(self, service: str, number: int) -> None:
        test = self._file["services"][service].get("healthcheck", {}).get("test")
        name, deadline = self.container(service, number), time.monotonic() + PATIENCE_SECONDS
        environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION)}
        while test and not self._stop.is_set():
            done = subprocess.run(
                ["podman", "exec", name, *test[1:]], env=environment, capture_output=True, check=False
            )
            if done.returncode == 0:
                return
            if time.monotonic() > deadline:
                raise ContainerFailed(f"{name} has not become well:\n{self.log(service, number)}")
            time.sleep(_POLL_SECONDS)

    def _run(self, service: str, number: int) -> None:
        name = self.container(service, number)
        restart = self._file["services"][service]["restart"]
        policy = ["--restart", restart] if restart == "unless-stopped" else []
        podman("run", "--detach", *policy, *self._arguments(service, name), env=self._environment(service))

    def _environment(self, service: str) -> dict[str, str]:
        return {key: str(value) for key, value in self._file["services"][service].get("environment", {}).items()}

    def _arguments(self, service: str, name: str, command: Sequence[str] | None = None) -> list[str]:
        told = self._file["services"][service]
        image = told["image"].partition("@")[0]
        flags = [
            f"--name={name}", "--no-healthcheck", "--read-only-tmpfs=false", f"--memory={told['mem_limit']}",
            *(f"--env={key}" for key in self._environment(service)),
            *(["--read-only"] if told.get("read_only") else []),
            *(f"--cap-drop={one}" for one in told.get("cap_drop", ())),
            *(f"--cap-add={one}" for one in told.get("cap_add", ())),
            *(f"--security-opt={one.partition(':')[0]}" for one in told.get("security_opt", ())),
            *(f"--tmpfs={one}" for one in told.get("tmpfs", ())),
            *(f"--publish={one}" for one in told.get("ports", ())),
            *(f"--volume={self._volume(one)}" for one in told.get("volumes", ())),
            *(f"--secret={self._name}_{one},target={one}" for one in told.get("secrets", ())),
            *self._networks(service, told),
        ]  # fmt: skip
        if "shm_size" in told:
            flags.append(f"--shm-size={told['shm_size']}")
        if "stop_grace_period" in told:
            flags.append(f"--stop-timeout={_seconds(told['stop_grace_period'])}")
        if "entrypoint" in told:
            flags.append(f"--entrypoint={json.dumps(told['entrypoint'])}")
        return [*flags, image, *(command if command is not None else told.get("command", ()))]

    def _networks(self, service: str, told: Service) -> Iterator[str]:
        asked = told["networks"]
        for network in asked:
            more = (asked[network] or {}).get("aliases", ()) if isinstance(asked, dict) else ()
            aliases = ",".join(f"alias={alias}" for alias in (service, *more))
            yield f"--network={self._name}_{network}:{aliases}"

    def _volume(self, text: str) -> str:
        source, _, target = text.partition(":")
        if not source.startswith("."):
            return f"{self._name}_{source}:{target}"
        base = self._folder if source.startswith("./certificates") else ROOT
        return f"{(base / source).resolve()}:{target}"


def _seconds(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60}[text[-1]]
