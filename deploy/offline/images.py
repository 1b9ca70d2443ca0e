"""Images in the place of those that a registry would give, and ours on top of them, from its own Dockerfile.

What was made once is kept: the base by its list of packages, every other by the files it is made of.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from deploy.offline.compose_file import ROOT, read_compose
from deploy.offline.podman import CONFIGURATION, ContainerFailed, podman

HERE = Path(__file__).parent
PREFIX = "localhost/leadrelay-offline"
BASE = f"{PREFIX}/debian:12"
PACKAGES = "ca-certificates,python3,python3-venv"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "leadrelay-offline"
# Of which nothing is ever read in a container.
_SPARED = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man", "debootstrap")
_LIMITS = ("--ulimit", "nofile=4096:4096", "--network", "host", "--format", "docker", "--layers=false")
_PLACES = {
    "postgres": "postgres", "caddy": "caddy", "temporalio/ui": "ui",
    "temporalio/server": "temporal", "temporalio/admin-tools": "temporal", "prom/prometheus": "prometheus",
}  # fmt: skip
_NO_INDEX = "[global]\nno-index = true\nfind-links = /wheels\n"


def build_all() -> dict[str, float]:
    """Build what is missing or has changed; the seconds each took."""
    took: dict[str, float] = {}

    def timed(name: str, made_of: Iterable[Path], build: Callable[[], object]) -> None:
        began = time.monotonic()
        if _kept(name, made_of):
            return
        build()
        _keep(name, made_of)
        took[name] = round(time.monotonic() - began, 1)

    with ThreadPoolExecutor(2) as pool:
        wheels = pool.submit(_wheels)
        timed(BASE, [HERE / "images.py"], _base)
        wheels.result()
    python, node, own = "docker.io/library/python:3.11-slim-bookworm", "docker.io/library/node:24-slim", _own()
    timed(python, [HERE / "images.py"], partial(podman, "tag", BASE, python))
    timed(node, [ROOT / "package-lock.json"], partial(_node, node))
    pictures = HERE / "images"
    timed(
        f"{PREFIX}/postgres",
        _files(pictures / "postgres"),
        partial(_build, f"{PREFIX}/postgres", pictures / "postgres"),
    )
    # Ours takes pg_dump from it.
    _name_all()
    timed(own, _sources(), partial(_leadrelay, own))
    timed(f"{PREFIX}/temporal", _files(pictures / "temporal") + _files(pictures / "postgres"), _temporal)
    timed(f"{PREFIX}/ui", _files(pictures / "ui"), partial(_build, f"{PREFIX}/ui", pictures / "ui"))
    timed(f"{PREFIX}/prometheus", _files(pictures / "prometheus"), _prometheus)
    timed(f"{PREFIX}/caddy", [ROOT / "requirements/embedded.in"], _caddy)
    _name_all()
    return took


def size_of(image: str) -> int:
    """Bytes of an image, its base among them."""
    return int(podman("image", "inspect", "--format", "{{.Size}}", image))


def _own() -> str:
    return f"localhost/{read_compose()['services']['ops_api']['image']}"


def _name_all() -> None:
    """Give each the name by which the compose file asks for it."""
    for service in read_compose()["services"].values():
        name = service["image"].partition("@")[0]
        place = _PLACES.get(name.partition(":")[0])
        if place and podman("images", "--quiet", f"{PREFIX}/{place}"):
            full = f"docker.io/{name}" if "/" in name else f"docker.io/library/{name}"
            podman("tag", f"{PREFIX}/{place}", full)


def _base() -> None:
    folder = CACHE / "debian"
    # One that was cut has the machine's own /proc mounted in it still.
    for inside in (folder / "proc", folder / "sys"):
        if inside.is_mount():
            _run("umount", str(inside))
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(folder))
    for name in _SPARED:
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "usr/bin/python").symlink_to("python3")
    archive = subprocess.Popen(["tar", "-C", str(folder), "-c", "."], stdout=subprocess.PIPE)
    environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION)}
    subprocess.run(["podman", "import", "--quiet", "-", BASE], stdin=archive.stdout, env=environment, check=True)
    shutil.rmtree(folder)


def _wheels() -> None:
    """The image's wheels, by the index that this machine's pip asks; the build itself asks nobody."""
    lock, folder = ROOT / "requirements/runtime.txt", CACHE / "wheels"
    stamp, wanted = folder / "lock", hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for_bookworm = (
        "--python-version",
        "3.11",
        "--implementation",
        "cp",
        "--abi",
        "cp311",
        "--abi",
        "abi3",
        "--abi",
        "none",
    )
    command = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--require-hashes")
    _run(*command, *for_bookworm, "-r", str(lock), "-d", str(folder))
    (folder / "pip.conf").write_text(_NO_INDEX)
    stamp.write_text(wanted)


def _node(name: str) -> None:
    """An npm that hands out what this machine's npm has fetched for the same lock file."""
    context = _fresh(CACHE / "node")
    shutil.copytree(ROOT / "node_modules", context / "node_modules", symlinks=True)
    (context / "npm").write_text("#!/bin/sh\nexec cp -r /fetched/node_modules .\n")
    (context / "Dockerfile").write_text(
        f"FROM {BASE}\nCOPY node_modules /fetched/node_modules\nCOPY --chmod=755 npm /usr/local/bin/npm\n"
    )
    _build(name, context)


def _leadrelay(name: str) -> None:
    """Both of ours; the second is the first and a little more, so what the first was made of is kept meanwhile."""
    wheels = CACHE / "wheels"
    mounts = ("--volume", f"{wheels}:/wheels:ro", "--volume", f"{wheels / 'pip.conf'}:/etc/pip.conf:ro")
    limits = [one for one in _LIMITS if one != "--layers=false"]
    for target, tag in (("leadrelay", name), ("tools", name.replace("/leadrelay:", "/leadrelay-tools:"))):
        file = ("--file", str(ROOT / "deploy/Dockerfile"), "--target", target, "--tag", tag)
        podman("build", "--quiet", *limits, "--layers", *mounts, *file, str(ROOT))


def _temporal() -> None:
    context = _fresh(CACHE / "temporal")
    shutil.copytree(HERE / "images/temporal", context, dirs_exist_ok=True)
    shutil.copy(_command("temporal"), context / "temporal")
    _build(f"{PREFIX}/temporal", context)


def _prometheus() -> None:
    context = _fresh(CACHE / "prometheus")
    shutil.copytree(HERE / "images/prometheus", context, dirs_exist_ok=True)
    shutil.copy(shutil.which("prometheus") or _command("prometheus"), context / "prometheus")
    _build(f"{PREFIX}/prometheus", context)


def _caddy() -> None:
    context = _fresh(CACHE / "caddy")
    shutil.copy(_command("caddy"), context / "caddy")
    run = '["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]'
    (context / "Dockerfile").write_text(
        f"FROM {BASE}\nCOPY --chmod=755 caddy /usr/bin/caddy\nENV XDG_DATA_HOME=/data\nCMD {run}\n"
    )
    _build(f"{PREFIX}/caddy", context)


def _build(name: str, context: Path) -> None:
    podman("build", "--quiet", *_LIMITS, "--tag", name, str(context))


def _command(name: str) -> Path:
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        raise ContainerFailed(f"There is no {found}: pip install 'leadrelay[embedded]'")
    return found


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _sources() -> list[Path]:
    tracked = [path for part in ("leadrelay", "services", "workflows", "requirements") for path in _files(ROOT / part)]
    static = ROOT / "services/chassis/web/static"
    own = [path for path in tracked if static not in path.parents]
    return [
        *own,
        ROOT / "deploy/postgres/client.sh",
        ROOT / "deploy/Dockerfile",
        ROOT / "deploy/trim.py",
        ROOT / "pyproject.toml",
    ]


def _digest(name: str, made_of: Iterable[Path]) -> str:
    total = hashlib.sha256(name.encode())
    for path in made_of:
        total.update(path.read_bytes())
    base = podman("image", "inspect", "--format", "{{.Id}}", BASE, check=False) if name != BASE else ""
    return hashlib.sha256(total.digest() + base.encode()).hexdigest()


def _stamp(name: str) -> Path:
    return CACHE / "made" / name.replace("/", "_").replace(":", "_")


def _kept(name: str, made_of: Iterable[Path]) -> bool:
    there = bool(podman("images", "--quiet", name))
    return there and _stamp(name).exists() and _stamp(name).read_text() == _digest(name, made_of)


def _keep(name: str, made_of: Iterable[Path]) -> None:
    _stamp(name).parent.mkdir(parents=True, exist_ok=True)
    _stamp(name).write_text(_digest(name, made_of))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ContainerFailed(f"{' '.join(command[:3])}: {(done.stderr or done.stdout).strip()[-800:]}")
