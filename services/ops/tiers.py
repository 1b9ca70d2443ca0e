"""The three tiers as operators see them: asked by REST with the operator's own token, or, from the command line, by
their databases.

Whatever asks for a tier that is away goes on with the others and says what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import httpx
from pydantic import Field

from services.chassis.errors import DomainError, Invalid
from services.chassis.http.paging import encode_cursor
from services.chassis.lateness import ActName, Late
from services.chassis.records import Record
from services.chassis.sentences import said
from services.chassis.standing import Standing
from services.chassis.stories import ENGLISH, Part, Place, Speech
from services.chassis.trail import Line, Wanted
from workflows.contracts.base import Tier

_PEOPLE = {
    Tier.LEAD_GEN: "/v1/callers",
    Tier.CONVERSION: "/v1/managers",
    Tier.ACCOUNT_MGMT: "/v1/account-managers",
}
Result = TypeVar("Result")
SECONDS = 5.0


class Order(Record):
    """An act as a tier is asked for it; see services.chassis.operator_acts."""

    act: ActName
    reason: str
    to: str | None = None
    restart: bool = False
    ended_at: datetime | None = None
    running: list[str] | None = None
    dry_run: bool = True


class Found(Record):
    """A lead that may be meant. Numbers are masked."""

    lead_id: str
    company: str
    city: str | None = None
    phones: list[str]
    tier: str
    stage: str
    owner: str | None = None
    created_at: datetime


class Person(Record):
    """Somebody of a tier to whom a lead can be given."""

    id: str
    name: str
    active: bool = True


class Registered(Record):
    """A lead as tier 1's register lists it. Numbers are masked."""

    id: str
    company: str
    city: str | None = None
    phones: list[str] = Field(default_factory=list)
    tier: str
    stage: str
    owner: str | None = None
    created_at: datetime
    updated_at: datetime


class TierAway(Exception):
    """A tier cannot be asked now; the message says why."""

    def __init__(self, tier: str, why: str) -> None:
        super().__init__(why)
        self.tier = tier


class Missing(Record):
    """What could not be asked, and why: `lead_gen`, `conversion`, `account_mgmt` or `temporal`."""

    what: str
    why: str


class Tiers(Protocol):
    """What operators ask the tiers. Each raises TierAway."""

    async def find(
        self, wanted: str, region: str, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Found]:
        """Up to `limit` leads that may be meant, from tier 1's register. Raises Invalid."""

    async def part(self, tier: Tier, lead_id: str, limit: int, before: Place | None = None) -> Part | None:
        """A tier's part of a lead's story; none if it never had the lead."""

    async def late(self, tier: Tier, limit: int, after: Place | None = None, lead_id: str | None = None) -> list[Late]:
        """What is late in a tier after a place, the longest first; with `lead_id`, of that lead."""

    async def standing(self, tier: Tier) -> Standing:
        """How a tier stands now."""

    async def ended(self, tier: Tier, workflow_ids: Sequence[str]) -> set[str]:
        """Which of a tier's workflows nobody needs any more: their records are over, and nothing waits for them."""


async def of_each(
    ask: Callable[[Tier], Awaitable[Result]],
) -> tuple[dict[Tier, Result], list[Missing]]:
    """The same of every tier at once, and which of them could not be asked."""

    async def one(tier: Tier) -> tuple[Tier, Result | TierAway]:
        try:
            return tier, await ask(tier)
        except TierAway as away:
            return tier, away

    answers = await asyncio.gather(*(one(tier) for tier in Tier))
    found = {tier: answer for tier, answer in answers if not isinstance(answer, TierAway)}
    return found, [Missing(what=away.tier, why=str(away)) for _, away in answers if isinstance(away, TierAway)]


class TierApis:
    """The tiers' REST APIs. `token` is the operator's: each tier knows and writes down who asks, and how to tell
    them.
    """

    def __init__(
        self, http: httpx.AsyncClient, addresses: Mapping[str, str], token: str, speech: Speech = ENGLISH
    ) -> None:
        self._http = http
        self._addresses = addresses
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": speech.language}
        if speech.zone:
            self._headers["Time-Zone"] = speech.zone

    @property
    def unnamed(self) -> list[str]:
        """Tiers whose API nobody has told this process of."""
        return [tier.value for tier in Tier if tier not in self._addresses]

    async def find(
        self, wanted: str, region: str, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Found]:
        """See Tiers."""
        place = {"after_at": after[0].isoformat(), "after_id": after[1]} if after else {}
        body = {"wanted": wanted, "default_region": region, "limit": limit, **place}
        answer = await self.ask(Tier.LEAD_GEN, "POST", "/v1/leads/find", json=body)
        return Found.of_all(answer["items"])

    async def part(self, tier: Tier, lead_id: str, limit: int, before: Place | None = None) -> Part | None:
        """See Tiers."""
        place = {"before": before[0].isoformat(), "before_ref": before[1]} if before else {}
        answer = await self.ask(
            tier, "GET", f"/v1/leads/{lead_id}/story", params={"limit": str(limit), **place}, none=True
        )
        return Part.maybe(answer)

    async def late(self, tier: Tier, limit: int, after: Place | None = None, lead_id: str | None = None) -> list[Late]:
        """See Tiers."""
        wanted = {"limit": str(limit), **({"lead_id": lead_id} if lead_id else {})}
        if after:
            wanted["after"] = encode_cursor((after[0].isoformat(), after[1]))
        answer = await self.ask(tier, "GET", "/v1/late", params=wanted)
        return Late.of_all(answer["items"])

    async def standing(self, tier: Tier) -> Standing:
        """See Tiers."""
        return Standing.model_validate(await self.ask(tier, "GET", "/v1/standing"))

    async def ended(self, tier: Tier, workflow_ids: Sequence[str]) -> set[str]:
        """See Tiers."""
        answer = await self.ask(tier, "GET", "/v1/ended", params={"workflow_id": list(workflow_ids)})
        return set(answer["items"])

    async def register(
        self, wanted: Mapping[str, str], limit: int, after: str | None
    ) -> tuple[list[Registered], str | None]:
        """A page of the register of leads, and the cursor of the next one. Raises TierAway, Invalid."""
        place = {"after": after} if after else {}
        answer = await self.ask(Tier.LEAD_GEN, "GET", "/v1/leads", params={**wanted, "limit": str(limit), **place})
        return Registered.of_all(answer["items"]), answer["next"]

    async def trail(self, tier: Tier, wanted: Wanted, limit: int) -> list[Line]:
        """A tier's audit, the latest first. Raises TierAway."""
        asked = wanted.model_dump(mode="json", exclude={"before"}, exclude_none=True)
        place = {"after": encode_cursor((wanted.before[0].isoformat(), wanted.before[1]))} if wanted.before else {}
        answer = await self.ask(tier, "GET", "/v1/trail", params={**asked, **place, "limit": str(limit)})
        return Line.of_all(answer["items"])

    async def people(self, tier: Tier) -> list[Person]:
        """Whom a lead of this tier can be given to. Raises TierAway."""
        answer = await self.ask(tier, "GET", _PEOPLE[tier], params={"limit": "200"})
        return [one for one in Person.of_all(answer["items"]) if one.active]

    async def act(self, tier: Tier, lead_id: str, order: Order, *, key: str | None) -> list[str]:
        """Carry an act out in a tier, or show it; what it changes, in words. Raises TierAway, and as the tier refuses.

        `key` is the Idempotency-Key: the same key does it once.
        """
        headers = {"Idempotency-Key": key} if key else {}
        path = f"/v1/leads/{lead_id}/acts/{order.act}"
        answer = await self.ask(
            tier, "POST", path, json=order.model_dump(mode="json", exclude={"act"}), headers=headers
        )
        return [str(one) for one in answer["changes"]]

    async def ask(
        self, tier: Tier, method: str, path: str, *, none: bool = False, headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Any:  # fmt: skip
        """The answer of one route; with `none`, None for 404. Raises TierAway, and a refusal as the tier put it."""
        if tier not in self._addresses:
            raise TierAway(tier, said("LEADRELAY_TIER_APIS does not name its API"))
        try:
            answer = await self._http.request(
                method, f"{self._addresses[tier]}{path}", headers={**self._headers, **(headers or {})}, **request
            )
        except httpx.HTTPError as error:
            raise TierAway(tier, said(f"its API does not answer ({type(error).__name__})")) from None
        if answer.status_code == 404 and none:
            return None
        if answer.status_code >= 500 or answer.status_code in (401, 403):
            raise TierAway(tier, said(f"its API answers {answer.status_code}"))
        if answer.status_code >= 400:
            raise refusal(answer.status_code, answer.json())
        return answer.json()


def refusal(status: int, problem: Mapping[str, Any]) -> DomainError:
    """What a tier refused, as ops refuses it: the same status, code and words."""
    kinds = {kind.status: kind for kind in _kinds(DomainError)}
    errors = problem.get("errors") or [{}]
    kind = kinds.get(status, Invalid)
    known = {"type", "title", "status", "code", "detail", "instance", "request_id", "errors"}
    return kind(
        str(problem.get("detail", "refused")), code=str(problem.get("code", kind.default_code)),
        field=errors[0].get("field"), detail={name: told for name, told in problem.items() if name not in known},
    )  # fmt: skip


def _kinds(kind: type[DomainError]) -> list[type[DomainError]]:
    return [one for child in kind.__subclasses__() for one in (child, *_kinds(child))]
