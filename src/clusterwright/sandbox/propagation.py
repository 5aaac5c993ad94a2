"""IAM is eventually consistent: when a role was made, so that others can be late in seeing it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
"""

from clusterwright.sandbox.call import Answer, Call, Handler
from clusterwright.sandbox.timing import Timing


class Propagation:
    """A new role is not there yet for others, and neither is a new trust policy of an old one."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._made: dict[tuple[str, str], float] = {}
        self._trusted: dict[tuple[str, str], float] = {}

    def layer(self, call: Call, inner: Handler) -> Answer:
        answer = inner(call)
        if answer.status < 300 and call.name in ("iam:CreateRole", "iam:UpdateAssumeRolePolicy"):
            key = (call.account, str(call.params["RoleName"]))
            seen = self._timing.now + self._timing.draws.seconds("iam-visible", "/".join(key))
            self._trusted[key] = seen
            if call.action == "CreateRole":
                self._made[key] = seen
        return answer

    def is_visible(self, account: str, role_name: str) -> bool:
        return self._timing.now >= self._made.get((account, role_name), 0.0)

    def is_trusted(self, account: str, role_name: str) -> bool:
        return self._timing.now >= self._trusted.get((account, role_name), 0.0)
