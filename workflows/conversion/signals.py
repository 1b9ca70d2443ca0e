"""The signals by which people's answers reach a conversion. All each does is put the answer into the inbox."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.conversion import (
        Accepted,
        Assigned,
        DealMoved,
        Declined,
        HandedOver,
        Lost,
        PlaybookPlanned,
        Reassigned,
        Returned,
        Won,
    )
    from workflows.inbox import Listener


class ConversionListener(Listener):
    """The signals of tier 2."""

    @workflow.signal
    def handed_over(self, answer: HandedOver) -> None:
        """Another hand-over for a lead that is already here."""
        self._inbox.put(answer)

    @workflow.signal
    def accepted(self, answer: Accepted) -> None:
        """A manager took the lead."""
        self._inbox.put(answer)

    @workflow.signal
    def declined(self, answer: Declined) -> None:
        """A manager refused the lead."""
        self._inbox.put(answer)

    @workflow.signal
    def assigned(self, answer: Assigned) -> None:
        """A manager became free for a lead that waited."""
        self._inbox.put(answer)

    @workflow.signal
    def returned(self, answer: Returned) -> None:
        """The manager gave an accepted lead back."""
        self._inbox.put(answer)

    @workflow.signal
    def reassigned(self, answer: Reassigned) -> None:
        """Another manager has the deal now."""
        self._inbox.put(answer)

    @workflow.signal
    def playbook_planned(self, answer: PlaybookPlanned) -> None:
        """A playbook was started, moved, or ended."""
        self._inbox.put(answer)

    @workflow.signal
    def moved(self, answer: DealMoved) -> None:
        """The deal made a step."""
        self._inbox.put(answer)

    @workflow.signal
    def won(self, answer: Won) -> None:
        """Closed with an order."""
        self._inbox.put(answer)

    @workflow.signal
    def lost(self, answer: Lost) -> None:
        """Lost, or asleep."""
        self._inbox.put(answer)
