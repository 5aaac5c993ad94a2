"""From an IAM principal to a Kubernetes user: by access entries, or by the `aws-auth` ConfigMap of old.

https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html
"""

import re
from dataclasses import dataclass

import yaml

from clusterwright.sandbox.eks.records import Cluster
from clusterwright.sandbox.kube.store import Key, Store
from clusterwright.sandbox.kube.token import Caller
from clusterwright.sandbox.kube.wire import Wire

_AWS_AUTH = Key("", "configmaps", "kube-system", "aws-auth")
_MASTERS = "system:masters"
AUTHENTICATED = "system:authenticated"
_PATH = re.compile(r"^(arn:[^:]+:iam::\d+:role/)(?:.*/)?([^/]+)$")


@dataclass(frozen=True, slots=True)
class User:
    name: str
    uid: str
    groups: tuple[str, ...]
    policies: tuple[Wire, ...] = ()


def user_of(caller: Caller, cluster: Cluster, store: Store) -> User | None:
    """Entries come first; the ConfigMap counts in the two older modes. The creator is in it invisibly."""
    mode = cluster.wire["accessConfig"]["authenticationMode"]
    entry = cluster.access.get(caller.principal) if mode != "CONFIG_MAP" else None
    if entry is not None:
        name = _filled(entry.wire["username"], caller)
        policies = tuple(entry.policies.values())
        return _user(name, caller, entry.wire["kubernetesGroups"], policies)
    if mode == "API":
        return None
    if mode == "CONFIG_MAP" and caller.principal == cluster.creator:
        return _user("kubernetes-admin", caller, [_MASTERS])
    mapped = _mapped(caller, store)
    return _user(_filled(mapped[0], caller), caller, mapped[1]) if mapped else None


def _user(name: str, caller: Caller, groups: list[str], policies: tuple[Wire, ...] = ()) -> User:
    uid = f"aws-iam-authenticator:{caller.account}:{caller.principal}"
    return User(name, uid, (*groups, AUTHENTICATED), policies)


def _filled(name: str, caller: Caller) -> str:
    """https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html (username)"""
    filled = name.replace("{{SessionNameRaw}}", caller.session).replace("{{AccountID}}", caller.account)
    return filled.replace("{{SessionName}}", caller.session.replace("@", "-"))


def _mapped(caller: Caller, store: Store) -> tuple[str, list[str]] | None:
    """Roles are named without their path: https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html"""
    found = store.get(_AWS_AUTH)
    data = (found.wire.get("data") or {}) if found else {}
    for member, named in (("mapRoles", "rolearn"), ("mapUsers", "userarn")):
        for one in _listed(data.get(member, "")):
            if one.get(named) in (caller.principal, _PATH.sub(r"\1\2", caller.principal)):
                return str(one.get("username") or caller.principal), list(one.get("groups") or [])
    return None


def _listed(text: str) -> list[Wire]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
