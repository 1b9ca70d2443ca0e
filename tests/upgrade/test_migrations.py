"""Migrations since the last release only add, so that its processes go on while the new ones start."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from tests.replay.releases import ROOT, Release, ReleaseAway, releases

# What the code of the last release could no longer do without.
_TAKES_AWAY = {
    "drops": re.compile(r"\bDROP\s+(?:TABLE|COLUMN|VIEW|TYPE)\b", re.IGNORECASE),
    "renames": re.compile(r"\bRENAME\b", re.IGNORECASE),
    "changes the type of": re.compile(r"\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:SET\s+DATA\s+)?TYPE\b", re.IGNORECASE),
    "makes compulsory": re.compile(r"\bSET\s+NOT\s+NULL\b", re.IGNORECASE),
    "adds, compulsory and without a default": re.compile(
        r"\bADD\s+COLUMN\s+(?!.*(?:\bDEFAULT\b|\bGENERATED\b)).*\bNOT\s+NULL\b", re.IGNORECASE
    ),
}
_CREATED = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", re.IGNORECASE)
_ALTERED = re.compile(r"\b(?:ALTER|DROP)\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(\w+)", re.IGNORECASE)


def released(release: Release) -> dict[str, str]:
    """The migrations of a release: the hash that git has of each, by path."""
    command = ["git", "ls-tree", "-r", release.commit, "--", "services"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert listed.returncode == 0, release.way_to_it()
    rows = (line.partition("\t") for line in listed.stdout.splitlines())
    return {path: head.split()[2] for head, _, path in rows if re.search(r"/migrations/\d+_\w+\.sql$", path)}


def at_hand() -> dict[str, str]:
    """The migrations now, by path."""
    found = sorted(ROOT.glob("services/*/migrations/*.sql"))
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def git_hash(text: str) -> str:
    content = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def takes_away(text: str, new_tables: set[str]) -> list[str]:
    """What these statements take from code that knows the tables as they were."""
    found = []
    # Bodies of functions and strings are not commands of the migration.
    plain = re.sub(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'", "''", re.sub(r"--[^\n]*", "", text), flags=re.DOTALL)
    for statement in plain.split(";"):
        table = _ALTERED.search(statement)
        if table and table[1] in new_tables:
            continue
        for part in re.split(r",\s*(?=ADD|ALTER|DROP)", " ".join(statement.split()), flags=re.IGNORECASE):
            found += [f"{what}: {part.strip()}" for what, pattern in _TAKES_AWAY.items() if pattern.search(part)]
    return found


def test_no_released_migration_was_changed_or_removed() -> None:
    now = at_hand()
    for path, known in released(releases()[-1]).items():
        assert path in now, f"{path} has been released: databases know it. Bring it back"
        assert git_hash(now[path]) == known, f"{path} has been released: bring it back, and write a new migration"


def test_migrations_since_the_last_release_take_nothing_away() -> None:
    before = released(releases()[-1])
    new = {path: text for path, text in at_hand().items() if path not in before}
    tables = {name for text in new.values() for name in _CREATED.findall(text)}
    found = [f"{path} {what}" for path, text in new.items() for what in takes_away(text, tables)]
    assert not found, "\n".join([
        *found,
        "The processes of the last release run on the new schema while they are replaced. First add, and let the code",
        "use what is new; take the old away in the release after that.",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("ALTER TABLE leads DROP COLUMN note;", "drops"),
        ("DROP TABLE IF EXISTS leads", "drops"),
        ("ALTER TABLE leads RENAME COLUMN note TO remark", "renames"),
        ("alter table leads alter column note type int using note::int", "changes the type of"),
        ("ALTER TABLE leads ALTER note SET NOT NULL", "makes compulsory"),
        ("ALTER TABLE leads ADD COLUMN a int DEFAULT 1 NOT NULL, ADD COLUMN b int NOT NULL", "adds, compulsory"),
    ],
)
def test_what_takes_away_is_seen(statement: str, what: str) -> None:
    (found,) = takes_away(statement, set())
    assert found.startswith(what)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE leads ADD COLUMN note text",
        "ALTER TABLE leads ADD COLUMN tries int NOT NULL DEFAULT 0, ADD COLUMN note text",
        "ALTER TABLE leads DROP CONSTRAINT leads_stage_check",
        "ALTER TABLE remarks RENAME COLUMN note TO remark",
        "CREATE TABLE remarks (note text NOT NULL)",
        "-- DROP TABLE leads",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DROP TABLE leads $$",
        "INSERT INTO kinds VALUES ('DROP TABLE leads')",
    ],
)
def test_what_only_adds_is_free(statement: str) -> None:
    assert takes_away(statement, {"remarks"}) == []


def test_a_clone_without_a_release_says_how_to_get_it(tmp_path: Path) -> None:
    known = releases()[-1]
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    origin = tmp_path / "origin"
    subprocess.run([*git, "init", "-q", origin], check=True)
    for _ in range(2):
        subprocess.run([*git, "-C", origin, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    shallow = tmp_path / "shallow"
    subprocess.run([*git, "clone", "-q", "--depth=1", f"file://{origin}", shallow], check=True)
    (tmp_path / "no-clone").mkdir()
    for root, way in (
        (shallow, "git fetch --unshallow"),
        (origin, "git fetch origin"),
        (tmp_path / "no-clone", "git clone"),
    ):
        with pytest.raises(ReleaseAway, match=way):
            known.unpack(tmp_path / "tree", root)
