"""Where histories come from: a Temporal server, or files."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from google.protobuf.json_format import ParseError
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from leadrelay.replay.words import type_of

# A server that stops in the middle ends the replay with its reason.
RPC_TIMEOUT = timedelta(seconds=30)


class Run(NamedTuple):
    """One run of a workflow, or one file."""

    type: str
    workflow_id: str
    run_id: str


@dataclass(frozen=True)
class Choice:
    """Which runs: those that run now, and with `since` (RFC 3339) those that ended since; of `types`, if any is named.

    At most `limit`, newest first; or `sample` of them by chance, of each type its share and at least one.
    """

    since: str | None = None
    types: Sequence[str] = ()
    limit: int | None = None
    sample: int | None = None

    @property
    def query(self) -> str:
        """As Temporal's visibility wants it."""
        when = "ExecutionStatus = 'Running'"
        if self.since:
            when = f"({when} OR CloseTime >= '{self.since}')"
        names = ", ".join(f"'{name}'" for name in self.types)
        return f"{when} AND WorkflowType IN ({names})" if names else when

    def of(self, runs: Sequence[Run], dice: random.Random) -> list[Run]:
        """Those of these runs that are looked at."""
        if self.sample is None or self.sample >= len(runs):
            return list(runs[: self.limit])
        by_type: dict[str, list[Run]] = defaultdict(list)
        for run in runs:
            by_type[run.type].append(run)
        chosen = [
            run
            for group in by_type.values()
            for run in dice.sample(group, max(1, self.sample * len(group) // len(runs)))
        ]
        return chosen[: self.limit]


class Source(Protocol):
    """Lists runs, then gives the history of each."""

    async def runs(self, choice: Choice) -> list[Run]:
        """What there is to replay. Raises RPCError or ValueError."""

    async def history(self, run: Run) -> WorkflowHistory | None:
        """The history of one run; None if it has gone since it was listed. Raises RPCError or ValueError."""


class Server:
    """A Temporal server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def runs(self, choice: Choice) -> list[Run]:
        """Only names are kept of them, so that any number fits into memory."""
        limit = choice.limit if choice.sample is None else None
        listed = self._client.list_workflows(choice.query, limit=limit, rpc_timeout=RPC_TIMEOUT)
        return [Run(one.workflow_type, one.id, one.run_id) async for one in listed]

    async def history(self, run: Run) -> WorkflowHistory | None:
        """As the server has it now."""
        handle = self._client.get_workflow_handle(run.workflow_id, run_id=run.run_id)
        try:
            return await handle.fetch_history(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise


class Directory:
    """Histories kept as JSON, one a file, named after the workflow's id."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def runs(self, choice: Choice) -> list[Run]:
        """Raises ValueError for another file."""
        return [run async for run in self._listed() if not choice.types or run.type in choice.types]

    async def _listed(self) -> AsyncIterator[Run]:
        for path in sorted(self._directory.rglob("*.json")):
            name = str(path.relative_to(self._directory).with_suffix(""))
            yield Run(type_of(self._read(path)), name, "")

    async def history(self, run: Run) -> WorkflowHistory | None:
        """Raises ValueError for another file."""
        return self._read(self._directory / f"{run.workflow_id}.json")

    def _read(self, path: Path) -> WorkflowHistory:
        try:
            found = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
            if not found.events:
                raise ValueError("it has no events")
        except (ValueError, KeyError, TypeError, AttributeError, ParseError) as error:
            raise ValueError(f"{path} is no history: {error}") from None
        return found
