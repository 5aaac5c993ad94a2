"""The roles every cluster has, which EKS's access policies follow closely.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
"""

from clusterwright.sandbox.kube.resources import VERBS
from clusterwright.sandbox.kube.store import Key
from clusterwright.sandbox.kube.wire import Wire

_GROUP = "rbac.authorization.k8s.io"
_READ = ("get", "list", "watch")
_WRITE = tuple(verb for verb in VERBS if verb not in _READ)

# What lives in namespaces and is no secret, by group
_SEEN: dict[str, tuple[str, ...]] = {
    "": (
        "configmaps",
        "endpoints",
        "events",
        "limitranges",
        "persistentvolumeclaims",
        "persistentvolumeclaims/status",
        "pods",
        "pods/log",
        "pods/status",
        "replicationcontrollers",
        "replicationcontrollers/scale",
        "resourcequotas",
        "serviceaccounts",
        "services",
        "services/status",
    ),
    "apps": (
        "controllerrevisions",
        "daemonsets",
        "deployments",
        "deployments/scale",
        "replicasets",
        "replicasets/scale",
        "statefulsets",
        "statefulsets/scale",
    ),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("cronjobs", "jobs"),
    "discovery.k8s.io": ("endpointslices",),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
    "policy": ("poddisruptionbudgets",),
}
_ONLY_SEEN = frozenset(
    {"events", "limitranges", "resourcequotas", "pods/status", "pods/log", "services/status"}
)


def _rule(group: str, resources: tuple[str, ...], verbs: tuple[str, ...]) -> Wire:
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def _view() -> list[Wire]:
    return [
        *(_rule(group, resources, _READ) for group, resources in _SEEN.items()),
        _rule("", ("namespaces",), _READ),
    ]


def _edit() -> list[Wire]:
    changed = {group: tuple(one for one in found if one not in _ONLY_SEEN) for group, found in _SEEN.items()}
    return [
        *_view(),
        *(_rule(group, found, _WRITE) for group, found in changed.items()),
        _rule("", ("secrets",), VERBS),
        _rule("", ("pods/eviction", "serviceaccounts/token"), ("create",)),
    ]


def _admin() -> list[Wire]:
    return [*_edit(), _rule(_GROUP, ("roles", "rolebindings"), VERBS)]


EVERYTHING: list[Wire] = [
    _rule("*", ("*",), ("*",)),
    {"nonResourceURLs": ["*"], "verbs": ["*"]},
]
READ_EVERYTHING: list[Wire] = [_rule("*", ("*",), _READ), {"nonResourceURLs": ["*"], "verbs": ["get"]}]
READ_SECRETS: list[Wire] = [_rule("", ("secrets",), _READ)]
VIEW = _view()
EDIT = _edit()
ADMIN = _admin()

# What anybody may do who is somebody: system:discovery and system:basic-user
BASIC: list[Wire] = [
    {
        "nonResourceURLs": [
            *("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", "/version", "/version/"),
            *("/healthz", "/livez", "/readyz", "/"),
        ],
        "verbs": ["get"],
    },
    _rule("authorization.k8s.io", ("selfsubjectaccessreviews", "selfsubjectrulesreviews"), ("create",)),
    _rule("authentication.k8s.io", ("selfsubjectreviews",), ("create",)),
]


def objects() -> dict[Key, Wire]:
    roles = {"cluster-admin": EVERYTHING, "admin": ADMIN, "edit": EDIT, "view": VIEW}
    found: dict[Key, Wire] = {
        Key(_GROUP, "clusterroles", "", name): {"metadata": {}, "rules": rules}
        for name, rules in roles.items()
    }
    found[Key(_GROUP, "clusterrolebindings", "", "cluster-admin")] = {
        "metadata": {},
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": _GROUP, "kind": "Group", "name": "system:masters"}],
    }
    return found
