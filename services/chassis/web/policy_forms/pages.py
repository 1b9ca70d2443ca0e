"""The pages of a tier's policy: all of it in words, its versions, and one section at a time as a form, which is checked
while somebody types by the same rules as when it is published.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Who, allow
from services.chassis.policies import Policies, PolicyVersion
from services.chassis.staff import names_of, remember, writer
from services.chassis.web.door import page_router, web_of
from services.chassis.web.places import prefix_of
from services.chassis.web.policy_forms.drafts import Draft, Here, draft_of
from services.chassis.web.policy_forms.words import Sections, in_language
from services.chassis.web.site import is_lively, words_for

P = TypeVar("P", bound=BaseModel)
People = Mapping[str, Sequence[tuple[str, str]]]
_VERSIONS = 20


@dataclass(frozen=True)
class PolicyEditor(Generic[P]):
    """What a tier brings: its policy, the words of its fields, the checks that need rows, and how it is published.

    `check` raises Invalid. `kept` says what a new version means for work that has begun. `people` are those whom a
    field may name, by field; `bar` is what the tier's own frame of a page needs (`policy_desk.j2`).
    """

    policies: Policies[P]
    base: str
    sections: Sections
    kept: str
    publish: Callable[[Connection, P, Principal], Awaitable[PolicyVersion]]
    check: Callable[[Connection, P, Principal], Awaitable[None]] | None = None
    people: Callable[[Connection, Principal], Awaitable[People]] | None = None
    bar: Callable[[Connection, Principal], Awaitable[Mapping[str, Any]]] | None = None


def policy_router(editor: PolicyEditor[Any]) -> APIRouter:
    """The pages of one tier's policy."""
    router = page_router(editor.base)
    readers, writers = [allow("supervisor", "ops")], [allow("supervisor")]

    @router.get("", dependencies=readers)
    async def policy(request: Request, conn: Conn, who: Who) -> Response:
        """Everything that is in force, in words."""
        here = await _here(editor, request, conn, who)
        return await _answer(editor, here, "policy_index.j2", in_words={
            section.name: here.saying.says(here.in_force, section.top) for section in here.sections
        })  # fmt: skip

    @router.get("/versions", dependencies=readers)
    async def versions(
        request: Request, conn: Conn, who: Who, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
    ) -> Response:
        """Who changed what, the newest first."""
        here = await _here(editor, request, conn, who)
        found = await editor.policies.page(conn, _VERSIONS + 1, before)
        history = [
            (one, here.compared(found[n + 1], one) if n + 1 < len(found) else None) for n, one in enumerate(found)
        ]
        more = found[_VERSIONS - 1].version if len(found) > _VERSIONS else None
        names = await names_of(conn, [one.created_by for one in found])
        return await _answer(editor, here, "policy_versions.j2", history=history[:_VERSIONS], more=more, names=names)

    @router.get("/{name}", dependencies=writers)
    async def edit(request: Request, conn: Conn, who: Who, name: str) -> Response:
        """One section as a form."""
        here = await _here(editor, request, conn, who)
        return await _edit(editor, here, here.unchanged(name))

    @router.put("/{name}", dependencies=writers)
    async def check(request: Request, conn: Conn, who: Who, name: str) -> Response:
        """What is wrong with what is typed so far, and what it would change. Writes nothing."""
        here = await _here(editor, request, conn, who)
        draft = await draft_of(here, name, editor.policies, editor.check)
        return await _edit(editor, here, draft, "policy_live.j2")

    @router.post("/{name}", dependencies=writers)
    async def publish(request: Request, conn: Conn, who: Who, name: str) -> Response:
        """The next version, or what is wrong with it."""
        await editor.policies.hold(conn)
        here = await _here(editor, request, conn, who)
        draft = await draft_of(here, name, editor.policies, editor.check)
        if draft.policy is None or not draft.is_told or not draft.changes:
            return await _refused(editor, here, draft)
        made = await editor.publish(conn, draft.policy, who)
        await remember(conn, who)
        said = here.gettext("Version %(num)s is in force.") % {"num": made.version}
        return await web_of(request).after(request, f"{here.base}#{name}", said=said)

    return router


async def _here(editor: PolicyEditor[Any], request: Request, conn: Connection, who: Principal) -> Here:
    newest = await editor.policies.newest(conn)
    return Here(
        request=request,
        conn=conn,
        who=who,
        base=prefix_of(request.app.state.tier) + editor.base,
        model=editor.policies.model,
        sections=in_language(editor.sections, words_for(request)),
        version=newest,
        people=await editor.people(conn, who) if editor.people else {},
        by=writer(await names_of(conn, [newest.created_by]), newest.created_by),
    )


async def _refused(editor: PolicyEditor[Any], here: Here, draft: Draft) -> Response:
    """Nothing is published: what was typed stays, and the page says why."""
    if is_lively(here.request):
        headers = {"HX-Reswap": "none", "HX-Push-Url": "false"}
        return await _edit(editor, here, draft, "policy_live.j2", status=422, headers=headers)
    return await _edit(editor, here, draft, status=422)


async def _edit(
    editor: PolicyEditor[Any], here: Here, draft: Draft, template: str = "policy_edit.j2", *, status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    kept = draft.section.kept or here.gettext(editor.kept)
    return await _answer(
        editor, here, template, status=status, headers=headers, draft=draft, kept=kept, faults=draft.faults.at
    )


async def _answer(
    editor: PolicyEditor[Any], here: Here, template: str, *, status: int = 200,
    headers: Mapping[str, str] | None = None, **context: Any,
) -> Response:  # fmt: skip
    frame = await editor.bar(here.conn, here.who) if editor.bar else {}
    shown = {"here": here, "acts": here.who.role == "supervisor", **frame, **context}
    return web_of(here.request).pages.answer(here.request, template, status=status, headers=headers, **shown)
