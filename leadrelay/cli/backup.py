"""`leadrelay backup` and `restore`: the databases of the three tiers, into a folder and back."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, Tier, give_up

if TYPE_CHECKING:
    from leadrelay.backup.manifest import Manifest
    from leadrelay.backup.restore import Restored

Result = TypeVar("Result")
_NEXT = """
Next:
  1. leadrelay check --repair          what is to be mended. Temporal runs meanwhile, the restored tiers do not
  2. leadrelay check --repair --yes    ends workflows that know what the records forgot, starts them from the records
  3. start everything, and let `leadrelay check` say that everything agrees
In containers: docker compose run --rm tools check --repair, and for the last step docker compose up -d"""


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    into: Annotated[Path, typer.Option(file_okay=False, help="Where backups are kept.", metavar="DIR")] = Path(
        "backups"
    ),
    verify: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Only see that this one is whole.", metavar="BACKUP"),
    ] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Back up the three databases of a running system, as of one moment, into a new folder that only you can read.

    They are those in LEADRELAY_DATABASE_DSN or LEADRELAY_DATABASE_DSNS, else those of the stack in --data. With
    --verify: compare sizes and checksums, and let PostgreSQL read it. Exit code 0: it is whole; 1: it is not, or there
    is none.
    """
    from leadrelay.backup.manifest import read_manifest
    from leadrelay.backup.places import open_databases
    from leadrelay.backup.take import take
    from leadrelay.backup.verify import verify as look
    from leadrelay.stack.data_directory import DataDirectory

    async def run() -> Path:
        async with open_databases(DataDirectory(data), at_rest=False) as dsns:
            return await take(dsns, into)

    if verify is not None:
        _print_manifest(_finished(look(verify)))
        print(f"whole: {verify}")
        return
    folder = _finished(run())
    _print_manifest(read_manifest(folder))
    print(f"written: {folder}")


def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A backup.", metavar="BACKUP")],
    tier: Annotated[
        list[Tier] | None, typer.Option("--tier", help="Only this tier; may be repeated. All if none is named.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what the databases hold; without it, they must be empty.")
    ] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Bring databases back from a backup, whole or not at all; an older one is brought up to date.

    Into the databases in LEADRELAY_DATABASE_DSN or LEADRELAY_DATABASE_DSNS, else of the stack in --data, which must not
    run. Exit code 0: everything is back; 1: nothing was changed, and why.
    """
    from leadrelay.backup.places import open_databases
    from leadrelay.backup.restore import restore
    from leadrelay.stack.data_directory import DataDirectory

    tiers = [one.value for one in Tier if not tier or one in tier]

    async def run() -> Restored:
        async with open_databases(DataDirectory(data), at_rest=True) as dsns:
            return await restore(folder, dsns, tiers, overwrite=overwrite)

    _print_restored(_finished(run()))


def _print_manifest(manifest: Manifest) -> None:
    print(f"{manifest.id}, Leadrelay {manifest.leadrelay}")
    for part in manifest.parts:
        rows = ", ".join(f"{count:,} {what}" for what, count in part.rows.items())
        level = f"migration {max(part.migrations.get(f'services.{part.tier}.migrations', [0])):04d}"
        print(f"  {part.tier:<13} {part.taken_at:%H:%M:%S.%f}  {part.bytes:>12,} bytes  {rows}; {level}")
    print(f"  all within {manifest.spread_seconds * 1000:.0f} ms")


def _print_restored(done: Restored) -> None:
    for tier, rows in done.rows.items():
        taken_at = done.manifest.part(tier).taken_at
        holds = ", ".join(f"{count:,} {what}" for what, count in rows.items())
        print(f"{tier}: as of {taken_at:%Y-%m-%d %H:%M:%S} UTC: {holds}")
        for line in done.told[tier]:
            print(f"  - {line}")
    if done.reports:
        print(f"{done.reports} reports between the tiers are sent again; what is known of them changes nothing")
    print(_NEXT)


def _finished(work: Coroutine[Any, Any, Result]) -> Result:
    import asyncpg

    from leadrelay.backup.tools import BackupError
    from leadrelay.stack.errors import StackError
    from services.chassis.settings import SettingsError

    try:
        return asyncio.run(work)
    except (BackupError, StackError, SettingsError) as error:
        give_up(str(error))
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        give_up(f"PostgreSQL says: {error}")
    except (OSError, TimeoutError) as error:
        give_up(f"A database cannot be reached: {error or type(error).__name__}")
