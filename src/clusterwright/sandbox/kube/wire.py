"""The JSON of Kubernetes objects, and reading from it what may not be there."""

from datetime import UTC, datetime
from typing import Any

Wire = dict[str, Any]


def spec(wire: Wire) -> Wire:
    return wire.get("spec") or {}


def status(wire: Wire) -> Wire:
    return wire.get("status") or {}


def labels(wire: Wire) -> dict[str, str]:
    return wire.get("metadata", {}).get("labels") or {}


def stamp(at: float) -> str:
    """Whole seconds, as `metav1.Time` is written."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
