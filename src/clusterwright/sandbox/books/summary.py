"""How often what was asked, by whom and where, and how often in vain: over all calls, kept or not."""

from collections import Counter
from typing import Any

from clusterwright.sandbox.call import Call

Key = tuple[str, str, str, str]

# Where the service of a signature and the prefix of its IAM actions differ:
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag", "email": "ses"}


class Summary:
    def __init__(self) -> None:
        self._calls: Counter[Key] = Counter()
        self._errors: dict[Key, Counter[str]] = {}

    def count(self, call: Call, error: str | None) -> None:
        key = (call.account, call.region, call.service, call.action)
        self._calls[key] += 1
        if error is not None:
            self._errors.setdefault(key, Counter())[error] += 1

    def shown(self) -> list[dict[str, Any]]:
        """The most frequent first."""
        return [
            {
                "account": account,
                "region": region,
                "service": service,
                "action": action,
                "count": count,
                "errors": dict(self._errors.get((account, region, service, action), {})),
            }
            for (account, region, service, action), count in self._calls.most_common()
        ]

    def actions(self, account: str | None = None, service: str | None = None) -> list[str]:
        """IAM's names for all that was asked for: what a policy for these callers would have to allow."""
        used = {
            f"{_PREFIXES.get(its_service, its_service)}:{action}"
            for its_account, _, its_service, action in self._calls
            if account in (None, its_account) and service in (None, its_service) and " " not in action
        }
        return sorted(used)
