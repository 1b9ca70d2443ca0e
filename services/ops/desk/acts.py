"""An act on one lead or on several: first what it would change, then its reason, then it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.chassis.http import Id, Who
from services.chassis.lateness import ActName
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.chassis.web.site import words_for
from services.chassis.web.words import words_of
from services.ops.actions.bulk import MOST, act_on_all, order_of
from services.ops.actions.stories import Reached
from services.ops.desk.places import HOME, OPS, address, story_path
from services.ops.domain.acts import Outcome
from services.ops.doors import Seen, reach_of
from services.ops.tiers import Person, TierAway
from workflows.contracts.base import Tier

router: APIRouter = page_router()
LEAST_REASON = 3
# Stands for a reason while an act is only shown: the tiers ask for one, and take it back with everything else.
_SHOWN = "only shown"


class ActForm(BaseModel):
    """An act with its reason; `lead` once for each lead."""

    act: ActName
    lead: list[Id] = Field(min_length=1, max_length=MOST)
    to: str = Field(default="", max_length=100)
    reason: str = Field(default="", max_length=300)


@router.get("/acts", dependencies=OPS)
async def preview(
    request: Request, sources: Seen, act: ActName, lead: Annotated[list[Id] | None, Query(max_length=MOST)] = None,
    to: Annotated[str, Query(max_length=100)] = "",
) -> Response:  # fmt: skip
    """What it would change: the act itself, taken back before it is saved."""
    if not lead:
        said = words_for(request)("Select leads first: X on their rows, or the boxes before them.")
        return await web_of(request).after(request, HOME, said=said)
    return await _show(request, sources, ActForm(act=act, lead=lead, to=to), {})


@router.post("/acts", dependencies=OPS)
async def do(request: Request, sources: Seen, who: Who, form: Annotated[ActForm, Form()]) -> Response:
    """Do it; then the story of the lead or, of several, the audit says what was done."""
    reason = form.reason.strip()
    if len(reason) < LEAST_REASON:
        wrong = {"reason": words_for(request)("Say why in three letters or more: it is kept, and people read it.")}
        return await _show(request, sources, form, wrong, status=422)
    order = order_of(form.act, reason, form.to or None, dry_run=False)
    outcomes = await act_on_all(sources, _each(form), order, request.state.idempotency_key)
    if all(one.refused for one in outcomes):
        return await _show(request, sources, form, {}, status=409, outcomes=outcomes)
    await reach_of(request).room.now(sources, afresh=True)
    place = story_path(outcomes[0].lead_id) if len(outcomes) == 1 else address("audit", {"by": who.person})
    return await web_of(request).after(request, place, said=said_of(request, outcomes))


def said_of(request: Request, outcomes: Sequence[Outcome]) -> str:
    """What the status line says of it."""
    words = words_of(Reader.of(request).language)
    done, refused = ([one for one in outcomes if bool(one.refused) is is_so] for is_so in (False, True))
    said = words.ngettext("Done for %(num)s lead.", "Done for %(num)s leads.", len(done)) % {"num": len(done)}
    if not refused:
        return said
    why = words.gettext("Refused for %(num)s, first for %(company)s: %(reason)s") % {
        "num": len(refused), "company": refused[0].company or refused[0].lead_id, "reason": refused[0].refused,
    }  # fmt: skip
    return f"{said} {why}"


def _each(form: ActForm) -> list[str]:
    return list(dict.fromkeys(form.lead))


async def _show(
    request: Request, sources: Reached, form: ActForm, errors: dict[str, str], *, status: int = 200,
    outcomes: Sequence[Outcome] | None = None,
) -> Response:  # fmt: skip
    if outcomes is None:
        order = order_of(form.act, _SHOWN, form.to or None, dry_run=True)
        outcomes = await act_on_all(sources, _each(form), order)
    people = await _people(sources, outcomes) if form.act == "reassign" else []
    told: dict[str, Any] = {"form": form, "outcomes": outcomes, "people": people, "errors": errors}
    able = [one for one in outcomes if not one.refused]
    back = story_path(outcomes[0].lead_id) if len(outcomes) == 1 else HOME
    return web_of(request).pages.answer(request, "acts.j2", status=status, able=able, back=back, **told)


async def _people(sources: Reached, outcomes: Sequence[Outcome]) -> list[Person]:
    """Whom they can be given to, if all are of one tier."""
    tiers = {one.tier for one in outcomes if one.tier}
    if len(tiers) != 1:
        return []
    try:
        return await sources.apis.people(Tier(tiers.pop()))
    except TierAway:
        return []
