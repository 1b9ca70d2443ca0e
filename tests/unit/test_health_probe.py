"""The containers' health check says what the process says of itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from leadrelay import health_probe
from tests.fixtures.ports import free_port


class Page(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Page]]:
    class Own(Page):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("LEADRELAY_PORT", str(free_port()))
    monkeypatch.setenv("LEADRELAY_HEALTH_PORT", str(server.server_address[1]))
    yield Own
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("page")
def test_a_process_that_is_ready_is_well() -> None:
    assert health_probe.main() == 0


def test_a_process_that_waits_is_not_well(page: type[Page]) -> None:
    page.status = 503
    assert health_probe.main() == 1


@pytest.mark.usefixtures("page")
def test_a_process_that_nobody_hears_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADRELAY_HEALTH_PORT", str(free_port()))
    assert health_probe.main() == 1
