"""The outbox: what people answered, on its way to Temporal, written in the transaction of the answer itself.

Delivered at least once and in order per workflow by `dispatcher.Dispatcher` in the tier's worker.
"""

from services.chassis.outbox.append import Hold, StartWorkflow, report, report_all, signal, signal_all, start, start_all
from services.chassis.outbox.undo import held_until, take_back

__all__ = [
    "Hold",
    "StartWorkflow",
    "held_until",
    "report",
    "report_all",
    "signal",
    "signal_all",
    "start",
    "start_all",
    "take_back",
]
