"""How a deal's page answers: whole, or with those of its parts that have changed; refusals where the person is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError, NotFound, Unavailable
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import web_of
from services.chassis.web.formats import Formats, zone_of
from services.chassis.web.pages import Reader
from services.conversion.actions.deal_page import DealPage, news_since, open_deal_page
from services.conversion.actions.deal_shown import deal_before, note_edits
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.desk.asks import Ask, SentForm, faults_of
from services.conversion.desk.choices import choices
from services.conversion.domain.history import Show

LIVE = ("head", "person", "known", "meetings", "question", "history", "next", "plan", "offers", "mails")
"""Parts of the page that fetch themselves again. Forms stand beside them, never inside."""


@dataclass(frozen=True)
class Visit:
    """Somebody at the page of a deal."""

    request: Request
    conn: Connection
    who: Principal
    deal_id: str

    @property
    def is_part(self) -> bool:
        """Whether the page is there already and wants parts of itself."""
        # Whoever comes by a link, or by a form that was sent twice, gets the whole page, merged or not.
        return self.request.headers.get("hx-request-type") == "partial"

    @property
    def fmt(self) -> Formats:
        """How this person reads times and numbers."""
        return Reader.of(self.request).formats()

    @property
    def here(self) -> str:
        """The address of the page."""
        return f"/conversion/desk/deals/{self.deal_id}"

    async def show(
        self, ask: Ask | None = None, *, show: Show = Show.EVERYTHING, before: str | None = None
    ) -> Response:
        """The whole page, with a form open in it."""
        page = await open_deal_page(self.conn, self.deal_id, self.who, show=show, before=before)
        return await self._page(page, await self._filled(page, ask))

    async def part(self, ask: Ask, *, empty: bool = False) -> Response:
        """One form in its place, or the place without it."""
        page = await open_deal_page(self.conn, self.deal_id, self.who)
        filled = Ask(ask.name, more={"empty": True}) if empty else await self._filled(page, ask)
        return self._answer("deal_answer.j2", page, filled, parts=())

    async def past(self, show: Show, before: str | None) -> Response:
        """The history narrowed to something, or what came before what is shown of it."""
        page = await open_deal_page(self.conn, self.deal_id, self.who, show=show, before=before)
        return self._answer("deal_past.j2" if before else "deal_answer.j2", page, None, parts=("history",))

    async def fresh(self, *, show: Show, seen: str | None) -> Response:
        """The live parts as they are now; with `seen`, of the history only how much came after that entry."""
        page = await open_deal_page(self.conn, self.deal_id, self.who, show=show)
        live = tuple(name for name in LIVE if not (seen and name == "history"))
        unread = sum(one.id > seen for one in page.history.entries) if seen else 0
        return self._answer("deal_answer.j2", page, None, parts=live, unread=unread)

    async def lines(self, page: DealPage, ask: Ask, *, added: str, dropped: str) -> Response:
        """What an editor of lines comes to, with the line that was added."""
        filled = await self._filled(page, ask)
        if self.is_part:
            return self._answer("deal_lines.j2", page, filled, added=added, dropped=dropped)
        return await self._page(page, filled)

    async def done(self, name: str, said: str) -> Response:
        """After an act: the parts that changed, and in the form's place what was done."""
        self.request.state.place = self.here
        if not self.is_part:
            # A page that is loaded again must not send its form again.
            return RedirectResponse(self.here, status_code=303)
        page = await open_deal_page(self.conn, self.deal_id, self.who)
        return self._answer("deal_answer.j2", page, Ask(name, more={"said": said}), parts=LIVE)

    async def refused(self, name: str, values: Mapping[str, Any], error: DomainError) -> Response:
        """The form again, with what was typed, what is wrong, and what others did in the meantime."""
        faults = faults_of(error)
        problem = faults.pop("", "" if error.field else error.message)
        seen = str(values.get("seen", ""))
        changed = error.code == "changed"
        news = await news_since(self.conn, self.deal_id, self.who, seen) if changed else []
        ask = Ask(name, values, faults, problem, news, code=error.code)
        page = await open_deal_page(self.conn, self.deal_id, self.who)
        ask = await self._filled(page, ask) or ask
        if self.is_part:
            return self._answer("deal_answer.j2", page, ask, parts=LIVE, status=error.status)
        return await self._page(page, ask, status=error.status)

    async def _filled(self, page: DealPage, ask: Ask | None) -> Ask | None:
        if ask is None:
            return None
        more = await choices(self.conn, self.who, page, self.fmt, ask.name, ask.values)
        return replace(ask, more={**more, **ask.more})

    async def _page(self, page: DealPage, ask: Ask | None, status: int = 200) -> Response:
        bar = await desk_bar(self.conn, self.who)
        return self._answer("deal.j2", page, ask, parts=LIVE, status=status, bar=bar)

    def _answer(self, template: str, page: DealPage, ask: Ask | None, *, status: int = 200, **more: Any) -> Response:
        pages = web_of(self.request).pages
        zone = zone_of(page.deal.contact.timezone)
        shared = {
            "p": page,
            "deal": page.deal,
            "ask": ask,
            "here": self.here,
            "unread": 0,
            "zone": zone,
            "read_time": datetime.fromisoformat,
        }
        return pages.answer(self.request, template, status=status, **{**shared, **more})


def _visit(request: Request, conn: Conn, who: Who, deal_id: Id) -> Visit:
    return Visit(request, conn, who, deal_id)


Here = Annotated[Visit, Depends(_visit)]
"""Who is at which deal's page."""


async def attempt(visit: Visit, name: str, form: SentForm, act: Callable[[], Awaitable[str]]) -> Response:
    """Do what a form asks for; `act` says in a few words what it did."""
    try:
        # What a refusal leaves half done must not be seen on the page that tells of it.
        async with visit.conn.transaction():
            before = await deal_before(visit.conn, visit.deal_id, visit.who)
            said = await act()
            await note_edits(visit.conn, visit.deal_id, visit.who, before)
    except (Unavailable, NotFound):
        raise
    except DomainError as error:
        return await visit.refused(name, form.model_dump(), error)
    return await visit.done(name, said)
