"""Webhooks: other programs are told what has happened, signed, at least once, by whoever they subscribed with.

`announce` writes an event in the transaction of the record itself; the tier's worker sends it (`courier.Courier`).
"""

from services.chassis.webhooks.announce import announce, announce_all, take_back
from services.chassis.webhooks.events import EventData

__all__ = ["EventData", "announce", "announce_all", "take_back"]
