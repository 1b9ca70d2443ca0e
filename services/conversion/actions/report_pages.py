"""The figures of the reports' pages, by the same counts as REST, put together as people compare them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.chassis.db import Connection
from services.chassis.person_names import names_of
from services.conversion.domain.board import LANES
from services.conversion.domain.policy import LossReason
from services.conversion.domain.report_records import (
    BUCKETS,
    Activity,
    AnswerBucket,
    CommissionSum,
    Figure,
    Narrowed,
    RecordPage,
    StageLeft,
    StageNow,
)
from services.conversion.domain.reports import LossCount, ManagerFigures, team
from services.conversion.repository import report_figures, report_records, reports, trail
from services.conversion.repository.policies import policies

Moments = tuple[datetime, datetime]
_LOSSES = ("lost", "given_up", "slept")


class ManagerRow(ManagerFigures):
    """A manager's figures, with meetings held and offers sent."""

    meetings: int = 0
    sent_offers: int = 0

    @property
    def first_contact(self) -> timedelta | None:
        """The median time to the first talk."""
        return None if self.first_contact_seconds is None else timedelta(seconds=self.first_contact_seconds)

    @property
    def worth(self) -> tuple[Decimal, str] | None:
        """What was sold, in the currency of which there is most."""
        most = max(self.value, key=lambda one: one.amount, default=None)
        return (most.amount, most.currency) if most else None


class LossRow(LossCount):
    """Deals given up for one reason, with its words; none for those in free words."""

    text: str | None


async def read_stages(conn: Connection) -> list[StageNow]:
    """Open deals by stage, in the order of the stages."""
    order = [stage.value for stage in LANES]
    return sorted(await report_figures.stages_now(conn), key=lambda one: order.index(one.stage))


async def read_moves(conn: Connection, during: Moments) -> list[StageLeft]:
    """Which stages deals left, in the order of the stages; what left any other comes last."""
    order = ["offered", *(stage.value for stage in LANES)]
    found = await report_figures.stages_left(conn, *during)
    return sorted(found, key=lambda one: order.index(one.stage) if one.stage in order else len(order))


async def read_losses(conn: Connection, during: Moments) -> list[LossRow]:
    """Why deals were given up, the most frequent reason first."""
    known: dict[str, LossReason] = dict((await policies.rules(conn)).loss_reasons)
    found = await reports.losses(conn, *during, None)
    return [LossRow(**dict(one), text=known[one.code].text if one.code in known else one.code or None) for one in found]


async def manager_rows(conn: Connection, during: Moments) -> tuple[list[ManagerRow], ManagerRow]:
    """Managers by name who did something or have deals, and the team."""
    rows = await _counted(conn, during, {*reports.DONE, "open"})
    whole = ManagerRow(
        **dict(team(rows, await reports.first_contact_median(conn, *during))),
        meetings=sum(one.meetings for one in rows),
        sent_offers=sum(one.sent_offers for one in rows),
    )
    return sorted((one for one in rows if one.open or _did(one)), key=lambda one: one.name), whole


async def earlier_rows(conn: Connection, before: Moments) -> dict[str, ManagerRow]:
    """What each manager did in a period that is only compared with; how things stood then, nobody knows."""
    return {one.manager or "": one for one in await _counted(conn, before, reports.DONE) if _did(one)}


def _did(one: ManagerRow) -> bool:
    return bool(one.offered or one.won or one.lost or one.meetings or one.sent_offers)


async def _counted(conn: Connection, during: Moments, parts: Collection[str]) -> list[ManagerRow]:
    done = await report_figures.activity(conn, *during)
    return [_manager(one, done.get(one.manager or "")) for one in await reports.managers(conn, *during, parts)]


def _manager(found: ManagerFigures, done: Activity | None) -> ManagerRow:
    return ManagerRow(**dict(found), meetings=done.meetings if done else 0, sent_offers=done.offers if done else 0)


async def read_answers(conn: Connection, during: Moments) -> list[AnswerBucket]:
    """How long offers waited for an answer, the quickest first; also where there was none."""
    found = {one.bucket: one for one in await report_figures.answers(conn, *during)}
    if not found:
        return []
    return [found.get(name) or AnswerBucket(bucket=name, offers=0, accepted=0, hard=0) for name, _ in BUCKETS]


async def read_commissions(conn: Connection, during: Moments, role: str | None = None) -> Sequence[CommissionSum]:
    """What the ledger says of each person."""
    return await report_figures.commission(conn, *during, role)


async def people_called(conn: Connection, people: Collection[str]) -> dict[str, str]:
    """What people of any tier are called, by id, as far as this tier has been told."""
    return await names_of(conn, people, trail.PEOPLE)


async def list_records(
    conn: Connection, figure: Figure, wanted: Narrowed, after: tuple[datetime, str] | None
) -> RecordPage:
    """The records that a figure counts, the latest first, with people by name and reasons in the policy's words."""
    page = await report_records.read_page(conn, figure, wanted, after)
    names = await people_called(conn, {one.person for one in page.rows if one.person})
    reasons = (await policies.rules(conn)).loss_reasons if figure in _LOSSES else {}
    rows = [
        one.model_copy(update={
            "person": names.get(one.person or "", one.person),
            "note": reasons[one.note].text if one.note in reasons else one.note,
        })
        for one in page.rows
    ]  # fmt: skip
    return replace(page, rows=rows)
