"""The do-not-call ledger."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field

from services.chassis.contacts.masks import mask_phone
from services.chassis.http import Body, Model
from services.chassis.meanings import PhoneRegion
from services.lead_gen.domain.do_not_call import LedgerChange, LedgerEntry


class NewDoNotCall(Body):
    """A withdrawal of consent. `company` covers every number of the company."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"scope": "company", "basis": "asked by e-mail", "proof": "ticket 4711"}]}
    )

    scope: Literal["phone", "company"] = "phone"
    basis: str | None = Field(default=None, max_length=200)
    proof: str | None = Field(default=None, max_length=500)
    default_region: PhoneRegion = "UA"


class DoNotCallView(LedgerEntry, Model):
    """An entry of the ledger. It stays when it is lifted, with the time of lifting."""

    @classmethod
    def in_list(cls, entry: LedgerEntry) -> Self:
        """The entry with its number masked: whoever asks for one number knows it already, a list tells none."""
        return cls.of({**dict(entry), "phone": mask_phone(entry.phone)})


class LedgerLine(LedgerChange, Model):
    """One change of a number's entry, as it was made."""
