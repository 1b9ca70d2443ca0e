"""Processes of production, told everything by the environment: `api`, `worker`, `mail-door`, `migrate`, `register`."""

from __future__ import annotations

import asyncio
import gc
import importlib
import time
from collections.abc import Callable, Coroutine
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from leadrelay.cli.common import Service, Tier, duration, give_up

if TYPE_CHECKING:
    from services.chassis.settings import Settings

Result = TypeVar("Result")
Wait = Annotated[str, typer.Option(metavar="TIME", help="How long to try again while nobody answers: 30s, 5m.")]
_PAUSE_SECONDS = 1.0


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(api)
    app.command()(worker)
    app.command("mail-door")(mail_door)
    app.command()(migrate)
    app.command()(register)


def api(service: Annotated[Service, typer.Argument(metavar="TIER", help="A tier, or ops.")]) -> None:
    """Serve the REST API of a tier, or of ops, on LEADRELAY_HOST:LEADRELAY_PORT."""
    from services.chassis.http import serve
    from services.chassis.settings import SettingsError

    settings = settings_of("api", service)
    try:
        serve(_loaded(f"services.{service}.api").build_app(settings), settings)
    except SettingsError as error:
        give_up(str(error))


def worker(tier: Annotated[Tier, typer.Argument(metavar="TIER")]) -> None:
    """Run a tier's workflows and activities, and deliver its outbox to Temporal."""
    settings = settings_of("worker", tier)
    _require_database(settings)
    asyncio.run(_loaded(f"services.{tier}.worker").run(settings))


def _loaded(module: str) -> ModuleType:
    """The module. Nothing is garbage yet while a program loads: to look for it would take a sixth of the time."""
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        gc.enable()


def mail_door() -> None:
    """Take mail in by SMTP, LMTP or from an IMAP mailbox, and hand it to the tier whose mail it answers."""
    from services.chassis.mail.door import process
    from services.chassis.settings import SettingsError, load_mail_door_settings

    settings = settings_of("mail-door")
    try:
        asyncio.run(process.run(settings, load_mail_door_settings(settings)))
    except SettingsError as error:
        give_up(str(error))


def migrate(
    tier: Annotated[Tier | None, typer.Argument(metavar="[TIER]", help="Every tier if none is given.")] = None,
    wait: Wait = "0s",
) -> None:
    """Bring a tier's database up to date.

    The database is LEADRELAY_DATABASE_DSN, in which {tier} stands for the tier's name, or the tier's of
    LEADRELAY_DATABASE_DSNS.
    """
    import asyncpg

    from leadrelay.migrations import migrate_tier
    from services.chassis.migrate import MigrationError

    settings, until = settings_of("migrate"), _deadline(wait)
    if not settings.database_dsns:
        _require_database(settings)
    for name in [tier] if tier else list(Tier):
        dsn = settings.dsn_of(name) or (settings.database_dsn if tier else None)
        if dsn is None:
            give_up(
                "LEADRELAY_DATABASE_DSN: must contain {tier} when no tier is named, as each has its own database; "
                "or LEADRELAY_DATABASE_DSNS must name each"
            )
        bring_up = partial(migrate_tier, name, dsn, settings.policy)
        try:
            applied = _patiently(until, partial(_finished, bring_up))
        except (MigrationError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            give_up(f"{name}: {error or type(error).__name__}")
        print(f"{name}: {', '.join(applied) or 'nothing to do'}")


def register(wait: Wait = "0s") -> None:
    """Register the search attributes with the Temporal server at TEMPORAL_ADDRESS."""
    from temporalio.service import RPCError

    from services.chassis.temporal import connect, ensure_search_attributes

    settings, until = settings_of("register"), _deadline(wait)

    async def run() -> list[str]:
        return await ensure_search_attributes(await connect(settings))

    try:
        added = _patiently(until, lambda: asyncio.run(run()))
    except (RPCError, RuntimeError, OSError) as error:
        give_up(f"Temporal: {error}")
    print(f"registered: {', '.join(added) or 'nothing to do'}")


def settings_of(process: str, service: str = "") -> Settings:
    """The settings of a process, which in production must be fit for what it does, and need not hold more."""
    from services.chassis.settings import SettingsError, Use, load_settings

    first, letters = service == Service.LEAD_GEN, service in {Service.CONVERSION, Service.ACCOUNT_MGMT}
    uses = {
        "api": {
            Use.PEOPLE,
            *({Use.SWITCHBOARD} if first else ()),
            *({Use.INBOUND_MAIL} if letters else ()),
            *({Use.PAYLOADS} if service == Service.OPS else ()),
        },
        "worker": {Use.PAYLOADS, *({Use.SWITCHBOARD} if first else ())},
        "mail-door": {Use.INBOUND_MAIL},
        "migrate": set[Use](),
        "register": set[Use](),
    }
    try:
        return load_settings(uses[process])
    except SettingsError as error:
        give_up(str(error))


def _deadline(wait: str) -> float:
    return time.monotonic() + duration(wait, "--wait").total_seconds()


def _patiently(until: float, work: Callable[[], Result]) -> Result:
    """Do it, and again while nobody answers or a database is still starting, until then."""
    import asyncpg
    from temporalio.service import RPCError

    while True:
        try:
            return work()
        except (OSError, RPCError, RuntimeError, asyncpg.CannotConnectNowError, asyncpg.InvalidCatalogNameError):
            if time.monotonic() >= until:
                raise
        time.sleep(_PAUSE_SECONDS)


def _finished(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    return asyncio.run(work())


def _require_database(settings: Settings) -> None:
    if not settings.database_dsn:
        give_up("LEADRELAY_DATABASE_DSN: is not set")
