"""maxResults and nextToken, the same for every List operation."""

from collections.abc import Sequence
from typing import Any

from clusterwright.sandbox.eks import faults

_MOST = 100


def page(found: Sequence[Any], params: dict[str, Any]) -> tuple[list[Any], str | None]:
    size, token = params.get("maxResults", _MOST), params.get("nextToken") or "0"
    if not token.isdecimal():
        raise faults.invalid("Invalid token")
    start = int(token)
    end = start + size
    return list(found[start:end]), str(end) if end < len(found) else None
