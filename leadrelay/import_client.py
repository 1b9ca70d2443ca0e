"""`leadrelay import`: a file of leads into a running house, with a bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 60.0
_VERDICTS = ("accepted", "merged", "duplicates", "rejected")
_Job = Mapping[str, Any]


class ImportRefused(Exception):
    """The file was not taken, or the import failed half-way; the message is for whoever sent it."""


@dataclass(frozen=True)
class Wanted:
    """What to import and how; the fields of `POST /v1/imports`."""

    file: Path
    default_region: str
    mapping: str
    dry_run: bool
    encoding: str | None = None
    sheet: str | None = None


def run_import(address: str, token: str, wanted: Wanted) -> _Job:
    """Post the file to lead_gen at `address`, follow it to its end and return it. Raises ImportRefused."""
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=120) as client:
        try:
            job = _post(client, wanted)
            with _bar(job["expected_rows"]) as show:
                job = _follow(client, job, show)
        except httpx.HTTPError as error:
            raise ImportRefused(f"{address} does not answer: {error}") from None
    if job["state"] == "failed":
        raise ImportRefused(f"import {job['id']} failed after {job['rows']} rows: {job['error']}")
    if job["state"] == "cancelled":
        raise ImportRefused(f"import {job['id']} was called off after {job['rows']} rows; they stay")
    return job


def summary(job: _Job) -> str:
    """The verdicts of an import, in a line or two."""
    counts = ", ".join(f"{job[name]:,} {name}" for name in _VERDICTS)
    text = f"{job['rows']:,} rows: {counts}" + (" (dry run: nothing was changed)" if job["dry_run"] else "")
    if job["rejected"]:
        text += f"\nThe rejected rows and why: GET /v1/imports/{job['id']}/rejects.csv"
    return text


def understood(job: _Job) -> str:
    """How the file was read: encoding, separator, columns, and what a person should look at."""
    form = {"\t": "tabs", ",": "commas", ";": "semicolons"}.get(job["delimiter"], f"'{job['delimiter']}'")
    read = "a workbook" if job["format"] == "xlsx" else f"text in {job['encoding']}, separated by {form}"
    lines = [f"Read as {read}", *(f"  {column} -> {field}" for field, column in job["mapping"].items())]
    if job["ignored"]:
        lines.append(f"Not read: {', '.join(job['ignored'])}")
    return "\n".join([*lines, *job["questions"]])


def _post(client: httpx.Client, wanted: Wanted) -> _Job:
    form = {
        "default_region": wanted.default_region,
        "mapping": wanted.mapping,
        "dry_run": str(wanted.dry_run).lower(),
    }
    form |= {name: told for name in ("encoding", "sheet") if (told := getattr(wanted, name))}
    with wanted.file.open("rb") as content:
        answer = client.post("/v1/imports", files={"file": (wanted.file.name, content)}, data=form)
    if answer.status_code == httpx.codes.ACCEPTED:
        job: _Job = answer.json()
        return job
    raise ImportRefused(f"{wanted.file} was refused: {_reason(answer)}")


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        fields = [f"{item['field']}: {item['reason']}" for item in problem.get("errors", ())]
        return "; ".join(fields) or str(problem.get("detail") or problem["title"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"


def _follow(client: httpx.Client, job: _Job, show: Callable[[int], None]) -> _Job:
    answered = time.monotonic()
    while job["state"] in ("queued", "running"):
        time.sleep(_POLL_SECONDS)
        try:
            job = client.get(f"/v1/imports/{job['id']}").raise_for_status().json()
            answered = time.monotonic()
        except httpx.HTTPError:
            # The import goes on in the worker whatever becomes of the api in the meantime.
            if time.monotonic() - answered > _PATIENCE_SECONDS:
                raise
        show(job["rows"])
    return job


@contextmanager
def _bar(total: int | None) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("rows", total=total)
        yield lambda rows: progress.update(task, completed=rows)
