"""The form of a new campaign, as it is typed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.errors import Invalid
from services.lead_gen.schemas.campaigns import NewCampaign

Callers = list[str]


class CampaignForm(BaseModel):
    """A campaign as it is described. Empty criteria take everybody; an empty script reads none."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(default="", max_length=1000)
    criteria_id: str = Field(default="", max_length=64)
    script_id: str = Field(default="", max_length=64)
    priority: int = Field(default=0, ge=0, le=9)
    callers: Callers = Field(default_factory=list, max_length=200)

    def told(self) -> NewCampaign:
        """The same as REST takes it. Raises Invalid `name`."""
        name = " ".join(self.name.split())
        if not name:
            raise Invalid("Give it a name that callers will know it by", field="name")
        if len(name) > 100:
            raise Invalid("Make it shorter: 100 characters at the most", field="name")
        return NewCampaign(
            name=name,
            criteria_id=self.criteria_id or None,
            script_id=self.script_id or None,
            priority=self.priority,
        )
