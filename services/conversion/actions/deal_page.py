"""Everything the page of one deal shows, in a dozen short queries, none of which grows with the deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.chassis.auth import Principal
from services.chassis.contacts.masks import mask_card, mask_email
from services.chassis.db import Connection
from services.conversion.actions.deals import now, owns, policy_of
from services.conversion.actions.teams import deal_seen
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal, TimelineEntry
from services.conversion.domain.history import KINDS, MailLine, OpenWork, Show, check_unseen
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.offers import Offer, OfferMail, standing
from services.conversion.domain.playbook_runs import Run, RunStep
from services.conversion.domain.policy import Policy
from services.conversion.repository import history, meetings, offers, playbook_runs, playbooks
from services.conversion.schemas.offers import LineChange, compare
from workflows.contracts.conversion import Stage

PAGE = 40
"""Entries of the history that are shown at once."""
_MOST_MAILS = 20
_MOST_NEWS = 50
_WORK = ("reminder", "stale", "approval", "inbound", "mail", "playbook", "reply")


@dataclass(frozen=True)
class Running:
    """The playbook at work on a deal, or its last one: what it is called, its steps, and how many are not planned."""

    run: Run
    name: str
    version: int
    steps: Sequence[RunStep]

    @property
    def ahead(self) -> RunStep | None:
        """The step that is planned or open."""
        return next((step for step in self.steps if step.state in ("planned", "open")), None)


@dataclass(frozen=True)
class History:
    """A page of what happened, the newest first. `older` is where the next page begins, none at the end."""

    show: Show
    entries: Sequence[TimelineEntry]
    older: str | None
    is_first: bool


@dataclass(frozen=True)
class DealPage:
    """One deal with all that belongs to it. `may` says whether whoever reads may act on it."""

    read_at: datetime
    deal: Deal
    policy: Policy
    may: bool
    limit: Decimal
    history: History
    latest: str
    meetings: Sequence[Meeting]
    offers: Sequence[Offer]
    offer_mails: Mapping[str, OfferMail]
    running: Running | None
    mails: Sequence[MailLine]
    work: Sequence[OpenWork]
    names: dict[str, str]

    @property
    def is_worked(self) -> bool:
        """Whether a manager works on it."""
        return self.deal.stage in stages.WORKED

    @property
    def next_stage(self) -> Stage | None:
        """The stage that follows on the path."""
        path = stages.PATH
        if self.deal.stage not in path or self.deal.stage is path[-1]:
            return None
        return path[path.index(self.deal.stage) + 1]

    @property
    def changes(self) -> Sequence[LineChange]:
        """What is new in the last version of the offer."""
        return compare(self.offers[-2], self.offers[-1]).lines if len(self.offers) > 1 else []

    @property
    def offer(self) -> dict[str, Offer]:
        """The offers by id."""
        return {offer.id: offer for offer in self.offers}

    def standing(self, offer: Offer) -> str:
        """How an offer stands: its state, and of one that may go out, whether it has."""
        return standing(offer, self.offer_mails.get(offer.id))

    def lacking(self, stage: Stage | None) -> list[str]:
        """What the policy asks for before a stage and those before it, and the deal has not yet."""
        if stage is None or self.deal.stage not in stages.PATH:
            return []
        done = stages.deeds({one.state for one in self.meetings}, {one.state for one in self.offers})
        known = {**(self.deal.qualification or {}), **done}
        by_stage = stages.lacking(self.deal.stage, Stage(stage), known, self.policy.entry)
        return stages.missing({}, {name for names in by_stage.values() for name in names})


async def open_deal_page(
    conn: Connection, deal_id: str, who: Principal, *, show: Show = Show.EVERYTHING, before: str | None = None
) -> DealPage:
    """The page of a deal; to whoever may not act on it, numbers and addresses are masked. Raises NotFound."""
    deal = await deal_seen(conn, deal_id, who)
    may, policy = owns(deal, who), await policy_of(conn, deal)
    mails = await history.mails(conn, deal.lead_id, deal.created_at, _MOST_MAILS)
    if not may:
        deal = deal.model_copy(update={"contact": mask_card(deal.contact)})
        mails = [_masked(mail) for mail in mails]
    first = await history.page(conn, deal.id, kinds=(), limit=1, before=None)
    return DealPage(
        read_at=now(),
        deal=deal,
        policy=policy,
        may=may,
        limit=policy.limit_of(who.role),
        history=await read_history(conn, deal.id, show, before),
        latest=first[0].id if first else deal.id,
        meetings=await meetings.of_deal(conn, deal.id),
        offers=await offers.of_deal(conn, deal.id),
        offer_mails=await offers.mails_of(conn, deal.lead_id),
        running=await _running(conn, deal.id),
        mails=mails,
        work=await history.open_work(conn, deal.lead_id, _WORK) if may else [],
        names=await history.names(conn),
    )


def _masked(mail: MailLine) -> MailLine:
    # The other side quotes the address when it refuses a mail.
    return mail.model_copy(update={"recipient": mask_email(mail.recipient), "last_error": None})


async def read_history(conn: Connection, deal_id: str, show: Show, before: str | None) -> History:
    """A page of a deal's history."""
    found = await history.page(conn, deal_id, kinds=KINDS.get(show, ()), limit=PAGE + 1, before=before)
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return History(show=show, entries=found[:PAGE], older=older, is_first=before is None)


async def check_seen(conn: Connection, deal: Deal, who: Principal, seen: str, *kinds: str) -> None:
    """Raise Conflict `changed` if others did something of these kinds (any, if none) after what this person saw last.

    The caller has locked the deal.
    """
    if seen:
        check_unseen(await history.since(conn, deal.id, seen, _MOST_NEWS), kinds, who.person)


async def news_since(conn: Connection, deal_id: str, who: Principal, seen: str) -> list[TimelineEntry]:
    """What others have done to a deal since this person saw it last."""
    return [one for one in await history.since(conn, deal_id, seen, _MOST_NEWS) if one.by != who.person]


async def _running(conn: Connection, deal_id: str) -> Running | None:
    runs = await playbook_runs.of_deal(conn, deal_id)
    if not runs:
        return None
    playbook = await playbooks.get(conn, runs[0].playbook_id)
    steps = await playbook_runs.steps(conn, runs[0].id)
    return Running(runs[0], playbook.name, playbook.version, steps)
