"""Playbooks as their editor shows them: the steps in force, versions before, when typed steps would be due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.edits import hold
from services.chassis.errors import Invalid, NotFound
from services.chassis.meanwhile import published_meanwhile
from services.conversion.actions.deals import now
from services.conversion.actions.kinds import PLAYBOOK
from services.conversion.actions.playbooks import save_playbook
from services.conversion.domain.playbooks import Playbook, SavedPlaybook, Step, Track, due_times, problems
from services.conversion.repository import playbook_pages, playbooks, supervisors, templates
from services.conversion.repository.policies import policies
from services.conversion.schemas.playbooks import NewPlaybook

_MOST = 200
_MOST_VERSIONS = 50


@dataclass(frozen=True)
class PlaybookList:
    """The newest version of each, and how many deals are in each now."""

    playbooks: list[SavedPlaybook]
    running: Mapping[str, int]
    names: Mapping[str, str]


@dataclass(frozen=True)
class PlaybookPage:
    """One playbook: its versions, the latest first, the mails it may send, and how many deals are in it now."""

    name: str
    versions: list[SavedPlaybook]
    mails: list[str]
    running: int
    names: Mapping[str, str]

    @property
    def current(self) -> SavedPlaybook | None:
        """The version in force."""
        return self.versions[0] if self.versions else None

    @property
    def version(self) -> int:
        """What a form is drawn with."""
        return self.versions[0].version if self.versions else 0

    def of_version(self, number: int) -> Playbook:
        """The steps of an earlier version. Raises NotFound."""
        for one in self.versions:
            if one.version == number:
                return one.body
        raise NotFound(f"there is no version {number} of this playbook")


async def read_playbooks(conn: Connection) -> PlaybookList:
    """Everything that is done with leads by plan."""
    return PlaybookList(
        playbooks=await playbooks.newest(conn, _MOST),
        running=await playbook_pages.running(conn),
        names=await supervisors.names_of_staff(conn),
    )


async def read_playbook(conn: Connection, name: str) -> PlaybookPage:
    """One playbook, also one that nobody has written yet."""
    return PlaybookPage(
        name=name,
        versions=await playbook_pages.versions(conn, name, _MOST_VERSIONS),
        mails=sorted(await templates.names(conn)),
        running=(await playbook_pages.running(conn)).get(name, 0),
        names=await supervisors.names_of_staff(conn),
    )


async def times_of(conn: Connection, playbook: Playbook) -> Mapping[Track, list[tuple[Step, datetime]]]:
    """When each step would be due if the playbook began now and each were done on time."""
    rules, at = await policies.rules(conn), now()
    tracks: tuple[Track, ...] = ("main", "positive", "negative")
    return {track: due_times(playbook.track(track), rules, at, None) for track in tracks}


def faults_of(page: PlaybookPage, playbook: Playbook) -> list[tuple[str, str]]:
    """All that is wrong with it: (field, reason)."""
    return [(field.removeprefix("body."), reason) for field, reason in problems(playbook, page.mails)]


async def publish_playbook(conn: Connection, name: str, playbook: Playbook, who: Principal, seen: int) -> None:
    """The next version of the playbook. Raises Conflict (`changed_meanwhile`), Invalid."""
    await hold(conn, PLAYBOOK, name)
    newest = await playbooks.find(conn, name)
    if seen != (newest.version if newest else 0):
        by, version = (newest.created_by, newest.version) if newest else ("", 0)
        raise await published_meanwhile(conn, by, version)
    if newest is not None and newest.body == playbook:
        raise Invalid("Nothing is different yet", field="priority")
    await save_playbook(conn, NewPlaybook(name=name, body=playbook), who)
