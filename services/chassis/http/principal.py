"""Authentication and roles at the door of every route."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from typing import Annotated, Any, cast

from fastapi import Depends, Request, params

from services.chassis.auth import OPS, Principal, Verifier
from services.chassis.errors import Conflict, Forbidden, Unauthorized
from services.chassis.roles import ROLES, Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SIMULATED = "Leadrelay-Simulated"
"""A header by which a simulated colleague says so. It can only make a request be refused."""
PLAYED = frozenset({Role.CALLER, Role.MANAGER, Role.ACCOUNT_MANAGER})


async def authenticate(request: Request) -> Principal:
    """The verified person of this request, of this tier (or ops, reading). Once per request.

    Raises Unauthorized without a good token, Forbidden (`wrong_tier`) with one of another tier.
    """
    known = getattr(request.state, "principal", None)
    if known is not None:
        return cast(Principal, known)
    principal = await identify(request)
    check_tier(principal, request.app.state.tier or OPS, request.method)
    _step_aside(request, principal)
    request.state.principal = principal
    return principal


def _step_aside(request: Request, principal: Principal) -> None:
    """Raises Conflict for a simulated colleague who would act while a real person sits in their place.

    The sample department looks who is there before it acts; only here is it known for certain at the last moment.
    """
    if SIMULATED not in request.headers or request.method in SAFE_METHODS or principal.role not in PLAYED:
        return
    web = getattr(request.app.state, "web", None)
    if web is not None and (principal.person, principal.role) in web.presence.people():
        raise Conflict("a real person has taken this place", code="place_taken")


def authenticate_also(guests: Mapping[str, Collection[str]]) -> Callable[[Request], Coroutine[Any, Any, Principal]]:
    """Like `authenticate`, and also for these roles of other tiers, by tier."""

    async def door(request: Request) -> Principal:
        principal = await identify(request)
        if principal.role not in guests.get(principal.tier, ()):
            check_tier(principal, request.app.state.tier or OPS, request.method)
        request.state.principal = principal
        return principal

    return door


async def identify(request: Request) -> Principal:
    """The verified person of this request, of whatever tier. Raises Unauthorized without a good token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("a bearer token is required", code="token_missing")
    verifier: Verifier = request.app.state.verifier
    principal = await verifier.verify(token.strip())
    # For the access log, also when the next line refuses.
    request.scope["leadrelay.person"] = principal.person
    return principal


def check_tier(principal: Principal, tier: str, method: str) -> None:
    """Raises Forbidden unless this person works in the tier, or is of ops and only reads."""
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

    return Depends(cast(Callable[..., Awaitable[None]], _Gate(roles)))


class _Gate:
    """What `allow` puts on a route: as a dependency for the document, asked by the route before it reads a body."""

    def __init__(self, roles: Collection[str]) -> None:
        self._roles = roles

    async def __call__(self, who: Who) -> None:
        self.check(who)

    def check(self, who: Principal) -> None:
        if who.role not in self._roles and not who.is_ops:
            raise Forbidden(f"this needs the role {' or '.join(self._roles)}", code="wrong_role")


def check_roles(dependencies: Iterable[params.Depends], who: Principal) -> None:
    """Raises Forbidden unless every `allow` among a route's dependencies lets this person through."""
    for one in dependencies:
        if isinstance(one.dependency, _Gate):
            one.dependency.check(who)
