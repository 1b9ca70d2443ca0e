"""How tier 3 takes a file of customers with their orders. A dry run is the real run, rolled back (ADR 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from services.account_mgmt.domain.decimal_signs import Sign, agreed, shown_by
from services.account_mgmt.domain.import_days import DayOrder, order_shown_by
from services.account_mgmt.domain.import_plan import Plan, Planner
from services.account_mgmt.domain.import_rows import Row, RowReader
from services.account_mgmt.repository import imports
from services.chassis import outbox
from services.chassis.db import Connection, Pool, new_id
from services.chassis.imports import runner
from services.chassis.outbox import StartWorkflow
from workflows.contracts import ids, queues
from workflows.contracts.fit_timing import OrdersImported
from workflows.contracts.open_care import OpenCareInput

BY = "import"
_NUMBERS = ("unit_price", "quantity")
_FIRST_ZONE = timedelta(hours=14)


class CustomerImporter(runner.Importer[Row, Plan]):
    """Existing customers and the orders they placed elsewhere. A chunk is decided from what is written."""

    chunk_rows = 1_000
    rolls_dry_runs_back = True
    _signs: Mapping[str, Sign] = MappingProxyType({})
    _days: DayOrder = ""

    def look(self, rows: Iterator[Sequence[str]]) -> None:
        """Which sign stands before the decimals in the columns of numbers, and what comes first in the dates.

        A workbook writes its numbers with a dot.
        """
        columns = {name: at for name, at in self.job.mapping.items() if name in _NUMBERS}
        date_at = self.job.mapping.get("order_date")
        if not columns and date_at is None:
            return
        shown: dict[str, set[Sign]] = {name: set() for name in columns}
        orders: set[DayOrder] = set()
        for row in rows:
            for name, at in columns.items():
                if at < len(row):
                    shown[name].add(shown_by(row[at]))
            if date_at is not None and date_at < len(row):
                orders.add(order_shown_by(row[date_at]))
        orders.discard("")
        self._days = orders.pop() if len(orders) == 1 else ""
        usual: Sign = "typed" if self.job.format == "xlsx" else ""
        self._signs = {name: agreed(found) or usual for name, found in shown.items()}

    def reader(self) -> Callable[[int, Sequence[str]], Row]:
        """Rows by the file's mapping; no order is younger than today, wherever the day began first."""
        today = (datetime.now(UTC) + _FIRST_ZONE).date()
        return RowReader(self.job.mapping, self.job.default_region, today, self._signs, self._days).read

    def unreadable(self, line: int, cells: Sequence[str], reason: str) -> Row:
        """A row with a problem."""
        return Row(line, cells, problem=reason)

    async def decide(self, conn: Connection, chunk: list[Row], before: Plan | None) -> Plan:  # noqa: ARG002 - it is written
        """Plan the customers, orders and lines of a chunk."""
        planner = Planner(await imports.known(conn, chunk, self.job.id), new_id)
        for row in chunk:
            planner.take(row)
        return planner.plan

    async def write(self, conn: Connection, plan: Plan) -> None:
        """Write them."""
        await imports.write(conn, plan, self.job.id, BY)

    async def write_verdicts(self, conn: Connection, plan: Plan) -> None:
        """What became of each row."""
        await imports.write_verdicts(conn, self.job.id, plan.verdicts, dry=self.job.dry_run)

    def counts(self, plan: Plan) -> Mapping[str, int]:
        """How many rows of each verdict."""
        return plan.counts()

    async def finish(self, conn: Connection) -> None:
        """Open the new customers' care, and learn from their orders at once."""
        if self.job.dry_run:
            return
        start = StartWorkflow(
            workflow="OpenCare", id=ids.open_care(self.job.id), task_queue=queues.ACCOUNT_MGMT,
            input=OpenCareInput(import_id=self.job.id), summary="Opens the care of imported customers",
        )  # fmt: skip
        await outbox.start(conn, start, event_id=f"open-care:{self.job.id}")
        came = OrdersImported(event_id=f"imported:{self.job.id}", at=datetime.now(UTC), by=BY)
        # Without the analysis there is nobody to tell: it begins with all orders when it is started.
        await outbox.signal(conn, ids.FIT_TIMING, "orders_imported", came, when_missing="drop")


async def run_imports(pool: Pool) -> None:
    """A periodic job: work on the oldest unfinished import until none is left."""
    await runner.run_imports(pool, CustomerImporter)
