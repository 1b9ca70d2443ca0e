"""Telling tier 2 of the catalogue: in the transaction that changes it."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.outbox import StartWorkflow
from workflows.contracts import ids, queues
from workflows.contracts.catalogue import CatalogueChanged, PublishCatalogueInput


async def publish_catalogue(
    conn: Connection, version: int, by: str, *, since: int | None = None, again: bool = False
) -> None:
    """Tell the workflow that carries the catalogue to tier 2; start it if none is on the way."""
    at = datetime.now(UTC)
    event_id = f"catalogue:{version}" + (f":again:{at.timestamp()}" if again else "")
    start = StartWorkflow(
        workflow="PublishCatalogue",
        id=ids.CATALOGUE,
        task_queue=queues.ACCOUNT_MGMT,
        input=PublishCatalogueInput(since=version - 1 if since is None else since),
        summary="Catalogue for tier 2",
    )
    answer = CatalogueChanged(event_id=event_id, at=at, by=by, version=version)
    await outbox.signal(conn, ids.CATALOGUE, "changed", answer, start=start)
    await publish(conn, "catalogue_changed", version=version)
