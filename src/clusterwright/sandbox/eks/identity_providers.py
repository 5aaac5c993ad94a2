"""OpenID Connect providers that may name a cluster's users: each association is an update of the cluster.

https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html
"""

import json
from urllib.parse import urlsplit

from clusterwright.sandbox.eks import cluster_updates, faults, updates, versions
from clusterwright.sandbox.eks.cluster_changes import Change
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Child, Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_DURATION = "identity-provider"
_KIND = "oidc"
_FIRST_WITH_SEVERAL = 32
_MOST = 10
_MOST_CHARACTERS = 12 * 1024


def associate(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire, "tags": params.get("tags")}
    cluster_updates.refuse_if_busy(cluster)
    given = params["oidc"]
    _check(cluster, given)
    provider = Child(wire=_wire(scene, cluster, params))
    cluster.identity[given["identityProviderConfigName"]] = provider
    change = Change(
        "AssociateIdentityProviderConfig",
        [("IdentityProviderConfig", json.dumps(_named(given["identityProviderConfigName"])))],
        lambda: provider.wire.update(status="ACTIVE"),
    )
    return {**cluster_updates.run(scene, cluster, _DURATION, change, params), "tags": provider.wire["tags"]}


def _check(cluster: Cluster, given: Wire) -> None:
    name, url = given["identityProviderConfigName"], urlsplit(given["issuerUrl"])
    if name in cluster.identity:
        raise faults.in_use(f"Identity provider config {name} already exists", clusterName=cluster.name)
    if url.scheme != "https" or not url.netloc or url.query or url.fragment:
        raise faults.invalid(
            "issuerUrl must begin with https:// and have no query parameters", clusterName=cluster.name
        )
    for member in ("usernamePrefix", "groupsPrefix"):
        if "system:" in (given.get(member) or ""):
            raise faults.invalid(f"{member} can't contain system:", clusterName=cluster.name)
    _check_others(cluster, given)


def _check_others(cluster: Cluster, given: Wire) -> None:
    others = [one.wire for one in cluster.identity.values()]
    if any(one["issuerUrl"] == given["issuerUrl"] for one in others):
        raise faults.invalid(
            f"issuerUrl {given['issuerUrl']} is associated with the cluster already", clusterName=cluster.name
        )
    several = versions.minor(cluster.wire["version"]) >= _FIRST_WITH_SEVERAL
    most = _MOST if several else 1
    size = sum(len(json.dumps(one, default=str)) for one in (*others, given))
    if len(others) >= most or size >= _MOST_CHARACTERS:
        raise faults.bad_request(
            f"A cluster of version {cluster.wire['version']} can have at most {most} identity providers, "
            "and they at most 12 KB",
            clusterName=cluster.name,
        )


def _wire(scene: Scene, cluster: Cluster, params: Wire) -> Wire:
    given = params["oidc"]
    name = given["identityProviderConfigName"]
    path = f"{cluster.name}/{_KIND}/{name}/{scene.unique(_KIND, f'{cluster.name}/{name}')}"
    return {
        "usernameClaim": "sub",
        **given,
        "identityProviderConfigArn": scene.arn("identityproviderconfig", path),
        "clusterName": cluster.name,
        "tags": dict(params.get("tags") or {}),
        "status": "CREATING",
    }


def _named(name: str) -> Wire:
    return {"type": _KIND, "name": name}


def _found(cluster: Cluster, wanted: Wire) -> Child:
    if wanted["type"] != _KIND:
        raise faults.invalid(f"The only type of identity provider is {_KIND}", clusterName=cluster.name)
    try:
        return cluster.identity[wanted["name"]]
    except KeyError:
        raise faults.not_found(
            f"No identity provider config found with name: {wanted['name']}", clusterName=cluster.name
        ) from None


def describe(scene: Scene, params: Wire) -> Wire:
    provider = _found(scene.cluster(params["clusterName"]), params["identityProviderConfig"])
    return {"identityProviderConfig": {_KIND: provider.wire}}


def list_all(scene: Scene, params: Wire) -> Wire:
    names, token = page(sorted(scene.cluster(params["clusterName"]).identity), params)
    return {"identityProviderConfigs": [_named(name) for name in names], "nextToken": token}


def disassociate(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    cluster_updates.refuse_if_busy(cluster)
    wanted = params["identityProviderConfig"]
    provider = _found(cluster, wanted)
    provider.wire["status"] = "DELETING"
    change = Change(
        "DisassociateIdentityProviderConfig",
        [("IdentityProviderConfig", json.dumps(wanted))],
        lambda: _vanish(cluster, provider),
    )
    return cluster_updates.run(scene, cluster, _DURATION, change, params)


def _vanish(cluster: Cluster, provider: Child) -> None:
    provider.gone = True
    del cluster.identity[provider.wire["identityProviderConfigName"]]


OPERATIONS = {
    "AssociateIdentityProviderConfig": associate,
    "DescribeIdentityProviderConfig": describe,
    "ListIdentityProviderConfigs": list_all,
    "DisassociateIdentityProviderConfig": disassociate,
}
