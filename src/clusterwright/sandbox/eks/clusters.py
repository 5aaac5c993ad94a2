"""Clusters: made, described, listed, deleted.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
"""

from datetime import UTC, datetime

from clusterwright.sandbox.eks import (
    access,
    auto_mode,
    cluster_checks,
    faults,
    health,
    placement,
    tokens,
    versions,
)
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_COMPONENTS = ("kubeApiServerConfig", "kubeSchedulerConfig", "kubeControllerManagerConfig")
_LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_ENDPOINT_KNOWN = 0.9  # the share of the creation after which the endpoint is shown


def create(scene: Scene, params: Wire) -> Wire:
    name = params["name"]
    existing = scene.region.clusters.get(name)
    if existing is not None:
        if tokens.same(existing.token, params):
            return {"cluster": existing.wire}
        raise faults.in_use(f"Cluster already exists with name: {name}", clusterName=name)
    subnets = cluster_checks.check_creation(scene, params)
    cluster = Cluster(
        wire=_wire(scene, params, subnets[0].vpc_id),
        token=tokens.of(params),
        self_managed_addons=params.get("bootstrapSelfManagedAddons", True),
        creator=scene.caller,
    )
    scene.region.clusters[name] = cluster
    scene.service_roles("eks")
    placement.occupy(scene, cluster, subnets)
    access.bootstrap(scene, cluster, params.get("accessConfig") or {})
    auto_mode.configure(scene, cluster, params)
    scene.later("cluster-create", name, lambda: _show_endpoint(scene, cluster), share=_ENDPOINT_KNOWN)
    scene.later("cluster-create", name, lambda: _activate(cluster))
    return {"cluster": cluster.wire}


def _wire(scene: Scene, params: Wire, vpc_id: str) -> Wire:
    name, version = params["name"], params.get("version") or versions.DEFAULT
    issuer = scene.unique("issuer", name).hex.upper()
    return {
        "name": name,
        "arn": scene.arn("cluster", name),
        "createdAt": datetime.fromtimestamp(scene.now, UTC),
        "version": version,
        "platformVersion": versions.platform(version),
        "roleArn": params["roleArn"],
        "status": "CREATING",
        "resourcesVpcConfig": _vpc_config(params["resourcesVpcConfig"], vpc_id),
        "kubernetesNetworkConfig": _network(scene, params.get("kubernetesNetworkConfig") or {}, vpc_id),
        "logging": logging(params.get("logging") or {}),
        "identity": {"oidc": {"issuer": f"https://oidc.eks.{scene.region.name}.amazonaws.com/id/{issuer}"}},
        "certificateAuthority": {},
        "clientRequestToken": params.get("clientRequestToken"),
        "tags": dict(params.get("tags") or {}),
        "encryptionConfig": params.get("encryptionConfig"),
        "health": {"issues": []},
        "accessConfig": access.config(params.get("accessConfig") or {}),
        "upgradePolicy": {"supportType": "EXTENDED", **(params.get("upgradePolicy") or {})},
        "deletionProtection": params.get("deletionProtection", False),
        "zonalShiftConfig": params.get("zonalShiftConfig"),
        "remoteNetworkConfig": params.get("remoteNetworkConfig"),
        "controlPlaneScalingConfig": {"tier": "standard", **(params.get("controlPlaneScalingConfig") or {})},
        **{member: params.get(member) for member in _COMPONENTS},
    }


def _vpc_config(given: Wire, vpc_id: str) -> Wire:
    public = given.get("endpointPublicAccess", True)
    return {
        "subnetIds": list(given["subnetIds"]),
        "securityGroupIds": list(given.get("securityGroupIds") or []),
        "vpcId": vpc_id,
        "endpointPublicAccess": public,
        "endpointPrivateAccess": given.get("endpointPrivateAccess", False),
        "publicAccessCidrs": list(given.get("publicAccessCidrs") or ["0.0.0.0/0"]) if public else [],
    }


def _network(scene: Scene, given: Wire, vpc_id: str) -> Wire:
    family = given.get("ipFamily", "ipv4")
    ranges = {"serviceIpv4Cidr": cluster_checks.service_range(given, scene.account.blocks(vpc_id))}
    if family == "ipv6":
        ranges = {"serviceIpv6Cidr": "fd30:1c53:5f8a::/108"}
    return {"ipFamily": family, "elasticLoadBalancing": {"enabled": False}, **ranges}


def logging(given: Wire) -> Wire:
    """Always all five types: those that are on, those that are off."""
    enabled = {
        kind for setup in given.get("clusterLogging") or [] if setup.get("enabled") for kind in setup["types"]
    }
    parts = [
        {"types": [kind for kind in _LOG_TYPES if (kind in enabled) is on], "enabled": on}
        for on in (True, False)
    ]
    return {"clusterLogging": [part for part in parts if part["types"]]}


def logs_anything(wire: Wire) -> bool:
    return any(part["enabled"] for part in wire["logging"]["clusterLogging"])


def ensure_log_group(scene: Scene, cluster: Cluster) -> None:
    """EKS makes the group itself where nobody did, without tags and without an end to its retention."""
    if logs_anything(cluster.wire):
        scene.account.ensure_log_group(f"/aws/eks/{cluster.name}/cluster")


def _show_endpoint(scene: Scene, cluster: Cluster) -> None:
    if cluster.status != "CREATING":
        return
    cluster.wire["endpoint"] = scene.endpoints.url(scene.region.account, scene.region.name, cluster.name)
    cluster.wire["certificateAuthority"] = {"data": scene.endpoints.certificate()}
    ensure_log_group(scene, cluster)


def _activate(cluster: Cluster) -> None:
    if cluster.status == "CREATING":
        cluster.wire["status"] = "ACTIVE"


def describe(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["name"])
    cluster.wire["health"] = {"issues": health.of_cluster(scene, cluster)}
    return {"cluster": cluster.wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    names, token = page(sorted(scene.region.clusters), params)
    return {"clusters": names, "nextToken": token}


def delete(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["name"])
    name = cluster.name
    _refuse_deletion(cluster)
    cluster.wire["status"] = "DELETING"
    scene.later("cluster-delete", name, lambda: _vanish(scene, cluster))
    return {"cluster": cluster.wire}


def _refuse_deletion(cluster: Cluster) -> None:
    name = cluster.name
    if cluster.nodegroups:
        raise faults.in_use("Cluster has nodegroups attached", clusterName=name)
    if cluster.fargate:
        (profile, *_) = cluster.fargate.values()
        raise faults.in_use(
            f"Cannot delete because cluster {name} currently has Fargate profile "
            f"{profile.wire['fargateProfileName']} in status {profile.wire['status']}",
            clusterName=name,
        )
    if cluster.status == "DELETING":
        raise faults.in_use(f"Cluster {name} is already being deleted", clusterName=name)
    if cluster.status == "CREATING" or cluster.is_updating:
        raise faults.in_use(
            f"Cannot delete because cluster {name} currently has an update in progress", clusterName=name
        )
    if cluster.wire["deletionProtection"]:
        raise faults.bad_request(f"Cluster {name} has deletion protection enabled", clusterName=name)


def _vanish(scene: Scene, cluster: Cluster) -> None:
    placement.vacate(scene, cluster)
    cluster.gone = True
    del scene.region.clusters[cluster.name]


OPERATIONS = {
    "CreateCluster": create,
    "DescribeCluster": describe,
    "ListClusters": list_all,
    "DeleteCluster": delete,
}
