"""Node pools and Fargate profiles."""

from __future__ import annotations

import pytest

from clusterwright.aws.kinds.fargate_profile import Selector
from clusterwright.aws.kinds.node_group import NodeGroup, Taint
from clusterwright.aws.kinds.security_group import Rule
from clusterwright.blueprint import refs
from clusterwright.blueprint.instance_types import is_arm
from clusterwright.graph.resource import Output
from tests.unit.blueprint.documents import (
    LAYERS,
    SYSTEM_FARGATE,
    Built,
    cluster,
    finding,
    findings,
    profile,
)

BOTTLEROCKET = profile(layers=[{"layer": "os", "pack": "bottlerocket"}, *LAYERS[1:]])


def group(**pool: object) -> NodeGroup:
    return Built(cluster(nodePools=[{"name": "default"} | pool]))[refs.node_group("default")]


def test_a_pool_becomes_a_node_group_in_the_words_of_eks() -> None:
    taints = [{"key": "b", "effect": "NoExecute"}, {"key": "a", "value": "1", "effect": "PreferNoSchedule"}]
    found = group(capacity="spot", labels={"b": "2", "a": "1"}, taints=taints)
    assert found.capacity == "SPOT"
    assert found.labels == (("a", "1"), ("b", "2"))
    assert found.taints == (Taint("a", "1", "PREFER_NO_SCHEDULE"), Taint("b", "", "NO_EXECUTE"))
    assert found.version == "1.33"


def test_a_pool_is_updated_by_number_or_by_percentage() -> None:
    by_number, by_share = group(), group(update={"maxUnavailablePercentage": 33})
    assert (by_number.max_unavailable, by_number.max_unavailable_percentage) == (1, None)
    assert (by_share.max_unavailable, by_share.max_unavailable_percentage) == (None, 33)


def test_a_pool_uses_the_latest_version_of_its_template() -> None:
    found = group()
    assert (found.template, found.template_version) == (
        refs.template("default"),
        Output(refs.template("default"), "version"),
    )


def test_tags_reach_the_pool_and_its_instances() -> None:
    built = Built(
        cluster(tags={"team": "a", "env": "prod"}, nodePools=[{"name": "default", "tags": {"env": "pool"}}])
    )
    both = (("env", "pool"), ("team", "a"))
    assert built[refs.node_group("default")].tags == both
    assert built[refs.template("default")].instance_tags == both
    assert built[refs.template("default")].tags == (("env", "prod"), ("team", "a"))


def test_every_resource_carries_the_tags_of_the_cluster() -> None:
    built = Built(
        cluster(tags={"team": "a"}, sshKeyName="ops", fargateProfiles=[SYSTEM_FARGATE]),
        profile({"layer": "csi", "pack": "aws-ebs-csi"}),
    )
    assert all(("team", "a") in resource.tags for resource in built.resources.values())


def test_without_a_key_there_is_no_way_in() -> None:
    built = Built(cluster())
    assert built.keys("security_group") == []
    assert built[refs.template("default")].security_groups == ()
    assert built[refs.template("default")].key_name == ""


def test_a_key_opens_ssh_from_inside_the_vpc_only() -> None:
    built = Built(cluster(sshKeyName="ops"))
    assert built[refs.SSH_GROUP].ingress == (Rule("tcp", 22, 22, cidr="10.0.0.0/16", description="SSH"),)
    template = built[refs.template("default")]
    assert template.key_name == "ops"
    assert template.security_groups == (refs.CLUSTER_GROUP, refs.SSH_GROUP)


@pytest.mark.parametrize(
    ("instance_type", "arm"),
    [
        ("m6i.large", False),
        ("m7g.large", True),
        ("c6gn.xlarge", True),
        ("t4g.micro", True),
        ("im4gn.large", True),
        ("g5.xlarge", False),
        ("g5g.xlarge", True),
        ("g4dn.xlarge", False),
        ("a1.large", True),
        ("u-6tb1.metal", False),
        ("c7i-flex.large", False),
    ],
)
def test_the_name_of_an_instance_type_tells_its_processor(instance_type: str, arm: bool) -> None:
    assert is_arm(instance_type) is arm


def test_an_image_that_was_not_chosen_fits_the_processor_and_the_system() -> None:
    assert group().ami_type == "AL2023_x86_64_STANDARD"
    assert group(instanceTypes=["m7g.large", "t4g.large"]).ami_type == "AL2023_ARM_64_STANDARD"
    assert Built(cluster(), BOTTLEROCKET)[refs.node_group("default")].ami_type == "BOTTLEROCKET_x86_64"


@pytest.mark.parametrize(
    ("pool", "path"),
    [
        ({"amiType": "AL2023_ARM_64_STANDARD"}, "instanceTypes[0]"),
        ({"amiType": "AL2023_x86_64_STANDARD", "instanceTypes": ["m7g.large"]}, "instanceTypes[0]"),
        ({"instanceTypes": ["m6i.large", "m7g.large"]}, "instanceTypes[1]"),
        ({"amiType": "BOTTLEROCKET_x86_64"}, "amiType"),
        ({"zones": ["us-east-1a", "us-east-1f"]}, "zones[1]"),
    ],
)
def test_pools_that_cannot_run_are_findings(pool: dict[str, object], path: str) -> None:
    found = finding(cluster(nodePools=[{"name": "default"} | pool]))
    assert found.path == f"spec.nodePools[0].{path}"
    assert found.remedy


def test_fargate_profiles_use_private_subnets_and_sorted_selectors() -> None:
    selectors = [{"namespace": "b", "labels": {"y": "2", "x": "1"}}, {"namespace": "a"}]
    built = Built(cluster(fargateProfiles=[{"name": "jobs", "selectors": selectors}]))
    found = built[refs.fargate_profile("jobs")]
    assert found.subnets == tuple(refs.private_subnet(f"us-east-1{letter}") for letter in "acd")
    assert found.selectors == (Selector("a"), Selector("b", (("x", "1"), ("y", "2"))))


@pytest.mark.parametrize(
    "selector",
    [
        {"namespace": "jobs"},
        {"namespace": "kube-system", "labels": {"k8s-app": "other"}},
    ],
)
def test_addons_that_nothing_would_run_are_findings(selector: dict[str, object]) -> None:
    wanted = cluster(nodePools=[], fargateProfiles=[{"name": "jobs", "selectors": [selector]}])
    found = finding(wanted)
    assert found.path == "spec.fargateProfiles"
    assert "coredns" in found.message


@pytest.mark.parametrize(
    "selector",
    [
        {"namespace": "kube-*"},
        {"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
    ],
)
def test_addons_may_run_on_fargate(selector: dict[str, object]) -> None:
    wanted = cluster(nodePools=[], fargateProfiles=[{"name": "jobs", "selectors": [selector]}])
    assert Built(wanted)[refs.addon("coredns")].configuration == '{"computeType":"Fargate"}'


def test_all_findings_come_at_once() -> None:
    wanted = cluster(
        profiles=[{"name": "bsae"}],
        nodePools=[{"name": "default", "zones": ["us-east-1f"]}],
        controlPlane={"endpointAccess": {"private": False, "publicCidrs": ["203.0.113.0/24"]}},
    )
    assert [found.path for found in findings(wanted)] == [
        "spec.profiles[0]",
        "spec.controlPlane.endpointAccess.private",
        "spec.nodePools[0].zones[0]",
    ]
