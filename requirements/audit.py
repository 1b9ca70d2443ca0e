"""`make audit`: are there known vulnerabilities in what is locked? Asks the package index, by means of pip-audit.

Ends with status 1 for a vulnerability. What could not be asked is said in plain words, and fails nobody's build:
somebody without the internet cannot know.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).with_name("dev.txt")  # holds all of the others but assets.txt
SECONDS = 300
# How pip-audit says that nobody answered, rather than that something is wrong with it.
UNREACHABLE = (
    "ConnectionError",
    "Max retries exceeded",
    "Timeout",
    "ServiceError",
    "HTTPError",
    "SSLError",
    "ProxyError",
)


def main() -> int:
    """Audit the lock file; the status of the process."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner", "off",
               "--format", "json", "--requirement", str(LOCK)]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(f"NOT AUDITED: the index has not answered for {SECONDS} seconds")
        return 0
    lines, status = verdict(done.stdout, done.stderr)
    print("\n".join(lines))
    return status


def verdict(out: str, err: str) -> tuple[list[str], int]:
    """What to say about pip-audit's answer, and the status to end with."""
    try:
        packages: list[dict[str, Any]] = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = next((line for line in reversed(err.splitlines()) if line.strip()), "no reason given")[:200]
        if any(word in err for word in UNREACHABLE):
            return [f"NOT AUDITED: the index does not answer ({last})"], 0
        return [f"the audit failed: {last}"], 1
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if len(unknown) == len(packages):
        return [f"NOT AUDITED: this index says nothing about any of the {len(packages)} packages"], 0
    found = [line for one in packages for line in _lines(one)]
    if unknown:
        found.append(f"NOT AUDITED: {', '.join(unknown)}")
    bad = sum(bool(one.get("vulns")) for one in packages)
    return [*found, f"{len(packages) - len(unknown)} packages audited, {bad} with known vulnerabilities"], int(bad > 0)


def _lines(package: dict[str, Any]) -> list[str]:
    label = f"{package['name']} {package.get('version')}"
    return [
        f"{label}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version'}"
        for one in package.get("vulns", [])
    ]


if __name__ == "__main__":
    sys.exit(main())
