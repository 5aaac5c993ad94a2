"""Rules of access, and whether one of them allows something.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole
"""

from collections.abc import Iterable
from dataclasses import dataclass

from clusterwright.sandbox.kube.wire import Wire


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody is about to do. `path` stands for all the rest where it is no resource."""

    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    path: str = ""

    @property
    def what(self) -> str:
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    def words(self) -> str:
        """The end of a refusal."""
        if self.path:
            return f'cannot {self.verb} path "{self.path}"'
        where = f'in the namespace "{self.namespace}"' if self.namespace else "at the cluster scope"
        return f'cannot {self.verb} resource "{self.what}" in API group "{self.group}" {where}'


def allows(rules: Iterable[Wire], act: Act) -> bool:
    return any(_allows(rule, act) for rule in rules)


def _allows(rule: Wire, act: Act) -> bool:
    if not _has(rule.get("verbs"), act.verb):
        return False
    if act.path:
        return any(_is_under(act.path, one) for one in rule.get("nonResourceURLs") or ())
    names = rule.get("resourceNames")
    return (
        _has(rule.get("apiGroups"), act.group)
        and _covers(rule.get("resources") or (), act)
        and (not names or act.name in names)
    )


def _has(listed: Iterable[str] | None, wanted: str) -> bool:
    found = tuple(listed or ())
    return "*" in found or wanted in found


def _covers(listed: Iterable[str], act: Act) -> bool:
    wildcard = f"*/{act.subresource}" if act.subresource else "*"
    return any(one in ("*", act.what, wildcard) for one in listed)


def _is_under(path: str, pattern: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern
