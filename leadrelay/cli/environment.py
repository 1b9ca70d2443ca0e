"""`leadrelay init-env`: what the containers need before their first start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from leadrelay.cli.common import give_up

_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command("init-env")(init_env)


def init_env(
    domain: Annotated[str | None, typer.Option(help="The name that people open, e.g. crm.example.org.")] = None,
    issuer: Annotated[str, typer.Option(help="Your OpenID Connect issuer, https://...")] = "",
    jwks: Annotated[str, typer.Option(help="Where its keys are, https://...")] = "",
    mail_from: Annotated[str, typer.Option(help="Sender of all mails; by default sales@DOMAIN.")] = "",
    trial: Annotated[
        bool, typer.Option("--trial", help="For trying it: anybody may sign in as anybody, and no mail leaves.")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="The domain is known to the world: Caddy gets its certificate.")
    ] = False,
    https_port: Annotated[int, typer.Option(min=1, max=65535, help="Of the front door, on this machine.")] = 443,
    http_port: Annotated[int, typer.Option(min=1, max=65535, help="From where people are led to https.")] = 80,
    renew: Annotated[
        bool, typer.Option("--renew", help="Only a new certificate for the front door, by the same authority.")
    ] = False,
    out: Annotated[Path, typer.Option(file_okay=False, help="Where docker-compose.yml is.", metavar="DIR")] = Path(),
) -> None:
    """Write .env with strong secrets, and certificates/ with an authority of its own, for docker-compose.yml.

    What is there already is never overwritten. Exit code 1 then, with nothing changed.
    """
    from leadrelay.environment import files

    if renew:
        _renew(out)
        return
    if domain is None and not trial:
        give_up("--domain: give the name that people open, or try it first with --trial", 2)
    domain = (domain or files.TRIAL_DOMAIN).lower()
    _refuse(domain, issuer, jwks, trial, public)
    wanted = files.Wanted(domain, issuer, jwks, mail_from, trial, public, https_port, http_port)
    try:
        written = files.create(out, wanted)
    except (files.EnvironmentExists, OSError) as error:
        give_up(str(error))
    print("\n".join(f"written: {path}" for path in written))
    missing = [] if trial or (issuer and jwks) else ["LEADRELAY_AUTH_ISSUER", "LEADRELAY_AUTH_JWKS_URL"]
    print(f"Still to be filled in: {', '.join(missing)}" if missing else "Next: docker compose up -d --build")
    if not public:
        print(f"Browsers will trust {wanted.origin} once they know {out / files.CERTIFICATES / 'ca.crt'}")


def _refuse(domain: str, issuer: str, jwks: str, trial: bool, public: bool) -> None:
    if not _DOMAIN.fullmatch(domain):
        give_up(f"--domain {domain}: give a host name with a dot, without https:// and a path", 2)
    for option, url in (("--issuer", issuer), ("--jwks", jwks)):
        if url and not url.startswith("https://"):
            give_up(f"{option} {url}: must be https://", 2)
        if url and trial:
            give_up(f"{option}: --trial brings an issuer of its own", 2)
    if trial and public:
        give_up("--public: anybody may be anybody in a trial, so it is not for the world", 2)


def _renew(out: Path) -> None:
    from leadrelay.environment import files

    try:
        written = files.renew(out)
    except (OSError, ValueError, TypeError) as error:
        give_up(f"Nothing was renewed: {error}")
    print("\n".join(f"written: {path}" for path in written))
    print("Next: docker compose restart front_door")
