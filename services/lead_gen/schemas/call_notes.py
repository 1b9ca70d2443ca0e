"""Notes of calls that were lost."""

from __future__ import annotations

from datetime import datetime

from services.chassis.http import Model
from services.lead_gen.domain.call_drafts import GivenDraft


class CallNote(Model):
    """What a caller had written: `typed` by the fields of the page, and how far they were in the script."""

    item_id: str
    lead_id: str
    company: str
    caller: str
    typed: dict[str, str]
    path: list[str]
    given_at: datetime

    @classmethod
    def of(cls, draft: GivenDraft) -> CallNote:
        """From the draft that was given."""
        return cls.model_validate(draft.model_dump(include=set(cls.model_fields)))

    @classmethod
    def of_all(cls, drafts: list[GivenDraft]) -> list[CallNote]:
        """From several."""
        return [cls.of(draft) for draft in drafts]
