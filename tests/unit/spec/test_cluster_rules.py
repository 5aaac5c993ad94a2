"""The rules of cluster documents, one row each: what is written, where the finding is, what it says."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from clusterwright.errors import Finding, Invalid
from clusterwright.spec import document
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.node_pool import Size, Update
from clusterwright.spec.placement import smallest_vpc

Fields = dict[str, object]

STATIC: Fields = {"static": {"vpcId": "vpc-1", "subnets": [{"id": "subnet-1"}, {"id": "subnet-2"}]}}
ROLE = "arn:aws:iam::111122223333:role/Admins"


def body(spec: Fields) -> Fields:
    base: Fields = {"cloudAccount": "prod", "profiles": [{"name": "p"}], "region": "us-east-1"}
    return {
        "apiVersion": "clusterwright.dev/v1",
        "kind": "Cluster",
        "metadata": {"name": "team-a"},
        "spec": base | spec,
    }


def cluster(spec: Fields) -> Cluster:
    found = document.from_json(body(spec))
    assert isinstance(found, Cluster)
    return found


def findings(spec: Fields) -> tuple[Finding, ...]:
    with pytest.raises(Invalid) as caught:
        document.from_json(body(spec))
    return caught.value.findings


def pool(**fields: object) -> Fields:
    return {"nodePools": [{"name": "default"} | fields]}


def dynamic(**fields: object) -> Fields:
    return {"placement": {"dynamic": fields}}


def endpoint(**fields: object) -> Fields:
    return {"controlPlane": {"endpointAccess": fields}}


def fargate(**fields: object) -> Fields:
    return {"fargateProfiles": [{"name": "f", "selectors": [{"namespace": "jobs"}]} | fields]}


PLACEMENT: list[tuple[Fields, str, str]] = [
    (
        dynamic(cidr="10.0.0.0/25", availabilityZones=2),
        "dynamic.cidr",
        "too small for two subnets in each of 2",
    ),
    (
        dynamic(cidr="10.0.0.0/23", availabilityZones=6),
        "dynamic.cidr",
        "too small for two subnets in each of 6",
    ),
    (dynamic(cidr="10.0.0.0/8"), "dynamic.cidr", "10.0.0.0/8 is larger than AWS allows for a VPC"),
    (dynamic(cidr="10.0.0.1/16"), "dynamic.cidr", "10.0.0.1/16 is not the address of a network"),
    (dynamic(cidr="10.0.0.0"), "dynamic.cidr", "10.0.0.0 is not an IPv4 network"),
    (dynamic(cidr="banana/16"), "dynamic.cidr", "banana/16 is not an IPv4 network"),
    (dynamic(availabilityZones=1), "dynamic.availabilityZones", "1 zones are not between 2 and 6"),
    (dynamic(availabilityZones=7), "dynamic.availabilityZones", "7 zones are not between 2 and 6"),
    (dynamic(availabilityZones=["us-east-1a"]), "dynamic.availabilityZones", "1 zones are not between"),
    (
        dynamic(availabilityZones=["us-east-1a", "us-east-1a"]),
        "dynamic.availabilityZones[1]",
        "is listed twice",
    ),
    (
        dynamic(availabilityZones=["us-east-1a", "us-west-2a"]),
        "dynamic.availabilityZones[1]",
        "does not exist in",
    ),
    (dynamic(availabilityZones=True), "dynamic.availabilityZones", "must be a whole number"),
    (dynamic(natGateways="perzone"), "dynamic.natGateways", "perzone is not known"),
    ({"placement": STATIC | {"dynamic": {}}}, "", "is both dynamic and static"),
    ({"placement": {"dynamic": None}}, "", "is neither dynamic nor static"),
    ({"placement": {"static": {"vpcId": "vpc-1", "subnets": []}}}, "static.subnets", "lists 0 subnets"),
    (
        {"placement": {"static": {"vpcId": "vpc-1", "subnets": [{"id": "subnet-1"}] * 2}}},
        "static.subnets[1].id",
        "subnet-1 is listed twice",
    ),
    ({"placement": {"static": {"vpcId": "1", "subnets": []}}}, "static.vpcId", "1 is not a VPC id"),
]

CONTROL_PLANE: list[tuple[Fields, str, str]] = [
    (endpoint(public=False, private=False), "controlPlane.endpointAccess", "nobody could connect"),
    (
        endpoint(publicCidrs=[]),
        "controlPlane.endpointAccess.publicCidrs",
        "is empty while the endpoint is public",
    ),
    (
        endpoint(publicCidrs=["1.2.3.4"]),
        "controlPlane.endpointAccess.publicCidrs[0]",
        "1.2.3.4 is not an IPv4",
    ),
    (
        endpoint(publicCidrs=["10.1.0.0/16"]),
        "controlPlane.endpointAccess.publicCidrs[0]",
        "not a public network",
    ),
    (endpoint(publicCidrs=["8.8.8.8/32"] * 41), "controlPlane.endpointAccess.publicCidrs", "has 41 networks"),
    (endpoint(public="yes"), "controlPlane.endpointAccess.public", "must be true or false"),
    ({"controlPlane": {"logging": ["apis"]}}, "controlPlane.logging[0]", "apis is not known"),
    ({"controlPlane": {"logging": ["api", "api"]}}, "controlPlane.logging[1]", "api is listed twice"),
    ({"controlPlane": {"logRetentionDays": 31}}, "controlPlane.logRetentionDays", "for 31 days"),
    ({"controlPlane": {"encryptionKeyArn": "alias/x"}}, "controlPlane.encryptionKeyArn", "ARN of a KMS key"),
    (
        {"controlPlane": {"encryptionKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1"}},
        "controlPlane.encryptionKeyArn",
        "the key is in eu-west-1, the cluster in us-east-1",
    ),
    (
        {"controlPlane": {"access": [{"principalArn": ROLE}, {"principalArn": ROLE}]}},
        "controlPlane.access[1].principalArn",
        "has an entry already",
    ),
    (
        {"controlPlane": {"access": [{"principalArn": "bob"}]}},
        "controlPlane.access[0].principalArn",
        "bob is not the ARN of an IAM role or user",
    ),
]

POOLS: list[tuple[Fields, str, str]] = [
    (pool(size={"min": 5, "max": 3}), "nodePools[0].size.min", "min 5 is above max 3"),
    (pool(size={"min": 2, "desired": 1}), "nodePools[0].size.desired", "desired 1 is below min 2"),
    (pool(size={"desired": 9, "max": 3}), "nodePools[0].size.desired", "desired 9 is above max 3"),
    (pool(size={"min": 0, "max": 0}), "nodePools[0].size.max", "0 is not between 1 and 450"),
    (pool(size={"max": 451}), "nodePools[0].size.max", "451 is not between 1 and 450"),
    (pool(size={"min": "1"}), "nodePools[0].size.min", "must be a whole number"),
    (pool(size={"min": 1.5}), "nodePools[0].size.min", "must be a whole number"),
    (pool(diskGiB=10), "nodePools[0].diskGiB", "10 is not between 20 and 16384"),
    (pool(name="a b"), "nodePools[0].name", "a b is not a node pool name"),
    (pool(instanceTypes=[]), "nodePools[0].instanceTypes", "is empty"),
    (pool(instanceTypes=["large"]), "nodePools[0].instanceTypes[0]", "large is not an EC2 instance type"),
    (pool(instanceTypes=["m5.large"] * 2), "nodePools[0].instanceTypes[1]", "m5.large is listed twice"),
    (pool(capacity="ondemand"), "nodePools[0].capacity", "ondemand is not known"),
    (pool(amiType="AL2023"), "nodePools[0].amiType", "AL2023 is not known"),
    (pool(labels={"node.k8s.io/x": "y"}), 'nodePools[0].labels["node.k8s.io/x"]', "keys under node.k8s.io/"),
    (pool(labels={"-a": "y"}), 'nodePools[0].labels["-a"]', "is not a label key"),
    (pool(labels={"a": "y y"}), "nodePools[0].labels.a", "is not a label value"),
    (
        pool(taints=[{"key": "a b", "effect": "NoExecute"}]),
        "nodePools[0].taints[0].key",
        "is not a taint key",
    ),
    (pool(taints=[{"key": "a", "effect": "No"}]), "nodePools[0].taints[0].effect", "No is not known"),
    (
        pool(taints=[{"key": "a", "effect": "NoExecute"}] * 2),
        "nodePools[0].taints[1]",
        "a:NoExecute is listed twice",
    ),
    (pool(zones=["us-east-1x"]), "nodePools[0].zones[0]", "us-east-1x does not exist in us-east-1"),
    (pool(zones=["us-east-1a"] * 2), "nodePools[0].zones[1]", "us-east-1a is listed twice"),
    (pool(subnets=["subnet-1"]), "nodePools[0].subnets", "subnets need static placement"),
    (
        pool(update={"maxUnavailable": 1, "maxUnavailablePercentage": 10}),
        "nodePools[0].update.maxUnavailablePercentage",
        "cannot be set together with maxUnavailable",
    ),
    (
        pool(zones=["us-east-1c"]) | dynamic(availabilityZones=["us-east-1a", "us-east-1b"]),
        "nodePools[0].zones[0]",
        "us-east-1c is not a zone of this cluster",
    ),
    (
        pool(zones=["us-east-1a"]) | {"placement": STATIC},
        "nodePools[0].zones[0]",
        "zones need dynamic placement",
    ),
    (
        pool(subnets=["subnet-3"]) | {"placement": STATIC},
        "nodePools[0].subnets[0]",
        "is not a subnet of this cluster",
    ),
    ({"nodePools": [{"name": "a"}, {"name": "a"}]}, "nodePools[1].name", "a is used already in nodePools[0]"),
    (
        {"nodePools": [{"name": f"p{index}"} for index in range(31)]},
        "nodePools",
        "has 31 entries, at most 30",
    ),
]

FARGATE: list[tuple[Fields, str, str]] = [
    (fargate(selectors=[]), "fargateProfiles[0].selectors", "has 0 selectors, EKS allows 1 to 5"),
    (fargate(selectors=[{"namespace": "a"}] * 6), "fargateProfiles[0].selectors", "has 6 selectors"),
    (fargate(name="eks-f"), "fargateProfiles[0].name", "names that start with eks- are reserved by EKS"),
    (fargate(subnets=["subnet-1"]), "fargateProfiles[0].subnets", "subnets need static placement"),
    (
        fargate(selectors=[{"namespace": "a", "labels": dict.fromkeys("abcdef", "x")}]),
        "fargateProfiles[0].selectors[0].labels",
        "has 6 labels, EKS allows at most 5",
    ),
    (
        {"fargateProfiles": [{"name": "f", "selectors": [{"namespace": "a"}]}] * 2},
        "fargateProfiles[1].name",
        "f is used already in fargateProfiles[0]",
    ),
]

TAGS: list[tuple[Fields, str, str]] = [
    ({"tags": {"aws:x": "y"}}, 'tags["aws:x"]', "tag keys that start with aws: are reserved"),
    ({"tags": {"AWS:x": "y"}}, 'tags["AWS:x"]', "tag keys that start with aws: are reserved"),
    (
        {"tags": {"clusterwright.dev/x": "y"}},
        'tags["clusterwright.dev/x"]',
        "clusterwright.dev/ are reserved",
    ),
    ({"tags": {"kubernetes.io/cluster/x": "y"}}, 'tags["kubernetes.io/cluster/x"]', "are reserved"),
    ({"tags": {"k" * 129: "y"}}, f"tags.{'k' * 129}", "the key has 129 characters, 1 to 128 are allowed"),
    ({"tags": {"k": "v" * 257}}, "tags.k", "the value has 257 characters, at most 256"),
    ({"tags": {"k!": "v"}}, 'tags["k!"]', "the key has characters that AWS does not allow"),
    ({"tags": {"k": "a\nb"}}, "tags.k", "the value has characters that AWS does not allow"),
    ({"tags": {"k": 42}}, "tags.k", "must be text, not a number"),
    ({"tags": {f"k{index}": "v" for index in range(41)}}, "tags", "has 41 tags, at most 40 fit"),
    (pool(tags={"aws:x": "y"}), 'nodePools[0].tags["aws:x"]', "are reserved"),
    (
        pool(tags={"mine": "y"}) | {"tags": {f"k{index}": "v" for index in range(40)}},
        "nodePools[0].tags",
        "together with the cluster's these are 41 tags, at most 40 fit",
    ),
]

REST: list[tuple[Fields, str, str]] = [
    ({"profiles": []}, "profiles", "is empty"),
    ({"profiles": [{"name": "p"}, {"name": "p"}]}, "profiles[1].name", "p is used already in profiles[0]"),
    ({"profiles": [{"name": "p", "version": "1.2"}]}, "profiles[0].version", "1.2 is not a version"),
    (
        {"overrides": [{"pack": "a", "values": ""}] * 2},
        "overrides[1].pack",
        "a is used already in overrides[0]",
    ),
    ({"overrides": [{"pack": "a", "values": "- x"}]}, "overrides[0].values", "is YAML, but not a mapping"),
    (
        {"overrides": [{"pack": "a", "values": "x: ["}]},
        "overrides[0].values",
        "is not YAML: line 1 of the text",
    ),
    (
        {"overrides": [{"pack": "a", "values": {"b": 1}}]},
        "overrides[0].values",
        "must be YAML text, not a mapping",
    ),
    ({"cloudAccount": "Prod"}, "cloudAccount", "Prod is not a name"),
    ({"variables": {"a-b": "x"}}, "variables.a-b", "is not a variable name"),
    ({"sshKeyName": "é"}, "sshKeyName", "é is not the name of an EC2 key pair"),
]


@pytest.mark.parametrize(("spec", "path", "message"), CONTROL_PLANE + POOLS + FARGATE + TAGS + REST)
def test_rule(spec: Fields, path: str, message: str) -> None:
    found = findings(spec)
    assert [finding.path for finding in found] == [f"spec.{path}"]
    assert message in found[0].message
    assert found[0].remedy


@pytest.mark.parametrize(("spec", "path", "message"), PLACEMENT)
def test_placement_rule(spec: Fields, path: str, message: str) -> None:
    matching = [finding for finding in findings(spec) if message in finding.message]
    assert [finding.path for finding in matching] == [f"spec.placement.{path}".rstrip(".")]


@pytest.mark.parametrize(
    "spec",
    [
        dynamic(cidr="10.0.0.0/24", availabilityZones=2),
        dynamic(cidr="100.64.0.0/16", availabilityZones=6),
        dynamic(availabilityZones=["us-east-1a", "us-east-1b"]) | pool(zones=["us-east-1b"]),
        {"region": "xx-north-9"} | dynamic(availabilityZones=["xx-north-9a", "xx-north-9z"]),
        {"placement": STATIC} | pool(subnets=["subnet-2"]) | fargate(subnets=["subnet-1"]),
        endpoint(public=False, publicCidrs=[]) | fargate(),
        endpoint(publicCidrs=["203.0.113.0/24"]),
        fargate(selectors=[{"namespace": "team-*", "labels": {"app": "web-?"}}]),
        pool(update={"maxUnavailablePercentage": 33}, capacity="spot", amiType="BOTTLEROCKET_ARM_64"),
        pool(labels={"node.kubernetes.io/x": "y"}),
        {"overrides": [{"pack": "a", "values": "x: {{ .spectro.var.y }}\n"}], "variables": {"y": "1"}},
        {"nodePools": []},
    ],
)
def test_accepted(spec: Fields) -> None:
    assert cluster(spec).kind == "Cluster"


def test_an_unknown_region_only_checks_the_prefix() -> None:
    found = findings({"region": "xx-north-9"} | dynamic(availabilityZones=["xx-north-9a", "us-east-1a"]))
    assert [finding.message for finding in found] == ["us-east-1a is not a zone of xx-north-9"]


def test_a_public_range_for_the_vpc_is_a_warning() -> None:
    found = document.warnings(cluster(dynamic(cidr="11.0.0.0/16")))
    assert [finding.path for finding in found] == ["spec.placement.dynamic.cidr"]
    assert document.warnings(cluster({})) == ()


@pytest.mark.parametrize(("zones", "prefix"), [(2, 24), (3, 23), (4, 23), (5, 22), (6, 22)])
def test_smallest_vpc(zones: int, prefix: int) -> None:
    assert smallest_vpc(zones) == prefix


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (Size(), (1, 1, 3)),
        (Size(min=0), (0, 1, 3)),
        (Size(min=4), (4, 4, 4)),
        (Size(desired=7), (1, 7, 7)),
        (Size(min=2, max=9), (2, 2, 9)),
    ],
)
def test_sizes_that_are_left_out_follow_from_those_written(written: Size, expected: tuple[int, ...]) -> None:
    assert (written.min, written.desired, written.max) == expected


def test_a_node_pool_has_defaults() -> None:
    (found,) = cluster({"nodePools": [{"name": "a"}]}).spec.node_pools
    assert found.instance_types == ("m6i.large",)
    assert (found.size.min, found.size.desired, found.size.max) == (1, 2, 3)
    assert (found.disk_gib, found.capacity, found.update.nodes) == (60, "onDemand", 1)
    assert Update(max_unavailable_percentage=10).nodes is None


def test_a_cluster_has_dynamic_placement_by_default() -> None:
    placement = cluster({}).spec.placement
    assert placement.static is None
    assert placement.dynamic is not None
    assert (placement.dynamic.zone_count, placement.dynamic.zone_names) == (3, ())
    assert cluster({"placement": STATIC}).spec.placement.dynamic is None


def test_rules_hold_for_models_built_in_python() -> None:
    with pytest.raises(ValidationError, match="min 5 is above max 3"):
        Size(min=5, max=3)


def test_models_are_frozen() -> None:
    found = cluster({})
    with pytest.raises(ValidationError):
        found.spec.region = "eu-west-1"  # type: ignore[misc]  # what the test is about
