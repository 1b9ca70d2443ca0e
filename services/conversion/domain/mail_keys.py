"""What a mail's key says it is about, as far as a reason to take it back depends on it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

INVITING = ("booked", "moved", "reassigned")
"""Changes of a meeting that the next one makes out of date."""


@dataclass(frozen=True)
class MeetingMail:
    """A mail about a meeting: `what` happened, in which `sequence` of its entry, and for whom."""

    meeting_id: str
    what: str
    sequence: int = 0
    reader: str = ""

    @property
    def invites(self) -> bool:
        """Whether it makes or moves an entry in a calendar."""
        return self.what in INVITING

    def is_followed(self, others: Iterable[str]) -> bool:
        """Whether among these keys there is a later invitation for the same reader."""
        found = (meeting_mail(key) for key in others)
        return any(
            one is not None and one.invites and one.reader == self.reader and one.sequence > self.sequence
            for one in found
        )


def meeting_mail(key: str) -> MeetingMail | None:
    """From `meeting:{id}:{sequence}:{what}:{reader}`, `meeting:{id}:reminder:...` or `meeting:{id}:missed`."""
    match key.split(":"):
        case ["meeting", meeting_id, "reminder", *_]:
            return MeetingMail(meeting_id, "reminder")
        case ["meeting", meeting_id, "missed"]:
            return MeetingMail(meeting_id, "missed")
        case ["meeting", meeting_id, number, what, reader] if number.isdecimal():
            return MeetingMail(meeting_id, what, int(number), reader)
    return None


def subject_id(kind: str, key: str) -> str | None:
    """The id in a key `{kind}:{id}:...`; none in a key of another kind."""
    first, _, rest = key.partition(":")
    return rest.partition(":")[0] if first == kind else None
