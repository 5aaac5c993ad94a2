"""The kinds of things an API server knows by itself, and those that definitions add.

https://kubernetes.io/docs/reference/kubernetes-api/
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from clusterwright.sandbox.kube.wire import Wire

Kind = tuple[str, str]  # group and plural

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
DEFINITION: Kind = ("apiextensions.k8s.io", "customresourcedefinitions")
_STATUS = ("status",)
_SCALED = ("status", "scale")


@dataclass(frozen=True, slots=True)
class Resource:
    """`versions` begins with the preferred one; every object is served in all of them."""

    group: str
    versions: tuple[str, ...]
    plural: str
    kind: str
    namespaced: bool = True
    subresources: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    singular: str = ""
    categories: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    scaled: tuple[str, str] = (".spec.replicas", ".status.replicas")

    @property
    def id(self) -> Kind:
        return self.group, self.plural

    @property
    def name(self) -> str:
        """As refusals name it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def has_status(self) -> bool:
        return "status" in self.subresources


def group_version(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    versions: tuple[str, ...]
    namespaced: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cluster_wide: dict[str, tuple[str, ...]] = field(default_factory=dict)
    verbs: tuple[str, ...] = VERBS

    def resources(self) -> Iterator[Resource]:
        for found, namespaced in ((self.namespaced, True), (self.cluster_wide, False)):
            for words, subresources in found.items():
                plural, kind, *short = words.split()
                yield Resource(
                    self.name, self.versions, plural, kind, namespaced, subresources, tuple(short), self.verbs
                )


_GROUPS = (
    _Group(
        "",
        ("v1",),
        {
            "pods Pod po": ("status", "eviction", "log"),
            "services Service svc": _STATUS,
            "configmaps ConfigMap cm": (),
            "secrets Secret": (),
            "serviceaccounts ServiceAccount sa": ("token",),
            "events Event ev": (),
            "endpoints Endpoints ep": (),
            "persistentvolumeclaims PersistentVolumeClaim pvc": _STATUS,
            "limitranges LimitRange limits": (),
            "resourcequotas ResourceQuota quota": _STATUS,
            "replicationcontrollers ReplicationController rc": _SCALED,
            "podtemplates PodTemplate": (),
        },
        {
            "namespaces Namespace ns": ("status", "finalize"),
            "nodes Node no": _STATUS,
            "persistentvolumes PersistentVolume pv": _STATUS,
        },
    ),
    _Group(
        "apps",
        ("v1",),
        {
            "deployments Deployment deploy": _SCALED,
            "daemonsets DaemonSet ds": _STATUS,
            "statefulsets StatefulSet sts": _SCALED,
            "replicasets ReplicaSet rs": _SCALED,
            "controllerrevisions ControllerRevision": (),
        },
    ),
    _Group("batch", ("v1",), {"jobs Job": _STATUS, "cronjobs CronJob cj": _STATUS}),
    _Group(
        "rbac.authorization.k8s.io",
        ("v1",),
        {"roles Role": (), "rolebindings RoleBinding": ()},
        {"clusterroles ClusterRole": (), "clusterrolebindings ClusterRoleBinding": ()},
    ),
    _Group(
        "networking.k8s.io",
        ("v1",),
        {"ingresses Ingress ing": _STATUS, "networkpolicies NetworkPolicy netpol": ()},
        {"ingressclasses IngressClass": ()},
    ),
    _Group("policy", ("v1",), {"poddisruptionbudgets PodDisruptionBudget pdb": _STATUS}),
    _Group(
        "storage.k8s.io",
        ("v1",),
        {"csistoragecapacities CSIStorageCapacity": ()},
        {
            "storageclasses StorageClass sc": (),
            "csidrivers CSIDriver": (),
            "csinodes CSINode": (),
            "volumeattachments VolumeAttachment": _STATUS,
        },
    ),
    _Group("coordination.k8s.io", ("v1",), {"leases Lease": ()}),
    _Group("discovery.k8s.io", ("v1",), {"endpointslices EndpointSlice": ()}),
    _Group("events.k8s.io", ("v1",), {"events Event ev": ()}),
    _Group("autoscaling", ("v2", "v1"), {"horizontalpodautoscalers HorizontalPodAutoscaler hpa": _STATUS}),
    _Group("scheduling.k8s.io", ("v1",), {}, {"priorityclasses PriorityClass pc": ()}),
    _Group("node.k8s.io", ("v1",), {}, {"runtimeclasses RuntimeClass": ()}),
    _Group(
        "apiextensions.k8s.io",
        ("v1",),
        {},
        {"customresourcedefinitions CustomResourceDefinition crd": _STATUS},
    ),
    _Group("apiregistration.k8s.io", ("v1",), {}, {"apiservices APIService": _STATUS}),
    _Group(
        "admissionregistration.k8s.io",
        ("v1",),
        {},
        {
            "validatingwebhookconfigurations ValidatingWebhookConfiguration": (),
            "mutatingwebhookconfigurations MutatingWebhookConfiguration": (),
            "validatingadmissionpolicies ValidatingAdmissionPolicy": _STATUS,
            "validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding": (),
        },
    ),
    _Group(
        "authorization.k8s.io",
        ("v1",),
        {},
        {
            "selfsubjectaccessreviews SelfSubjectAccessReview": (),
            "selfsubjectrulesreviews SelfSubjectRulesReview": (),
        },
        ("create",),
    ),
    _Group("authentication.k8s.io", ("v1",), {}, {"selfsubjectreviews SelfSubjectReview": ()}, ("create",)),
)

BUILT_IN: dict[Kind, Resource] = {one.id: one for group in _GROUPS for one in group.resources()}


def defined(definition: Wire) -> Resource | None:
    """What a CustomResourceDefinition adds; nothing while no version is served."""
    spec = definition["spec"]
    names = spec["names"]
    served = [one for one in spec["versions"] if one.get("served", True)]
    if not served:
        return None
    served.sort(key=lambda one: not one.get("storage"))
    subresources = {name for one in served for name in one.get("subresources") or {}}
    columns = served[0].get("additionalPrinterColumns") or []
    scale = (served[0].get("subresources") or {}).get("scale") or {}
    return Resource(
        group=spec["group"],
        versions=tuple(one["name"] for one in served),
        plural=names["plural"],
        kind=names["kind"],
        namespaced=spec.get("scope") == "Namespaced",
        subresources=tuple(sorted(subresources)),
        short=tuple(names.get("shortNames") or ()),
        singular=names.get("singular") or names["kind"].lower(),
        categories=tuple(names.get("categories") or ()),
        columns=tuple((one["name"], one["jsonPath"]) for one in columns if not one.get("priority")),
        scaled=(scale.get("specReplicasPath", ""), scale.get("statusReplicasPath", "")),
    )


class Catalogue:
    """What one cluster serves."""

    def __init__(self) -> None:
        self._known = dict(BUILT_IN)
        self._definitions: dict[Kind, Wire] = {}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._known.values())

    def get(self, group: str, plural: str) -> Resource | None:
        return self._known.get((group, plural))

    def define(self, definition: Wire) -> None:
        found = defined(definition)
        if found is not None and found.id not in BUILT_IN:
            self._known[found.id] = found
            self._definitions[found.id] = definition

    def forget(self, definition: Wire) -> None:
        spec = definition["spec"]
        kind = spec["group"], spec["names"]["plural"]
        self._known.pop(kind, None)
        self._definitions.pop(kind, None)

    def schema(self, kind: Kind, version: str) -> Wire | None:
        """Of a defined kind; none of those that are built in."""
        definition = self._definitions.get(kind)
        if definition is None:
            return None
        found = next(one for one in definition["spec"]["versions"] if one["name"] == version)
        return dict(found["schema"]["openAPIV3Schema"])

    def groups(self) -> dict[str, list[str]]:
        """The versions of each group but the core one, preferred first."""
        found: dict[str, list[str]] = {}
        for one in self._known.values():
            versions = found.setdefault(one.group, [])
            versions.extend(version for version in one.versions if version not in versions)
        found.pop("")
        return found

    def of(self, group: str, version: str) -> list[Resource]:
        return [one for one in self._known.values() if one.group == group and version in one.versions]

    @property
    def mark(self) -> int:
        """Changes with what is served, for the hash of the OpenAPI documents."""
        schemas = json.dumps([one["spec"] for one in self._definitions.values()], sort_keys=True)
        return hash((*self._known.values(), schemas)) & 0xFFFFFFFF
