"""The inbox of a workflow: people's answers in order of arrival, and the signals that every lead's workflow takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall

REMEMBERED_ANSWERS = 200


class Inbox:
    """People's answers in order of arrival, each once.

    The outbox delivers at least once, so an answer whose event id was seen is dropped. `seen` is bounded
    and can be carried over continue-as-new.
    """

    def __init__(self, seen: Iterable[str] = ()) -> None:
        self._seen: deque[str] = deque(seen, maxlen=REMEMBERED_ANSWERS)
        self._waiting: deque[Answer] = deque()

    def put(self, answer: Answer) -> None:
        """Take an answer from a signal handler."""
        if answer.event_id not in self._seen:
            self._seen.append(answer.event_id)
            self._waiting.append(answer)

    @property
    def empty(self) -> bool:
        """Nothing waits to be read."""
        return not self._waiting

    @property
    def seen(self) -> list[str]:
        """The last event ids, oldest first."""
        return list(self._seen)

    async def next(self, deadline: datetime | None = None, summary: str | None = None) -> Answer | None:
        """The next answer, or None once `deadline` (UTC) has passed; `summary` names the timer in the history."""
        if not self._waiting and deadline is not None:
            left = deadline - workflow.now()
            if left <= timedelta(0):
                return None
            try:
                await workflow.wait_condition(lambda: bool(self._waiting), timeout=left, timeout_summary=summary)
            except TimeoutError:
                return None
        await workflow.wait_condition(lambda: bool(self._waiting))
        return self._waiting.popleft()


class Listener:
    """The signals that reach a lead at every stage. All they do is put the answer into the inbox."""

    _inbox: Inbox

    @workflow.signal
    def inbound_called(self, answer: InboundCall) -> None:
        """The lead or customer called us."""
        self._inbox.put(answer)

    @workflow.signal
    def do_not_call(self, answer: DoNotCall) -> None:
        """Consent was withdrawn."""
        self._inbox.put(answer)

    @workflow.signal
    def cancel(self, answer: Cancel) -> None:
        """Ops or a supervisor gives the lead up."""
        self._inbox.put(answer)
