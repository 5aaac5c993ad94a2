"""What a cluster serves, said in both of the ways that clients ask for it.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
"""

from clusterwright.sandbox.kube.exchange import Reply, Request, no_such_path, reply
from clusterwright.sandbox.kube.resources import Catalogue, Resource, group_version
from clusterwright.sandbox.kube.wire import Wire

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_OTHER_KINDS = {"scale": ("autoscaling", "v1", "Scale"), "eviction": ("policy", "v1", "Eviction")}


def answer(request: Request, catalogue: Catalogue) -> Reply | None:
    """None where the path is not one of discovery."""
    parts = request.path.strip("/").split("/")
    if parts == ["api"] or parts == ["apis"]:
        return _roots(request, catalogue, parts[0])
    if parts == ["api", "v1"]:
        return reply(_resources(catalogue, "", "v1"))
    if parts[0] == "apis" and len(parts) == 2:
        return reply(_group(parts[1], _versions(catalogue, parts[1])))
    if parts[0] == "apis" and len(parts) == 3:
        return reply(_resources(catalogue, parts[1], parts[2]))
    return None


def _versions(catalogue: Catalogue, group: str) -> list[str]:
    found = catalogue.groups().get(group)
    if not found:
        raise no_such_path()
    return found


def _roots(request: Request, catalogue: Catalogue, root: str) -> Reply:
    groups = {"": ["v1"]} if root == "api" else catalogue.groups()
    if "as=APIGroupDiscoveryList" in request.accept and "v=v2;" in request.accept:
        items = [_aggregated(catalogue, name, versions) for name, versions in groups.items()]
        body = {
            "kind": "APIGroupDiscoveryList",
            "apiVersion": "apidiscovery.k8s.io/v2",
            "metadata": {},
            "items": items,
        }
        return reply(body, content_type=_AGGREGATED)
    if root == "api":
        return reply({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
    listed = [_group(name, versions) for name, versions in groups.items()]
    return reply({"kind": "APIGroupList", "apiVersion": "v1", "groups": listed})


def _group(name: str, versions: list[str]) -> Wire:
    found = [{"groupVersion": group_version(name, one), "version": one} for one in versions]
    return {
        "kind": "APIGroup",
        "apiVersion": "v1",
        "name": name,
        "versions": found,
        "preferredVersion": found[0],
    }


def _resources(catalogue: Catalogue, group: str, version: str) -> Wire:
    found = catalogue.of(group, version)
    if not found:
        raise no_such_path()
    listed = [entry for one in found for entry in (_resource(one), *_subresources(one))]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version(group, version),
        "resources": listed,
    }


def _resource(one: Resource) -> Wire:
    return {
        "name": one.plural,
        "singularName": one.singular or one.kind.lower(),
        "namespaced": one.namespaced,
        "kind": one.kind,
        "verbs": list(one.verbs),
        "shortNames": list(one.short),
        "categories": list(one.categories),
    }


def _subresources(one: Resource) -> list[Wire]:
    found = []
    for name in one.subresources:
        group, version, kind = _OTHER_KINDS.get(name, ("", "", one.kind))
        entry: Wire = {
            "name": f"{one.plural}/{name}",
            "singularName": "",
            "namespaced": one.namespaced,
            "kind": kind,
            "verbs": _subverbs(name),
        }
        found.append({**entry, "group": group, "version": version} if group else entry)
    return found


def _subverbs(name: str) -> list[str]:
    if name in ("eviction", "token"):
        return ["create"]
    return ["get"] if name == "log" else ["get", "patch", "update"]


def _aggregated(catalogue: Catalogue, group: str, versions: list[str]) -> Wire:
    return {
        "metadata": {"name": group} if group else {},
        "versions": [
            {
                "version": version,
                "freshness": "Current",
                "resources": [_aggregate(one, version) for one in catalogue.of(group, version)],
            }
            for version in versions
        ],
    }


def _aggregate(one: Resource, version: str) -> Wire:
    said: Wire = {
        "resource": one.plural,
        "responseKind": {"group": one.group, "version": version, "kind": one.kind},
        "scope": "Namespaced" if one.namespaced else "Cluster",
        "singularResource": one.singular or one.kind.lower(),
        "verbs": list(one.verbs),
        "shortNames": list(one.short),
        "categories": list(one.categories),
    }
    if one.subresources:
        said["subresources"] = [_aggregate_part(one, version, name) for name in one.subresources]
    return said


def _aggregate_part(one: Resource, version: str, name: str) -> Wire:
    other = _OTHER_KINDS.get(name, (one.group, version, one.kind))
    kind = dict(zip(("group", "version", "kind"), other, strict=True))
    return {"subresource": name, "responseKind": kind, "verbs": _subverbs(name)}
