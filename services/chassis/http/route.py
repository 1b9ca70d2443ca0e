"""The route class of every service: authenticated, and each change in exactly one database transaction.

Who asks is known, and their role checked, before a byte of the body is read. A write commits only if the handler
returns an answer below 400, together with the kept answer of its Idempotency-Key. Reads get a pooled connection when
they ask for one, and give it back before they answer.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Annotated, Any, cast

from asyncpg.transaction import Transaction
from fastapi import APIRouter, Depends, Request, params
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool, acquire, end, is_broken
from services.chassis.errors import Unavailable
from services.chassis.http.bodies import MULTIPART, form_kind, limit_body, read_form, read_json
from services.chassis.http.idempotency import HEADER, Claim, read_key
from services.chassis.http.principal import SAFE_METHODS, authenticate, authenticate_also, check_roles
from services.chassis.http.queries import check_query, known_parameters
from services.chassis.http.tagged import with_tag

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_UNKNOWN = (
    "the connection to the database broke while the change was being saved, so it may have been saved or not; send the"
    " request again with the same Idempotency-Key, or, if it had none, look first"
)
# Declared for the OpenAPI document; `authenticate` does the work and answers with our own problem documents.
bearer = HTTPBearer(auto_error=False, description="JWT with the claims sub, tier, role.")


class _RolledBackError(Exception):
    """Carries an error answer out of the transaction, so that it is rolled back."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@asynccontextmanager
async def _transaction(conn: Connection) -> AsyncIterator[None]:
    """Like `conn.transaction()`, and honest about a connection that breaks: nobody knows whether it has committed."""
    transaction = conn.transaction()
    await transaction.start()
    try:
        yield
    except BaseException as error:
        if not is_broken(error):
            await _roll_back(conn, transaction)
        raise
    try:
        await transaction.commit()
    except Exception as error:
        if is_broken(error):
            raise Unavailable(_UNKNOWN, code="outcome_unknown") from error
        raise


async def _roll_back(conn: Connection, transaction: Transaction) -> None:
    try:
        await transaction.rollback()
    except Exception as error:
        if not is_broken(error):
            raise
        # The server does it by itself, and the answer is known already.
        end(conn)


def connection_pool(request: Request) -> Pool:
    """The process's pool. For answers that stream: they outlive the request's own connection."""
    return cast(Pool, request.app.state.pool)


async def _connection(request: Request) -> AsyncIterator[Connection]:
    shared = getattr(request.state, "conn", None)
    if shared is not None:
        yield shared
        return
    async with acquire(connection_pool(request)) as conn:
        yield conn


ConnectionPool = Annotated[Pool, Depends(connection_pool)]
Conn = Annotated[Connection, Depends(_connection, scope="function")]
"""The request's connection: inside its transaction for a write, a plain pooled one for a read."""


Door = Callable[[Request], Coroutine[Any, Any, Principal]]


class TransactionalRoute(APIRoute):
    """See the module's docstring. Made by `new_router`; a route never begins or commits by itself."""

    door: Door = staticmethod(authenticate)
    body_bytes: int | None = None
    apart: frozenset[str] = frozenset()
    """Fields of a form that are no part of what is asked, and may differ when it is sent again."""

    any_query: bool = False
    """Whether parameters that it does not know pass: links to pages come from everywhere."""

    @staticmethod
    def kept(request: Request, response: Response) -> Response:  # noqa: ARG004 - for those who keep less
        """What a later request with the same Idempotency-Key is answered."""
        return response

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's handler (which reads the body, resolves dependencies and calls the endpoint)."""
        handle = super().get_route_handler()
        door = _with_roles(self.door, self.dependencies)
        if not self.any_query:
            door = _with_query(door, known_parameters(self))
        if not self.methods or self.methods <= SAFE_METHODS:
            return _reader(handle, door)
        takes_form = self.body_field is not None and isinstance(self.body_field.field_info, params.Form)
        read = _body_reader(takes_form, self.body_field is not None, self.body_bytes, self.apart)
        return _writer(handle, door, read, self.kept)


def _with_roles(door: Door, dependencies: Sequence[params.Depends]) -> Door:
    async def checked(request: Request) -> Principal:
        principal = await door(request)
        check_roles(dependencies, principal)
        return principal

    return checked


def _with_query(door: Door, known: Collection[str]) -> Door:
    async def checked(request: Request) -> Principal:
        principal = await door(request)
        check_query(request, known)
        return principal

    return checked


def _reader(handle: Handler, door: Door) -> Handler:
    async def read(request: Request) -> Response:
        await door(request)
        return with_tag(request, await handle(request))

    return read


def _body_reader(
    takes_form: bool, takes_json: bool, body_bytes: int | None, apart: Collection[str]
) -> Callable[[Request], Awaitable[bytes]]:
    """What reads a body of this kind within its limits, and gives its hash."""

    async def read(request: Request) -> bytes:
        settings = request.app.state.settings
        limit = body_bytes or (settings.max_upload_bytes if takes_form else settings.max_body_bytes)
        limit_body(request, limit, settings.body_seconds)
        if takes_form or (apart and form_kind(request)):
            return await read_form(request, apart)
        return await read_json(request, expected=takes_json)

    return read


def _key(request: Request) -> str | None:
    """The key of this change: a header's, or the one that was drawn with the form and that its door has read."""
    if request.method != "POST":
        return None
    return read_key(request.headers.get(HEADER, getattr(request.state, "idempotency_key", None)))


def _writer(
    handle: Handler,
    door: Door,
    read_body: Callable[[Request], Awaitable[bytes]],
    kept: Callable[[Request, Response], Response],
) -> Handler:
    async def write(request: Request) -> Response:
        principal = await door(request)
        key = _key(request)
        # The body is read first: a slow sender must not keep a database connection busy.
        digest = await read_body(request)
        if request.app.state.pool is None:  # the operators' API: its effects are in other systems
            return await handle(request)
        await request.app.state.person_names.remember(connection_pool(request), principal)
        route = f"{request.method} {request.scope['route'].path}"
        claim = Claim.of(principal, route, key, digest) if key is not None else None
        # Files take long: most of the pool is left to those who send none.
        place = request.app.state.upload_places if form_kind(request) == MULTIPART else nullcontext()
        try:
            async with place, acquire(connection_pool(request)) as conn, _transaction(conn):
                return await _in_transaction(conn, request, handle, claim, kept)
        except _RolledBackError as outcome:
            return outcome.response

    return write


async def _in_transaction(
    conn: Connection,
    request: Request,
    handle: Handler,
    claim: Claim | None,
    kept: Callable[[Request, Response], Response],
) -> Response:
    if claim is not None and (earlier := await claim.take(conn)) is not None:
        return earlier
    request.state.conn = conn
    response = await handle(request)
    if response.status_code >= 400:
        raise _RolledBackError(response)
    if (change := getattr(request.state, "change", None)) is not None:
        await change.done(response)
    if claim is not None:
        await claim.store(conn, kept(request, response))
    return response


def _operation_id(route: APIRoute) -> str:
    """`post_calls_item_id_outcome`: short, stable, and unique because method and path are."""
    path = re.sub(r"\W+", "_", route.path_format.removeprefix("/v1")).strip("_")
    return f"{min(route.methods or {'get'}).lower()}_{path}"


def new_router(
    *, tags: list[str], prefix: str = "/v1", guests: Mapping[str, Collection[str]] | None = None
) -> APIRouter:
    """A router whose routes need a bearer token of this tier and change things in one transaction each.

    `guests` are roles of other tiers, by tier, that may use these routes too; `allow` still says which.
    """
    route_class: type[APIRoute] = TransactionalRoute
    if guests:
        door = authenticate_also(guests)
        route_class = type("GuestRoute", (TransactionalRoute,), {"door": staticmethod(door)})
    return APIRouter(
        prefix=prefix,
        tags=list(tags),
        route_class=route_class,
        dependencies=[Depends(bearer)],
        generate_unique_id_function=_operation_id,
        # Its presence also keeps FastAPI from documenting an error model of its own; see openapi.py.
        responses={"default": {"description": "An error, as a problem document."}},
    )


def door_router(
    *, tags: list[str], door: Door, prefix: str = "/v1", body_bytes: int | None = None, takes_token: bool = False
) -> APIRouter:
    """A router like `new_router`'s, for callers that are known by something other than a bearer token of the tier.

    `body_bytes` is for bodies that are longer than the settings let others be; `takes_token` says in the document that
    the door may want a token all the same.
    """

    async def limited(request: Request) -> Principal:
        # Such a door may have to read the body before it knows who is there.
        settings = request.app.state.settings
        limit_body(request, body_bytes or settings.max_body_bytes, settings.body_seconds)
        return await door(request)

    route_class = type("DoorRoute", (TransactionalRoute,), {"door": staticmethod(limited), "body_bytes": body_bytes})
    return APIRouter(
        prefix=prefix,
        tags=list(tags),
        route_class=route_class,
        dependencies=[Depends(bearer)] if takes_token else [],
        generate_unique_id_function=_operation_id,
        responses={"default": {"description": "An error, as a problem document."}},
    )
