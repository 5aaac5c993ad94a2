"""What one UpdateClusterConfig request may change: one kind of thing, decided here and applied later.

https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox.eks import (
    access,
    auto_mode,
    cluster_checks,
    clusters,
    faults,
    network_ranges,
    placement,
)
from clusterwright.sandbox.eks.records import Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_ENDPOINT = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
_WHERE = ("subnetIds", "securityGroupIds")
_COMPONENTS = ("kubeApiServerConfig", "kubeSchedulerConfig", "kubeControllerManagerConfig")


@dataclass(frozen=True, slots=True)
class Change:
    """`said` is what DescribeUpdate tells of it."""

    kind: str
    said: list[tuple[str, str]]
    apply: Callable[[], None]


Maker = Callable[[Scene, Cluster, Wire], Change]


def decide(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    asked = [make for is_asked, make in _MAKERS if is_asked(params)]
    if len(asked) != 1:
        problem = "Only one type of update can be allowed." if asked else "No changes are requested."
        raise faults.invalid(problem, clusterName=cluster.name)
    return asked[0](scene, cluster, params)


def _vpc(*members: str) -> Callable[[Wire], bool]:
    return lambda params: any(one in (params.get("resourcesVpcConfig") or {}) for one in members)


def _has(*members: str) -> Callable[[Wire], bool]:
    return lambda params: any(params.get(one) is not None for one in members)


def _endpoint(_scene: Scene, cluster: Cluster, params: Wire) -> Change:
    given = {
        key: params["resourcesVpcConfig"][key] for key in _ENDPOINT if key in params["resourcesVpcConfig"]
    }
    config = cluster.wire["resourcesVpcConfig"]
    wanted = {**{key: config[key] for key in _ENDPOINT}, **given}
    network_ranges.check_endpoint(wanted, cluster.wire["kubernetesNetworkConfig"]["ipFamily"], cluster.name)
    if not wanted["endpointPublicAccess"]:
        wanted["publicAccessCidrs"] = []
    elif not wanted["publicAccessCidrs"]:
        wanted["publicAccessCidrs"] = ["0.0.0.0/0"]
    if all(config[key] == value for key, value in wanted.items()):
        raise faults.invalid(
            "Cluster is already at the desired configuration with endpointPrivateAccess: "
            f"{_said(config['endpointPrivateAccess'])} , endpointPublicAccess: "
            f"{_said(config['endpointPublicAccess'])}, and Public Endpoint Restrictions: "
            f"[{', '.join(config['publicAccessCidrs'])}]",
            clusterName=cluster.name,
        )
    said = [(_capital(key), _said(wanted[key])) for key in given]
    return Change("EndpointAccessUpdate", said, lambda: config.update(wanted))


def _where(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    config = cluster.wire["resourcesVpcConfig"]
    given = {
        key: list(params["resourcesVpcConfig"][key]) for key in _WHERE if key in params["resourcesVpcConfig"]
    }
    found = placement.for_cluster(scene, cluster.name, {**config, **given})
    if found[0].vpc_id != config["vpcId"]:
        raise faults.invalid("Subnets must be in the VPC of the cluster", clusterName=cluster.name)

    def apply() -> None:
        config.update(given)
        placement.interfaces(scene, cluster, found)

    names = {"subnetIds": "Subnets", "securityGroupIds": "SecurityGroups"}
    return Change("VpcConfigUpdate", [(names[key], json.dumps(value)) for key, value in given.items()], apply)


def _logging(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    now_on = _enabled(cluster.wire["logging"])
    for setup in params["logging"].get("clusterLogging") or []:
        kinds = set(setup.get("types") or [])
        now_on = now_on | kinds if setup.get("enabled") else now_on - kinds
    if now_on == _enabled(cluster.wire["logging"]):
        raise faults.invalid("No changes needed for the logging config provided", clusterName=cluster.name)
    found = clusters.logging({"clusterLogging": [{"types": sorted(now_on), "enabled": True}]})

    def apply() -> None:
        cluster.wire["logging"] = found
        clusters.ensure_log_group(scene, cluster)

    return Change("LoggingUpdate", [("ClusterLogging", json.dumps(params["logging"]))], apply)


def _enabled(logging: Wire) -> set[str]:
    return {kind for part in logging["clusterLogging"] if part["enabled"] for kind in part["types"]}


def _access(_scene: Scene, cluster: Cluster, params: Wire) -> Change:
    mode = params["accessConfig"].get("authenticationMode")
    access.check_mode_change(cluster, mode)
    said = [("AuthenticationMode", str(mode))]
    apply = cluster.wire["accessConfig"].update
    return Change("AccessConfigUpdate", said, lambda: apply(authenticationMode=mode))


def _upgrade_policy(_scene: Scene, cluster: Cluster, params: Wire) -> Change:
    support = params["upgradePolicy"].get("supportType")
    cluster_checks.check_support(support, cluster.wire["version"], cluster.name)
    return _plain(cluster, params, "UpgradePolicyUpdate", "upgradePolicy")


def _zonal_shift(_scene: Scene, cluster: Cluster, params: Wire) -> Change:
    return _plain(cluster, params, "ZonalShiftConfigUpdate", "zonalShiftConfig")


def _scaling_tier(_scene: Scene, cluster: Cluster, params: Wire) -> Change:
    config = cluster.wire["controlPlaneScalingConfig"]
    found = _plain(cluster, params, "ControlPlaneScalingConfigUpdate", "controlPlaneScalingConfig")
    tiers = [("UpdatedTier", params["controlPlaneScalingConfig"]["tier"]), ("PreviousTier", config["tier"])]
    return Change(found.kind, tiers, found.apply)


def _components(_scene: Scene, cluster: Cluster, params: Wire) -> Change:
    given = [member for member in _COMPONENTS if params.get(member) is not None]
    return _plain(cluster, params, "ControlPlaneComponentConfigUpdate", *given)


def _plain(cluster: Cluster, params: Wire, kind: str, *members: str) -> Change:
    """Settings that are kept and shown, and have no other effect here."""
    after = {member: {**(cluster.wire.get(member) or {}), **params[member]} for member in members}
    if all(cluster.wire.get(member) == value for member, value in after.items()):
        raise faults.invalid(f"No changes needed for the {members[0]} provided", clusterName=cluster.name)
    said = [(_capital(member), json.dumps(params[member])) for member in members]
    return Change(kind, said, lambda: cluster.wire.update(after))


def _auto_mode(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    auto_mode.check_update(scene, cluster, params)
    return Change(
        "AutoModeUpdate", auto_mode.said(params), lambda: auto_mode.configure(scene, cluster, params)
    )


def _remote_networks(scene: Scene, cluster: Cluster, params: Wire) -> Change:
    """Two empty lists take the configuration away."""
    given = params["remoteNetworkConfig"]
    services = cluster.wire["kubernetesNetworkConfig"].get("serviceIpv4Cidr")
    taken = [
        *scene.account.blocks(cluster.wire["resourcesVpcConfig"]["vpcId"]),
        *([services] if services else []),
    ]
    network_ranges.check_remote(given, taken, cluster.name)
    after = given if any(given.values()) else None
    said = [("RemoteNetworkConfig", json.dumps(given))]
    return Change("RemoteNetworkConfigUpdate", said, lambda: cluster.wire.update(remoteNetworkConfig=after))


def _deletion_protection(_scene: Scene, cluster: Cluster, params: Wire) -> Change:
    wanted = params["deletionProtection"]
    said = [("DeletionProtection", _said(wanted))]
    return Change("DeletionProtectionUpdate", said, lambda: cluster.wire.update(deletionProtection=wanted))


_MAKERS: tuple[tuple[Callable[[Wire], bool], Maker], ...] = (
    (_vpc(*_ENDPOINT), _endpoint),
    (_vpc(*_WHERE), _where),
    (_has("logging"), _logging),
    (_has("accessConfig"), _access),
    (_has("upgradePolicy"), _upgrade_policy),
    (_has("zonalShiftConfig"), _zonal_shift),
    (_has("controlPlaneScalingConfig"), _scaling_tier),
    (_has(*_COMPONENTS), _components),
    (auto_mode.mentioned, _auto_mode),
    (_has("remoteNetworkConfig"), _remote_networks),
    (_has("deletionProtection"), _deletion_protection),
)


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else json.dumps(value)


def _capital(member: str) -> str:
    return member[0].upper() + member[1:]
