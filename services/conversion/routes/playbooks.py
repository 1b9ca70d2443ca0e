"""Templates and playbooks: written by the supervisor, carried out and steered by the manager."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query, Response, UploadFile
from pydantic import TypeAdapter, ValidationError

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.chassis.mail import Attachment
from services.conversion.actions import playbook_steering as steering
from services.conversion.actions import playbooks as actions
from services.conversion.actions.deals import SUPERVISOR, deal_for, now, policy_of
from services.conversion.actions.playbook_stop import stop as stop_playbook
from services.conversion.domain import playbooks as rules
from services.conversion.domain.playbooks import Run, Step
from services.conversion.domain.template import render
from services.conversion.repository import deals, managers, playbooks, templates
from services.conversion.repository.policies import policies
from services.conversion.schemas.playbooks import (
    NewPlaybook,
    NewTemplate,
    PackView,
    PlannedStep,
    PlaybookPreview,
    PlaybookView,
    RunView,
    StartPlaybook,
    StepAdded,
    StepDone,
    StepMoved,
    TemplateDetail,
    TemplatePreview,
    TemplateView,
)

router = new_router(tags=["playbooks"])
_STAFF = allow("manager", SUPERVISOR)
_SUPERVISOR = allow(SUPERVISOR)
_LARGEST_FILE = 2 << 20
_FILE_TYPES = ("application/pdf", "image/png", "image/jpeg")
_MOST_FILES = 5
Name = Annotated[str, Path(max_length=100)]
Number = Annotated[int, Path(ge=1, le=10_000)]


@router.post("/templates", status_code=201, dependencies=[_SUPERVISOR], summary="Write a mail template")
async def add_template(body: NewTemplate, conn: Conn, who: Who) -> TemplateView:
    """The next version in its language. 422 names fields that do not exist."""
    saved = await templates.add(conn, body.name, body.language, body.subject, body.body, who.person)
    return TemplateView.model_validate(saved.model_dump())


@router.get("/templates", dependencies=[_STAFF], summary="Mail templates")
async def list_templates(conn: Conn, pager: Pager) -> Page[TemplateView]:
    """The newest version of each language."""
    cursor = pager.cursor(2)
    found = await templates.newest(conn, pager.limit + 1, (cursor[0], cursor[1]) if cursor else None)
    items = [TemplateView.model_validate(one.model_dump()) for one in found]
    return Page.of(items, pager.limit, key=lambda one: (one.name, one.language))


@router.get("/templates/{name}", dependencies=[_STAFF], summary="One template with its files")
async def get_template(name: Name, conn: Conn) -> TemplateDetail:
    """The newest version of each language."""
    found = [one for one in await templates.newest(conn, 100, (name, "")) if one.name == name]
    if not found:
        raise NotFound(f"there is no template {name}")
    files = [PackView.model_validate(vars(file)) for file in await templates.pack(conn, name)]
    items = [TemplateView.model_validate(one.model_dump()) for one in found]
    return TemplateDetail(name=name, items=items, files=files)


@router.post("/templates/{name}/files", status_code=201, dependencies=[_SUPERVISOR], summary="Add an information pack")
async def add_file(name: Name, file: UploadFile, conn: Conn, who: Who) -> TemplateDetail:
    """A PDF, PNG or JPEG of at most 2 MB goes with every mail of this template; the same name again replaces it."""
    detail = await get_template(name, conn)
    if (file.content_type or "") not in _FILE_TYPES:
        raise Invalid(f"must be one of {', '.join(_FILE_TYPES)}", field="file")
    content = await file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise Invalid("is larger than 2 MB", field="file")
    file_name = (file.filename or "").replace("/", "_")[-100:] or "file"
    if len(detail.files) >= _MOST_FILES and file_name not in {one.name for one in detail.files}:
        raise Conflict(f"a template has {_MOST_FILES} files at most", code="too_many")
    await templates.put_file(conn, name, Attachment(file_name, file.content_type or "", content), who.person)
    return await get_template(name, conn)


@router.delete("/templates/{name}/files/{file}", status_code=204, dependencies=[_SUPERVISOR], summary="Remove a file")
async def remove_file(name: Name, file: Annotated[str, Path(max_length=100)], conn: Conn) -> Response:
    """404 if there is none of that name."""
    if not await templates.remove_file(conn, name, file):
        raise NotFound(f"there is no file {file}")
    return Response(status_code=204)


@router.get("/templates/{name}/preview", dependencies=[_STAFF], summary="A template as a lead would get it")
async def preview_template(
    name: Name,
    conn: Conn,
    deal_id: Annotated[Id | None, Query(description="Whose fields; an example's, if not given.")] = None,
    language: Annotated[str | None, Query(pattern="^[a-z]{2}$", description="The lead's, if not given.")] = None,
) -> TemplatePreview:
    """With a deal's fields, or an example's."""
    deal = await deals.get(conn, deal_id) if deal_id else None
    wished = language or (deal.contact.language if deal else "en")
    template = await templates.for_language(conn, name, [wished, "en"])
    if template is None:
        raise NotFound(f"there is no template {name}")
    owner = await managers.find(conn, deal.owner or "") if deal else None
    values = actions.EXAMPLE
    if deal is not None:
        values = actions.values_of(deal, owner.name if owner else "", await policy_of(conn, deal))
    return TemplatePreview(
        language=template.language,
        version=template.version,
        subject=render(template.subject, values),
        body=render(template.body, values),
    )


@router.post("/playbooks", status_code=201, dependencies=[_SUPERVISOR], summary="Write a playbook")
async def add_playbook(body: NewPlaybook, conn: Conn, who: Who) -> PlaybookView:
    """The next version of its name; 422 with everything that is wrong at once."""
    wrong = rules.problems(body.body, await templates.names(conn))
    if wrong:
        words = "; ".join(f"{field}: {reason}" for field, reason in wrong)
        raise Invalid(words, field=wrong[0][0])
    return PlaybookView.model_validate((await playbooks.add(conn, body.name, body.body, who.person)).model_dump())


@router.get("/playbooks", dependencies=[_STAFF], summary="Playbooks")
async def list_playbooks(conn: Conn, pager: Pager) -> Page[PlaybookView]:
    """The newest version of each, by name."""
    cursor = pager.cursor(1)
    found = await playbooks.newest(conn, pager.limit + 1, cursor[0] if cursor else None)
    items = [PlaybookView.model_validate(one.model_dump()) for one in found]
    return Page.of(items, pager.limit, key=lambda one: (one.name,))


@router.get("/playbooks/{playbook_id}", dependencies=[_STAFF], summary="One version of a playbook")
async def get_playbook(playbook_id: Id, conn: Conn) -> PlaybookView:
    """With its steps."""
    return PlaybookView.model_validate((await playbooks.get(conn, playbook_id)).model_dump())


@router.post("/playbooks/{playbook_id}/preview", dependencies=[_STAFF], summary="Who would enter, and what follows")
async def preview_playbook(playbook_id: Id, conn: Conn) -> PlaybookPreview:
    """Deals of the last 30 days against its entry rules, and the main track's times from now on."""
    saved = await playbooks.get(conn, playbook_id)
    recent = await deals.offered_since(conn, now() - timedelta(days=30), 2_000)
    verdicts = [(deal.id, rules.fits(saved.body, actions.facts_of(deal))) for deal in recent]
    fitting = [deal_id for deal_id, rule in verdicts if rule is None]
    policy = await policies.rules(conn)
    planned = actions.preview(saved.body.main, policy, now(), None)
    return PlaybookPreview(
        deals=len(recent),
        fitting=len(fitting),
        sample=fitting[:10],
        refused_by=dict(Counter(f"{rule.field} {rule.op}" for _, rule in verdicts if rule is not None)),
        main=[PlannedStep(id=s.id, kind=s.kind, text=s.text, template=s.template, at=at) for s, at in planned],
    )


@router.post("/deals/{deal_id}/playbook", status_code=201, dependencies=[_STAFF], summary="Start a playbook on a deal")
async def start(deal_id: Id, body: StartPlaybook, conn: Conn, who: Who) -> RunView:
    """409 `playbook_runs` if one is at work on this lead, `no_playbook` if none fits."""
    deal = await deal_for(conn, deal_id, who)
    if body.name is None:
        chosen = await actions.choose(conn, deal)
        if chosen is None:
            raise Conflict("no playbook fits this deal", code="no_playbook")
    else:
        chosen = next((one for one in await playbooks.newest(conn, 500) if one.name == body.name), None)
        if chosen is None:
            raise Invalid(f"there is no playbook {body.name}", field="name")
    return await _view(conn, await actions.start(conn, deal, chosen, who.person))


@router.get("/deals/{deal_id}/playbooks", dependencies=[_STAFF], summary="Playbooks of a deal")
async def list_runs(deal_id: Id, conn: Conn) -> Page[RunView]:
    """The latest first; the last 50."""
    await deals.get(conn, deal_id)
    return Page(items=[await _view(conn, run) for run in await playbooks.of_deal(conn, deal_id)], next=None)


@router.post("/deals/{deal_id}/playbook/stop", dependencies=[_STAFF], summary="Stop the playbook")
async def stop(deal_id: Id, conn: Conn, who: Who) -> RunView:
    """Its open work is cancelled and its mails that have not gone are withdrawn. 409 `no_playbook`."""
    deal = await deal_for(conn, deal_id, who)
    if not await stop_playbook(conn, deal, f"stopped by {who.person}"):
        raise Conflict("no playbook is at work on this deal", code="no_playbook")
    return await _view(conn, (await playbooks.of_deal(conn, deal_id))[0])


@router.post("/deals/{deal_id}/playbook/steps/{number}/done", dependencies=[_STAFF], summary="A step was done")
async def done(deal_id: Id, number: Number, body: StepDone, conn: Conn, who: Who) -> RunView:
    """What the lead did decides how it goes on. 409 `wrong_state` if it is not the step ahead."""
    deal = await deal_for(conn, deal_id, who)
    run = await steering.finish_step(conn, deal, who, number, skip=False, response=body.response, note=body.note)
    return await _view(conn, run)


@router.post("/deals/{deal_id}/playbook/steps/{number}/skip", dependencies=[_STAFF], summary="Leave a step out")
async def skip(deal_id: Id, number: Number, conn: Conn, who: Who) -> RunView:
    """The next one is planned."""
    deal = await deal_for(conn, deal_id, who)
    return await _view(conn, await steering.finish_step(conn, deal, who, number, skip=True, response="none", note=None))


@router.post("/deals/{deal_id}/playbook/steps/{number}/move", dependencies=[_STAFF], summary="Give a step another time")
async def move(deal_id: Id, number: Number, body: StepMoved, conn: Conn, who: Who) -> RunView:
    """Only the step ahead, before it has begun."""
    if body.at <= now():
        raise Invalid("must be in the future", field="at")
    return await _view(conn, await steering.move_step(conn, await deal_for(conn, deal_id, who), who, number, body.at))


@router.post("/deals/{deal_id}/playbook/steps", status_code=201, dependencies=[_STAFF], summary="Add a step")
async def add(deal_id: Id, body: StepAdded, conn: Conn, who: Who) -> RunView:
    """It comes next, after the step that is ahead now."""
    try:
        after = TypeAdapter(timedelta).validate_python(body.after)
        step = Step(id=f"own-{new_id()[-12:]}", kind=body.kind, text=body.text, after=after)
    except ValidationError:
        raise Invalid("must be a duration of at most 120 days, such as P2D", field="after") from None
    return await _view(conn, await steering.add_step(conn, await deal_for(conn, deal_id, who), who, step))


async def _view(conn: Connection, run: Run) -> RunView:
    run = await playbooks.run_of(conn, run.id)
    return RunView.of(run, await playbooks.get(conn, run.playbook_id), await playbooks.steps(conn, run.id))
