"""A manager as a form: what they take, how much, and when they work, each with what a new one begins with."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field, ValidationError

from services.chassis.business_time import Calendar
from services.chassis.errors import Invalid
from services.chassis.sentences import said
from services.chassis.web.drawn import LONGEST, Drawn, drawn_with
from services.chassis.web.people import PersonForm, numbered, parted
from services.conversion.desk.hours import WeekForm
from services.conversion.domain.managers import Manager
from services.conversion.schemas.managers import NewManager

TAKEN: Final = ("name", "languages", "segments", "regions", "products", "email", "team", "weight", "capacity",
                "daily_quota")  # fmt: skip
"""What is changed on a manager's page; hours and absences have a page of their own."""
_LISTS = ("languages", "segments", "regions", "products")
_WRONG: Final = {
    "languages": said("write languages as two letters with commas between them, such as uk, en"),
    "email": said("this is no e-mail address"),
    "weight": said("write a whole number from 1 to 100"),
    "capacity": said("write a whole number from 0 to 10,000"),
    "daily_quota": said("write a whole number, or nothing for any number"),
}


class ManagerForm(PersonForm):
    """As typed: lists with commas between, `hours` of a workday as `09:00-13:00, 14:00-18:00`."""

    languages: str = Field(default="", max_length=400)
    segments: str = Field(default="", max_length=2000)
    regions: str = Field(default="", max_length=2000)
    products: str = Field(default="", max_length=2000)
    hours: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=254)
    team: str = Field(default="", max_length=200)
    weight: str = Field(default="1", max_length=20)
    capacity: str = Field(default="30", max_length=20)
    daily_quota: str = Field(default="", max_length=20)
    was: str = Field(default="", max_length=LONGEST)

    @classmethod
    def of(cls, manager: Manager) -> ManagerForm:
        """The form of somebody who is there."""
        lists = {name: ", ".join(getattr(manager, name)) for name in _LISTS}
        others = {
            name: str(value) for name in TAKEN if name not in _LISTS and (value := getattr(manager, name)) is not None
        }
        form = cls.model_validate({"id": manager.id, **lists, **others})
        return form.model_copy(update={"was": drawn_with(form.texts())})

    def texts(self) -> dict[str, str]:
        """The fields of a manager's page, as they stand in it."""
        return self.model_dump(include=set(TAKEN))

    def overtaken(self, manager: Manager) -> ManagerForm:
        """What was typed, in a form of what the manager has become meanwhile."""
        now = self.of(manager)
        return now.model_copy(update=Drawn.of(self.texts(), self.was).merged(now.texts()))

    def told(self, usual: Calendar | None = None) -> NewManager:
        """Who this is; own hours have the time zone and holidays of `usual`. Raises Invalid with the field."""
        self.check()
        given: dict[str, Any] = {name: parted(getattr(self, name)) for name in _LISTS}
        given |= {name: numbered(getattr(self, name)) for name in ("weight", "capacity")}
        given["daily_quota"] = numbered(self.daily_quota) if self.daily_quota else None
        given |= {"email": self.email or None, "team": self.team or None, "hours": self._hours(usual)}
        try:
            return NewManager(id=self.id, name=self.name, **given)
        except ValidationError as error:
            field = str(error.errors()[0]["loc"][0])
            raise Invalid(_WRONG.get(field, said("this is too long")), field=field) from None

    def _hours(self, usual: Calendar | None) -> Calendar | None:
        if not self.hours or usual is None:
            return None
        try:
            return WeekForm(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), self.hours)).told(usual)
        except Invalid as error:
            raise Invalid(error.message, field="hours") from None
