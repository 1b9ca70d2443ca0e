"""Scores: written or learned on request, and only ever activated by a supervisor."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.kinds import SCORE
from services.lead_gen.actions.scores import activate_score, add_score, ask_for_training
from services.lead_gen.domain.scores import ScoreState
from services.lead_gen.repository import scores
from services.lead_gen.schemas.scores import NewScore, NewTraining, ScoreSummary, ScoreView

router: APIRouter = new_router(tags=["scores"])
SUPERVISOR = [allow("supervisor")]
READERS = [allow("supervisor", "ops")]


@router.post(
    "/scores", status_code=201, dependencies=SUPERVISOR, summary="Add a version of the score made of points by rules"
)
async def post_score(conn: Conn, who: Who, new: NewScore) -> ScoreView:
    """It scores nobody until it is activated. Rules may only use what is known before the first call."""
    return ScoreView.of(await add_score(conn, new, who.person))


@router.post("/scores/train", status_code=202, dependencies=SUPERVISOR, summary="Train a score on our own calls")
async def train_score(conn: Conn, who: Who, new: NewTraining) -> ScoreView:
    """A worker learns it: the state is `queued`, later `ready`, or `failed` with the reason.

    Learned from leads that were called to the end: was anybody interested? 409 `in_progress` with `score_id` while
    another training waits or runs.
    """
    return ScoreView.of(await ask_for_training(conn, new, who.person))


@router.get("/scores", dependencies=READERS, summary="Versions of the score, the newest first")
async def list_scores(conn: Conn, pager: Pager, state: ScoreState | None = None) -> Page[ScoreSummary]:
    """The one in use is `active`."""
    cursor = pager.at(int)
    found = await scores.page(conn, state=state, limit=pager.limit + 1, before=cursor[0] if cursor else None)
    return Page.of(ScoreSummary.of_all(found), pager.limit, key=lambda score: (str(score.version),))


@router.get("/scores/{score_id}", dependencies=[*READERS, tagged()], summary="One version of the score")
async def get_score(conn: Conn, score_id: Id) -> ScoreView:
    """A learned one comes with its quality on leads it has not seen, and with the fields that matter to it."""
    return ScoreView.of(await scores.get(conn, score_id))


_CHANGE = [*SUPERVISOR, if_match(get_score, SCORE, "score_id")]


@router.post("/scores/{score_id}/activate", dependencies=_CHANGE, summary="Activate a version of the score")
async def activate(conn: Conn, who: Who, score_id: Id) -> ScoreView:
    """The worker then scores the whole register by it. 409 `wrong_state` unless it is ready and not in use already,
    409 `below_chance` for a learned one that ranks no better than chance.
    """
    return ScoreView.of(await activate_score(conn, score_id, who.person))
