"""maxResults and nextToken, the same for every List operation."""

from collections.abc import Sequence
from typing import Any

from clusterwright.sandbox.eks import faults

_MOST = 100


def page(found: Sequence[Any], params: dict[str, Any]) -> tuple[list[Any], str | None]:
    size = int(params.get("maxResults") or _MOST)
    if not 1 <= size <= _MOST:
        raise faults.invalid(f"maxResults needs to be between 1 and {_MOST}")
    try:
        start = int(params.get("nextToken") or 0)
    except ValueError:
        raise faults.invalid("Invalid token") from None
    end = start + size
    return list(found[start:end]), str(end) if end < len(found) else None
