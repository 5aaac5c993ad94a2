"""Nodes: one for each running instance of the cluster's node groups, some time after it was launched.

https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from clusterwright.sandbox.eks.account import Account, Machine
from clusterwright.sandbox.eks.records import Cluster, Nodegroup
from clusterwright.sandbox.eks.versions import patch
from clusterwright.sandbox.kube.conditions import Conditions
from clusterwright.sandbox.kube.wire import Wire, stamp

_REGISTERS = 30.0  # seconds from an instance's launch to its Node
_READY = 12.0  # seconds from there until the CNI has set up the node's network
NOT_READY = "node.kubernetes.io/not-ready"
_EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}


@dataclass(eq=False, slots=True)
class Launches:
    """When each instance was launched. moto dates instances by the real clock, so looks are remembered."""

    _seen: dict[str, float] = field(default_factory=dict)
    _looked: float = 0.0

    def since(self, machines: list[tuple[Nodegroup, Machine]], now: float) -> dict[str, float]:
        """An instance that nobody has seen yet is as old as it can be."""
        self._seen = {
            machine.id: self._seen.get(machine.id, max(group.booted_at, self._looked))
            for group, machine in machines
        }
        self._looked = now
        return self._seen


def nodes(cluster: Cluster, account: Account, launches: Launches, now: float) -> dict[str, Wire]:
    """The Nodes that there should be, by name."""
    machines = list(_machines(cluster, account))
    launched = launches.since(machines, now)
    found = {}
    for group, machine in machines:
        age = now - launched[machine.id]
        if age >= _REGISTERS:
            ready = cluster.has_cni and age >= _REGISTERS + _READY
            found[machine.dns_name] = _node(group, machine, ready, account.region)
    return found


def _machines(cluster: Cluster, account: Account) -> Iterator[tuple[Nodegroup, Machine]]:
    for group in cluster.nodegroups.values():
        if group.group_name and group.boot_problem is None:
            for machine in account.machines_of(group.group_name):
                yield group, machine


def _node(group: Nodegroup, machine: Machine, ready: bool, region: str) -> Wire:
    taints = [
        {
            "key": one["key"],
            "effect": _EFFECTS.get(one["effect"], one["effect"]),
            **({"value": one["value"]} if one.get("value") else {}),
        }
        for one in group.wire["taints"]
    ]
    if not ready:
        taints += [{"key": NOT_READY, "effect": effect} for effect in ("NoSchedule", "NoExecute")]
    return {
        "metadata": {"name": machine.dns_name, "labels": _labels(group, machine, region)},
        "spec": {
            "providerID": f"aws:///{machine.zone}/{machine.id}",
            **({"taints": taints} if taints else {}),
        },
        "status": {
            "ready": ready,
            "addresses": [
                {"type": "InternalIP", "address": machine.address},
                {"type": "InternalDNS", "address": machine.dns_name},
                {"type": "Hostname", "address": machine.dns_name},
            ],
            "nodeInfo": _info(group, machine),
            "capacity": {"cpu": "2", "memory": "3928040Ki", "pods": "17"},
            "allocatable": {"cpu": "1930m", "memory": "3373032Ki", "pods": "17"},
        },
    }


def _labels(group: Nodegroup, machine: Machine, region: str) -> dict[str, str]:
    architecture = _architecture(group)
    return {
        "kubernetes.io/arch": architecture,
        "kubernetes.io/hostname": machine.dns_name,
        "kubernetes.io/os": "linux",
        "beta.kubernetes.io/arch": architecture,
        "beta.kubernetes.io/os": "linux",
        "beta.kubernetes.io/instance-type": machine.type,
        "node.kubernetes.io/instance-type": machine.type,
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": machine.zone,
        "failure-domain.beta.kubernetes.io/region": region,
        "failure-domain.beta.kubernetes.io/zone": machine.zone,
        "eks.amazonaws.com/nodegroup": group.wire["nodegroupName"],
        "eks.amazonaws.com/nodegroup-image": machine.image,
        "eks.amazonaws.com/capacityType": group.wire["capacityType"],
        **group.wire["labels"],
    }


def _architecture(group: Nodegroup) -> str:
    return "arm64" if "ARM_64" in group.wire["amiType"] else "amd64"


def _info(group: Nodegroup, machine: Machine) -> Wire:
    version = f"v{patch(group.wire['version'])}-eks-113cf36"
    return {
        "architecture": _architecture(group),
        "bootID": machine.id,
        "containerRuntimeVersion": "containerd://2.1.4",
        "kernelVersion": "6.12.46-66.121.amzn2023.x86_64",
        "kubeProxyVersion": version,
        "kubeletVersion": version,
        "machineID": machine.id,
        "operatingSystem": "linux",
        "osImage": "Amazon Linux 2023.9.20251027",
        "systemUUID": machine.id,
    }


def with_conditions(node: Wire, before: Wire, at: float) -> Wire:
    """The node's conditions, with the times of those that have not changed."""
    say = Conditions(before, stamp(at))
    said = {name: value for name, value in node["status"].items() if name != "ready"}
    if node["status"]["ready"]:
        ready = say("Ready", "KubeletReady", True, "kubelet is posting ready status")
    else:
        why = (
            "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
            "message:Network plugin returns error: cni plugin not initialized"
        )
        ready = say("Ready", "KubeletNotReady", False, why)
    said["conditions"] = [
        say("MemoryPressure", "KubeletHasSufficientMemory", False),
        say("DiskPressure", "KubeletHasNoDiskPressure", False),
        say("PIDPressure", "KubeletHasSufficientPID", False),
        ready,
    ]
    return {**node, "status": said}
