"""The outbox: what people answered, on its way to Temporal, written in the transaction of the answer itself.

Delivered at least once and in order per workflow by `dispatcher.Dispatcher` in the tier's worker.
"""

from services.chassis.outbox.append import StartWorkflow, report, report_all, signal, signal_all, start

__all__ = ["StartWorkflow", "report", "report_all", "signal", "signal_all", "start"]
