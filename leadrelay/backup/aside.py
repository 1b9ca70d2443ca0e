"""Putting what a database holds aside, under another schema, so that it can come back if a restore fails.

Extensions stay where they are: only a superuser could move them, and what is restored needs them in the same place.
"""

from __future__ import annotations

from services.chassis.db import Connection

OLD = "leadrelay_before_restore"
# Everything of ours in a schema: the word for its kind in ALTER and DROP, and its name with the schema. What belongs to
# a table goes where the table goes. Routines come first: their names tell what they take, rows of tables among it.
_OBJECTS = """
WITH ours AS (
    SELECT 'TABLE' AS kind, c.oid::regclass::text AS name, c.oid, 1 AS turn FROM pg_class c
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'SEQUENCE' END,
           c.oid::regclass::text, c.oid, 0
      FROM pg_class c
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('v', 'm', 'S')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                                                 AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)
    UNION ALL
    SELECT 'STATISTICS', format('%I.%I', $1::text, s.stxname), s.oid, 0 FROM pg_statistic_ext s
     WHERE s.stxnamespace = to_regnamespace($1)
    UNION ALL
    SELECT 'ROUTINE', p.oid::regprocedure::text, p.oid, -1 FROM pg_proc p WHERE p.pronamespace = to_regnamespace($1)
    UNION ALL
    SELECT 'TYPE', t.oid::regtype::text, t.oid, 3 FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
     WHERE t.typnamespace = to_regnamespace($1) AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c'))
SELECT kind, name FROM ours
 WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = ours.oid AND d.deptype = 'e') ORDER BY turn, name
"""


async def put_aside(conn: Connection) -> None:
    """Move everything out of the way, in the caller's transaction."""
    await conn.execute(f"CREATE SCHEMA {OLD}")
    await _move(conn, "public", OLD)


async def turn_back(conn: Connection) -> None:
    """What was put aside gets its place again, and what came in its place goes; nothing if nothing was."""
    if not await is_there(conn, OLD):
        return
    async with conn.transaction():
        for kind, name in await _objects(conn, "public"):
            await conn.execute(f"DROP {kind} IF EXISTS {name} CASCADE")
        await _move(conn, OLD, "public")
        await conn.execute(f"DROP SCHEMA {OLD}")


async def let_go(conn: Connection) -> None:
    """What was put aside is not needed any more."""
    await conn.execute(f"DROP SCHEMA IF EXISTS {OLD} CASCADE")


async def is_there(conn: Connection, schema: str, table: str | None = None) -> bool:
    """Whether there is such a schema, or such a table in it."""
    if table is None:
        return bool(await conn.fetchval("SELECT to_regnamespace($1) IS NOT NULL", schema))
    return bool(await conn.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{schema}.{table}"))


async def _move(conn: Connection, schema: str, to: str) -> None:
    for kind, name in await _objects(conn, schema):
        await conn.execute(f"ALTER {kind} {name} SET SCHEMA {to}")


async def _objects(conn: Connection, schema: str) -> list[tuple[str, str]]:
    # With no schema on the path, PostgreSQL names everything in full.
    await conn.execute("SELECT set_config('search_path', '', true)")
    found = [(row["kind"], row["name"]) for row in await conn.fetch(_OBJECTS, schema)]
    await conn.execute("RESET search_path")
    return found
