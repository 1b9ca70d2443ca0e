"""`python -m deploy.offline [--port N] [--images | --stay]`: build the images, run the compose file, try it, end it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from deploy.offline.images import build_all
from deploy.offline.podman import ContainerFailed
from deploy.offline.trial import stay, try_it

NEEDED = ("podman", "runc", "iptables", "debootstrap", "prometheus")


def main() -> int:
    """0 if all is well, 1 if not, 2 if it cannot be tried here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=23400, help="of the front door; the next one is used as well")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--images", action="store_true", help="only build the images")
    only.add_argument("--stay", action="store_true", help="try nothing: leave it running for you until Ctrl-C")
    asked = parser.parse_args()
    missing = [command for command in NEEDED if shutil.which(command) is None]
    if missing or os.geteuid() != 0:
        print(f"The containers cannot be tried here: {'no ' + ', '.join(missing) if missing else 'that takes root'}")
        return 2
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="leadrelay-offline-") as folder:
        try:
            took = build_all()
            say(f"images: {', '.join(f'{name} {seconds:g} s' for name, seconds in took.items()) or 'all made before'}")
            if not asked.images:
                (stay if asked.stay else try_it)(f"leadrelay-trial-{os.getpid()}", Path(folder), asked.port, say)
        except (ContainerFailed, AssertionError) as error:
            say(f"FAILED: {error}")
            logs = Path(folder) / "logs"
            if logs.exists():
                kept = Path(tempfile.mkdtemp(prefix="leadrelay-offline-logs-"))
                shutil.copytree(logs, kept, dirs_exist_ok=True)
                say(f"logs: {kept}")
            return 1
    say("all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
