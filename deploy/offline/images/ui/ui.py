#!/usr/bin/env python3
"""In the place of Temporal's UI: says what it was told, under the path it was told, and keeps its secret."""

import http.server
import json
import os

PATH = os.environ["TEMPORAL_UI_PUBLIC_PATH"]
TOLD = {key: value for key, value in os.environ.items() if key.startswith("TEMPORAL_") and "SECRET" not in key}


class Page(http.server.BaseHTTPRequestHandler):
    """Everything below the path answers."""

    def do_GET(self) -> None:
        """200 with the settings, 404 elsewhere."""
        found = self.path.startswith(PATH) and bool(os.environ["TEMPORAL_AUTH_CLIENT_SECRET"])
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(TOLD if found else {}).encode())


http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Page).serve_forever()
