"""What no page may do while a test looks at it: errors in the console or of a script, a policy broken, a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Response, WebError

# Chromium's own words for an answer of 400 and more, and for a server that is not there.
_REFUSED = re.compile(
    r"(?:Failed to load resource: the server responded|SSE reconnect failed) with a? ?status(?: of)? (\d+)"
)
_GONE = re.compile(
    r"net::ERR_(CONNECTION_\w+|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|INTERNET_DISCONNECTED)"
    r"|htmx:sse:error|Failed to fetch"
)
# `securitypolicyviolation` also tells what a console leaves out, such as a form that may not be sent.
TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy broken: ${event.violatedDirective} ${event.blockedURI} in ${event.sourceFile}`);
});
"""


@dataclass
class Watch:
    """Notes what went wrong in the pages of one test; what the test expects is no fault."""

    faults: list[str] = field(default_factory=list)
    expected: list[tuple[int, str]] = field(default_factory=list)
    is_server_away: bool = False

    def expect(self, status: int, path: str = "") -> None:
        """Answers with this status are right in this test, from addresses that hold `path`."""
        self.expected.append((status, path))

    def expect_server_away(self) -> None:
        """Lost connections and gateway errors are right from here on."""
        self.is_server_away = True
        for status in (502, 503, 504):
            self.expect(status)

    async def over(self, context: BrowserContext) -> None:
        """Watch over every page of this context."""
        await context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "assert"}:
            return
        address = message.location.get("url", "")
        refused = _REFUSED.search(message.text)
        if refused and self._is_expected(int(refused[1]), address):
            return
        if self.is_server_away and _GONE.search(message.text):
            return
        self.faults.append(f"console: {message.text} ({address})")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not self._is_expected(response.status, response.url):
            self.faults.append(f"answer: {response.status} {response.request.method} {response.url}")

    def _is_expected(self, status: int, address: str) -> bool:
        return any(status == known and path in address for known, path in self.expected)
