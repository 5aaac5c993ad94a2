"""An answer that a fault has had its hands on, and how it leaves the building: late, or not at all."""

import time
from dataclasses import dataclass

from waitress.channel import ClientDisconnected

from clusterwright.sandbox.call import Answer


@dataclass(frozen=True, slots=True)
class Disturbed(Answer):
    """`faults` are the ids and kinds of those that acted; the books copy them."""

    faults: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    lost: bool = False


def deliver(answer: Answer) -> None:
    """Outside of the sandbox's lock, so that a slow answer holds up nobody but the one who waits for it."""
    if not isinstance(answer, Disturbed):
        return
    if answer.delay:
        time.sleep(answer.delay)
    if answer.lost:
        raise ClientDisconnected  # waitress's own word for: close the connection and say nothing
