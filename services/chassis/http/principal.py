"""Authentication and roles at the door of every route."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from services.chassis.auth import OPS, Principal, Verifier
from services.chassis.errors import Forbidden, Unauthorized
from services.chassis.roles import ROLES

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def authenticate(request: Request) -> Principal:
    """The verified person of this request, of this tier (or ops, reading). Once per request.

    Raises Unauthorized without a good token, Forbidden (`wrong_tier`) with one of another tier.
    """
    known = getattr(request.state, "principal", None)
    if known is not None:
        return cast(Principal, known)
    principal = await _identify(request)
    _check_tier(principal, request.app.state.tier or OPS, request.method)
    request.state.principal = principal
    return principal


def authenticate_also(guests: Mapping[str, Collection[str]]) -> Callable[[Request], Coroutine[Any, Any, Principal]]:
    """Like `authenticate`, and also for these roles of other tiers, by tier."""

    async def door(request: Request) -> Principal:
        principal = await _identify(request)
        if principal.role not in guests.get(principal.tier, ()):
            _check_tier(principal, request.app.state.tier or OPS, request.method)
        request.state.principal = principal
        return principal

    return door


async def _identify(request: Request) -> Principal:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("a bearer token is required", code="token_missing")
    verifier: Verifier = request.app.state.verifier
    principal = await verifier.verify(token.strip())
    # For the access log, also when the next line refuses.
    request.scope["leadrelay.person"] = principal.person
    return principal


def _check_tier(principal: Principal, tier: str, method: str) -> None:
    if principal.tier == tier:
        if principal.role not in ROLES[tier]:
            raise Forbidden(f"the tier {tier} has no such role, only {', '.join(ROLES[tier])}", code="wrong_role")
        return
    if principal.is_ops:
        if method in SAFE_METHODS:
            return
        raise Forbidden("ops may read everything in the tiers and change nothing", code="wrong_tier")
    raise Forbidden(f"this token is for the tier {principal.tier}", code="wrong_tier")


Who = Annotated[Principal, Depends(authenticate)]


def allow(*roles: str) -> Any:
    """A route dependency that lets only these roles through; ops may read whatever any role may read."""

    async def check(who: Who) -> None:
        if who.role not in roles and not who.is_ops:
            raise Forbidden(f"this needs the role {' or '.join(roles)}", code="wrong_role")

    return Depends(cast(Callable[..., Awaitable[None]], check))
