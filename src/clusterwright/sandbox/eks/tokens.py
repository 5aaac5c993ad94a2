"""Client request tokens: the same creation asked twice is answered twice, not made twice.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html (clientRequestToken)
"""

from typing import Any

_TOKEN = "clientRequestToken"


def of(params: dict[str, Any]) -> tuple[str, str] | None:
    """What to keep with the thing made: the token and a print of everything that came with it."""
    token = params.get(_TOKEN)
    if token is None:
        return None
    rest = {key: value for key, value in params.items() if key != _TOKEN}
    return str(token), repr(sorted(rest.items(), key=lambda item: item[0]))


def same(kept: Any, params: dict[str, Any]) -> bool:
    return kept is not None and kept == of(params)
