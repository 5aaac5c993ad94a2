"""Which value of a quota applies where: the chosen set, and what was set by hand on top of it."""

from typing import Any

from clusterwright.sandbox.quotas.table import TABLE, Quota

SETS = ("aws", "roomy")
_ANYWHERE = "*"


class Quotas:
    def __init__(self, chosen: str) -> None:
        if chosen not in SETS:
            raise ValueError(f"quotas are one of {', '.join(SETS)}, not {chosen!r}")
        self.chosen = chosen
        self._set: dict[tuple[str, str, str], float] = {}

    def value(self, account: str, region: str, code: str) -> float:
        """By hand for this account and region, for one of the two, for all; else that of the set."""
        if self._set:
            for place in (
                (account, region),
                (account, _ANYWHERE),
                (_ANYWHERE, region),
                (_ANYWHERE, _ANYWHERE),
            ):
                if (*place, code) in self._set:
                    return self._set[*place, code]
        return self._usual(TABLE[code])

    def set(self, code: str, value: float, account: str = _ANYWHERE, region: str = _ANYWHERE) -> None:
        if code not in TABLE:
            raise ValueError(f"there is no quota {code}; there are {', '.join(TABLE)}")
        self._set[account, region, code] = value

    def shown(self) -> dict[str, Any]:
        quotas = [
            {"service": one.service, "code": one.code, "name": one.name, "value": self._usual(one)}
            for one in TABLE.values()
        ]
        changed = [
            {"account": account, "region": region, "code": code, "value": value}
            for (account, region, code), value in self._set.items()
        ]
        return {"set": self.chosen, "quotas": quotas, "changed": changed}

    def _usual(self, quota: Quota) -> float:
        return quota.default if self.chosen == "aws" else quota.roomy
