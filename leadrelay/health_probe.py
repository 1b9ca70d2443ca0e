"""`python -m leadrelay.health_probe`: is the process of this container ready? Exit code 0 if it says so.

Asks the port of an api, then the one of a worker, as the environment has them. Nothing but the standard library's
HTTP is loaded: this runs every few seconds beside every process.
"""

from __future__ import annotations

import http.client
import os
import sys

_SECONDS = 3.0


def ready(port: int) -> bool:
    """Whether whoever listens on this port of the machine itself answers 200 to /readyz."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """0 if one of the two ports is ready."""
    ports = (os.environ.get("LEADRELAY_PORT", "8000"), os.environ.get("LEADRELAY_HEALTH_PORT", "8001"))
    return 0 if any(ready(int(port)) for port in ports) else 1


if __name__ == "__main__":
    sys.exit(main())
