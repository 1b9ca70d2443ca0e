"""Processes of production, told everything by the environment: `api`, `worker`, `mail-door`, `migrate`, `register`."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Annotated

import typer

from leadrelay.cli.common import Service, Tier, give_up

if TYPE_CHECKING:
    from services.chassis.settings import Settings


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

    settings = _settings()
    try:
        serve(importlib.import_module(f"services.{service}.api").build_app(settings), settings)
    except SettingsError as error:
        give_up(str(error))


def worker(tier: Annotated[Tier, typer.Argument(metavar="TIER")]) -> None:
    """Run a tier's workflows and activities, and deliver its outbox to Temporal."""
    settings = _settings()
    _require_database(settings)
    asyncio.run(importlib.import_module(f"services.{tier}.worker").run(settings))


def mail_door() -> None:
    """Take mail in by SMTP, LMTP or from an IMAP mailbox, and hand it to the tier whose mail it answers."""
    from services.chassis.mail.door import process
    from services.chassis.settings import SettingsError, load_mail_door_settings

    settings = _settings()
    try:
        asyncio.run(process.run(settings, load_mail_door_settings(settings)))
    except SettingsError as error:
        give_up(str(error))


def migrate(
    tier: Annotated[Tier | None, typer.Argument(metavar="[TIER]", help="Every tier if none is given.")] = None,
) -> None:
    """Bring a tier's database up to date.

    The database is LEADRELAY_DATABASE_DSN, in which {tier} stands for the tier's name.
    """
    import asyncpg

    from leadrelay.migrations import migrate_tier
    from services.chassis.migrate import MigrationError

    settings = _settings()
    _require_database(settings)
    if tier is None and "{tier}" not in settings.database_dsn:
        give_up("LEADRELAY_DATABASE_DSN: must contain {tier} when no tier is named, as each has its own database")
    for name in [tier] if tier else list(Tier):
        dsn = settings.database_dsn.replace("{tier}", name)
        try:
            applied = asyncio.run(migrate_tier(name, dsn, settings.policy))
        except (MigrationError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            give_up(f"{name}: {error}")
        print(f"{name}: {', '.join(applied) or 'nothing to do'}")


def register() -> None:
    """Register the search attributes with the Temporal server at TEMPORAL_ADDRESS."""
    from temporalio.service import RPCError

    from services.chassis.temporal import connect, ensure_search_attributes

    async def run() -> list[str]:
        return await ensure_search_attributes(await connect(_settings()))

    try:
        added = asyncio.run(run())
    except (RPCError, RuntimeError, OSError) as error:
        give_up(f"Temporal: {error}")
    print(f"registered: {', '.join(added) or 'nothing to do'}")


def _settings() -> Settings:
    from services.chassis.settings import SettingsError, load_settings

    try:
        return load_settings()
    except SettingsError as error:
        give_up(str(error))


def _require_database(settings: Settings) -> None:
    if not settings.database_dsn:
        give_up("LEADRELAY_DATABASE_DSN: is not set")
