"""Conditions that keep the time of their last change.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (metav1.Condition)
"""

from dataclasses import dataclass

from clusterwright.sandbox.kube.wire import Wire, status


@dataclass(frozen=True, slots=True)
class Conditions:
    """Those an object has by now, and the time if one of them changes."""

    of: Wire
    now: str

    def __call__(self, kind: str, reason: str, holds: bool = True, message: str = "") -> Wire:
        value = "True" if holds else "False"
        before = next(
            (one for one in status(self.of).get("conditions") or [] if one.get("type") == kind), None
        )
        kept = before is not None and before.get("status") == value
        since = before.get("lastTransitionTime", self.now) if before is not None and kept else self.now
        return {
            "type": kind,
            "status": value,
            "reason": reason,
            "message": message,
            "lastTransitionTime": since,
        }

    def since(self, member: str) -> str:
        """A time in the status that is set once."""
        return str(status(self.of).get(member) or self.now)
