"""The provider's pages and endpoints, by their standard names; discovery tells where they are."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import unquote, urlencode

from fastapi import FastAPI, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from leadrelay.identity_provider.chairs import Present, nobody
from leadrelay.identity_provider.grants import CLIENT, Choice, Client, GrantRefused, Grants
from leadrelay.identity_provider.people import STAFF, somebody
from leadrelay.stack.front_door import IDENTITY_PATH
from services.chassis.dev_issuer import DevIssuer
from services.chassis.roles import ROLES
from services.chassis.web.oidc import BACK
from services.chassis.web.pages import Pages
from services.chassis.web.static import Assets


class Asked(BaseModel):
    """What a client asks for at the authorization endpoint (RFC 6749, 4.1.1, and RFC 7636)."""

    model_config = ConfigDict(extra="ignore")

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""

    def wrong(self, clients: Mapping[str, Client]) -> str | None:
        """Why this cannot be answered, or none."""
        client = clients.get(self.client_id)
        if client is None or self.redirect_uri != client.back:
            return "The client or the address to go back to is not the one that is known here."
        if self.response_type != "code":
            return "This provider gives codes."
        if client.secret is not None and not self.code_challenge:
            return None
        if self.code_challenge_method != "S256" or not self.code_challenge:
            return "This provider gives codes, with a proof key (PKCE, S256)."
        return None


class TokenForm(BaseModel):
    """What a client asks for at the token endpoint."""

    model_config = ConfigDict(extra="ignore")

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""


class ChoiceForm(Asked):
    """Who somebody says they are: `role` is `tier/role`."""

    role: str
    person: str


def build_app(
    issuer: DevIssuer,
    origin: str,
    present: Present = nobody,
    others: Sequence[Client] = (),
    *,
    is_empty: bool = False,
) -> FastAPI:
    """The provider for the pages at this origin, and other clients; `present` tells who is at a desk now.

    `is_empty`: there is no sample department, so whoever comes is told how an organisation begins.
    """
    app = FastAPI(title="Leadrelay identity provider", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.is_empty = is_empty
    address = f"{origin}{IDENTITY_PATH}"
    pages = Pages(Assets(), tier=None, package="leadrelay.identity_provider")
    _add_facts(app, issuer, origin, address)
    grants = Grants(issuer, address)
    clients = {client.id: client for client in (Client(CLIENT, f"{origin}{BACK}"), *others)}
    _add_choice(app, pages, grants, clients, present)
    _add_tokens(app, grants, clients)
    return app


def _add_facts(app: FastAPI, issuer: DevIssuer, origin: str, address: str) -> None:
    discovery = {
        "issuer": address,
        "authorization_endpoint": f"{address}/authorize",
        "token_endpoint": f"{address}/token",
        "jwks_uri": f"{address}/jwks",
        "end_session_endpoint": f"{address}/end-session",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
    }

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        return discovery

    @app.get("/jwks")
    async def jwks() -> FileResponse:
        return FileResponse(issuer.jwks, media_type="application/json")

    @app.get("/end-session")
    async def end_session(post_logout_redirect_uri: str = "") -> RedirectResponse:
        # There is no session here that could end: the next sign-in asks again who they are.
        known = post_logout_redirect_uri == f"{origin}/"
        return RedirectResponse(post_logout_redirect_uri if known else "/", status_code=303)


def _add_choice(app: FastAPI, pages: Pages, grants: Grants, clients: Mapping[str, Client], present: Present) -> None:
    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        asked = Asked.model_validate(dict(request.query_params))
        roles = [(f"{tier}/{role}", f"{role} · {tier}".replace("_", " ")) for tier in ROLES for role in ROLES[tier]]
        wrong = asked.wrong(clients)
        status = 400 if wrong else 200
        here = await present()
        return pages.answer(
            request,
            "who.j2",
            status=status,
            asked=asked,
            wrong=wrong,
            staff=STAFF,
            roles=roles,
            here=here,
            is_empty=request.app.state.is_empty,
        )

    @app.post("/authorize")
    async def choose(form: Annotated[ChoiceForm, Form()]) -> Response:
        tier, _, role = form.role.partition("/")
        person = somebody(tier, role, form.person.strip())
        wrong = form.wrong(clients)
        if wrong or person is None:
            return JSONResponse({"error": "invalid_request", "error_description": wrong}, status_code=400)
        client = clients[form.client_id]
        code = grants.code(Choice(person, client, form.code_challenge, form.nonce))
        return RedirectResponse(f"{client.back}?{urlencode({'code': code, 'state': form.state})}", status_code=303)


def _add_tokens(app: FastAPI, grants: Grants, clients: Mapping[str, Client]) -> None:
    @app.post("/token")
    async def token(request: Request, form: Annotated[TokenForm, Form()]) -> JSONResponse:
        try:
            client_id, secret = _shown(request, form)
            client = clients.get(client_id)
            if client is None or not client.is_it(secret):
                raise GrantRefused("invalid_client", "this client is not known here")
            if form.grant_type == "authorization_code":
                given = grants.for_code(client, form.code, form.redirect_uri, form.code_verifier)
            elif form.grant_type == "refresh_token":
                given = grants.for_refresh(form.refresh_token)
            else:
                raise GrantRefused("unsupported_grant_type", "only authorization_code and refresh_token")
        except GrantRefused as error:
            return JSONResponse({"error": error.error, "error_description": str(error)}, status_code=400)
        return JSONResponse(given, headers={"Cache-Control": "no-store"})


def _shown(request: Request, form: TokenForm) -> tuple[str, str]:
    """The client's id and secret, from its header (RFC 6749, 2.3.1) or its form."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise GrantRefused("invalid_client", "the header cannot be read") from None
    return unquote(name), unquote(secret)
