"""Instructions for situations that the script does not cover."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from services.chassis.http import Body, Id, Model
from services.lead_gen.domain.instructions import Instruction, normal
from services.lead_gen.schemas.fields import LongText, Name, Title, example

Situation = Annotated[Name, AfterValidator(normal)]


class NewInstruction(Body):
    """What to do in an unclear situation. `situations` say when it is proposed: `kind:value`, or a bare value.

    Kinds are `outcome`, `node` (of a script), `objection`, `industry`.
    """

    model_config = example(
        title="They ask for a price",
        text="Do not name one. Say that the manager calls back with a price for their route.",
        tags=["price"],
        situations=["node:interest", "objection:too expensive", "industry:Food"],
    )

    title: Title
    text: LongText
    tags: list[Name] = Field(default_factory=list, max_length=20)
    situations: list[Situation] = Field(default_factory=list, max_length=50)


class InstructionView(Instruction, Model):
    """One instruction. `helped` is how often a caller said so; `snippet`, of a search, is HTML with `<mark>`."""


class ProposedInstruction(InstructionView):
    """An instruction that matches the situation, and how many of its facts."""

    fits: int


class InstructionLink(Model):
    """An instruction by its title, on the call desk."""

    id: str
    title: str


class NewHelp(Body):
    """An instruction helped, in this call if one is named."""

    model_config = example(item_id="0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10")

    item_id: Id | None = None
