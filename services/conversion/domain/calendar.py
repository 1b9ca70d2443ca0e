"""When the tier is open, unless a supervisor says otherwise."""

from __future__ import annotations

from services.chassis.business_time import WEEK, Calendar, Shift

ALWAYS = Calendar(week={day: [Shift(opens="00:00", closes="24:00")] for day in WEEK})
OFFICE = Calendar(
    week={
        day: [Shift(opens="09:00", closes="13:00"), Shift(opens="14:00", closes="18:00")]
        for day in WEEK
        if day not in ("sat", "sun")
    },
    country="UA",
)
