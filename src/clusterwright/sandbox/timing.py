"""Time as the overlays on moto see it: what happens later, and how much later."""

from dataclasses import dataclass

from clusterwright.sandbox.agenda import Agenda, Event
from clusterwright.sandbox.durations import Draws


@dataclass(frozen=True, slots=True)
class Timing:
    agenda: Agenda
    draws: Draws

    @property
    def now(self) -> float:
        return self.agenda.now

    def later(self, kind: str, name: str, event: Event, share: float = 1.0) -> None:
        """Have `event` happen once a `kind` of thing called `name` has taken (a share of) its time."""
        self.agenda.after(self.draws.seconds(kind, name) * share, event)
