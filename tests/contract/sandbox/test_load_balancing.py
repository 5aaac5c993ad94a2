"""Load balancers: of all three kinds, and those that Kubernetes makes.

https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/what-is-load-balancing.html
"""

from typing import Any
from urllib.error import HTTPError

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_{}.html"
_CLASSIC = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_{}.html"
_ALB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"
_NLB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/introduction.html"
_DELETE_GROUP = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html"
_DELETE_SUBNET = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html"
_ROW = "classic ELB"


@pytest.fixture
def network(tenant: Tenant) -> Network:
    return tenant.network()


@pytest.fixture
def elb(tenant: Tenant) -> Any:
    return tenant.client("elb")


@pytest.fixture
def elbv2(tenant: Tenant) -> Any:
    return tenant.client("elbv2")


def _balancer(elbv2: Any, network: Network, **more: Any) -> dict[str, Any]:
    made = elbv2.create_load_balancer(**{"Name": "lb", "Subnets": network.public, **more})
    return dict(made["LoadBalancers"][0])


def _targets(elbv2: Any, network: Network) -> str:
    made = elbv2.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=network.vpc)
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def _listener(elbv2: Any, balancer: str, targets: str) -> str:
    made = elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    return str(made["Listeners"][0]["ListenerArn"])


@pytest.mark.documented(_API.format("LoadBalancerState"))
def test_a_new_balancer_is_provisioning(elbv2: Any, network: Network) -> None:
    made = _balancer(elbv2, network)
    (found,) = elbv2.describe_load_balancers(Names=["lb"])["LoadBalancers"]
    assert (made["State"]["Code"], found["State"]["Code"]) == ("provisioning", "provisioning")


@pytest.mark.documented(_API.format("LoadBalancerState"))
def test_a_balancer_becomes_active(tenant: Tenant, elbv2: Any, network: Network) -> None:
    _balancer(elbv2, network)
    tenant.advance(250)
    (found,) = elbv2.describe_load_balancers(Names=["lb"])["LoadBalancers"]
    assert found["State"]["Code"] == "active"


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        pytest.param(
            kind,
            begins,
            marks=pytest.mark.documented(
                "https://docs.aws.amazon.com/service-authorization/latest/reference/"
                "list_awselasticloadbalancingv2.html"
            ),
            id=f"the ARN of {kind} load balancers has {begins}",
        )
        for kind, begins in (("application", "app/lb/"), ("network", "net/lb/"))
    ],
)
def test_arns_tell_the_kind(elbv2: Any, network: Network, kind: str, begins: str) -> None:
    arn = _balancer(elbv2, network, Type=kind)["LoadBalancerArn"]
    assert arn.partition(":loadbalancer/")[2].startswith(begins)


@pytest.mark.documented(_ALB)
def test_an_application_balancer_has_two_zones(elbv2: Any, network: Network) -> None:
    with refused("ValidationError", "At least two subnets in two different Availability Zones"):
        _balancer(elbv2, network, Subnets=network.public[:1])


@pytest.mark.documented(_API.format("CreateLoadBalancer"))
def test_a_network_balancer_has_one_zone_at_least(elbv2: Any, network: Network) -> None:
    made = _balancer(elbv2, network, Type="network", Subnets=network.public[:1])
    assert [one["ZoneName"] for one in made["AvailabilityZones"]] == ["us-east-1a"]


@pytest.mark.documented(_API.format("CreateLoadBalancer"))
def test_the_same_request_makes_one_balancer(elbv2: Any, network: Network) -> None:
    arns = {_balancer(elbv2, network)["LoadBalancerArn"] for _ in range(2)}
    assert len(arns) == 1


@pytest.mark.documented(_API.format("CreateLoadBalancer"))
def test_another_balancer_of_that_name_is_refused(elbv2: Any, network: Network) -> None:
    _balancer(elbv2, network)
    with refused("DuplicateLoadBalancerName"):
        _balancer(elbv2, network, Scheme="internal")


@pytest.mark.documented(_API.format("DescribeLoadBalancers"))
def test_an_unknown_balancer_is_not_found(elbv2: Any) -> None:
    with refused("LoadBalancerNotFound"):
        elbv2.describe_load_balancers(Names=["nobody"])


@pytest.mark.documented(_API.format("DeleteLoadBalancer"))
def test_deleting_a_balancer_that_is_gone_succeeds(elbv2: Any, network: Network) -> None:
    arn = _balancer(elbv2, network)["LoadBalancerArn"]
    for _ in range(2):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert elbv2.describe_load_balancers()["LoadBalancers"] == []


@pytest.mark.documented(_API.format("DeleteLoadBalancer"))
def test_a_protected_balancer_is_not_deleted(elbv2: Any, network: Network) -> None:
    arn = _balancer(elbv2, network)["LoadBalancerArn"]
    protected = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protected)
    with refused("OperationNotPermitted"):
        elbv2.delete_load_balancer(LoadBalancerArn=arn)


@pytest.mark.documented(_API.format("DescribeLoadBalancers"))
def test_balancers_come_in_pages(elbv2: Any, network: Network) -> None:
    for number in range(3):
        _balancer(elbv2, network, Name=f"lb-{number}")
    pages = elbv2.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["LoadBalancers"]) for page in pages] == [2, 1]


@pytest.mark.documented(_API.format("DescribeTags"))
def test_tags_of_a_balancer_are_read_by_its_arn(elbv2: Any, network: Network) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    arn = _balancer(elbv2, network, Type="network", Tags=tags)["LoadBalancerArn"]
    (told,) = elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"]
    assert (told["ResourceArn"], told["Tags"]) == (arn, tags)


@pytest.mark.documented(_NLB)
def test_a_network_balancer_has_an_interface_in_each_zone(
    tenant: Tenant, elbv2: Any, network: Network
) -> None:
    arn = _balancer(elbv2, network, Type="network")["LoadBalancerArn"]
    wanted = [{"Name": "description", "Values": [f"ELB {arn.partition(':loadbalancer/')[2]}"]}]
    found = tenant.ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
    assert {eni["SubnetId"] for eni in found} == set(network.public)
    assert {eni["RequesterManaged"] for eni in found} == {True}


@pytest.mark.documented(_API.format("DeleteTargetGroup"))
def test_targets_in_use_are_not_deleted(elbv2: Any, network: Network) -> None:
    targets = _targets(elbv2, network)
    _listener(elbv2, _balancer(elbv2, network)["LoadBalancerArn"], targets)
    with refused("ResourceInUse"):
        elbv2.delete_target_group(TargetGroupArn=targets)


@pytest.mark.documented(_API.format("DeleteLoadBalancer"))
def test_deleting_a_balancer_keeps_its_targets(elbv2: Any, network: Network) -> None:
    targets, balancer = _targets(elbv2, network), _balancer(elbv2, network)["LoadBalancerArn"]
    _listener(elbv2, balancer, targets)
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    assert [one["TargetGroupArn"] for one in elbv2.describe_target_groups()["TargetGroups"]] == [targets]
    elbv2.delete_target_group(TargetGroupArn=targets)
    assert elbv2.describe_target_groups()["TargetGroups"] == []


@pytest.mark.documented(_API.format("DeleteLoadBalancer"))
def test_deleting_a_balancer_deletes_its_listeners(elbv2: Any, network: Network) -> None:
    balancer = _balancer(elbv2, network)["LoadBalancerArn"]
    listener = _listener(elbv2, balancer, _targets(elbv2, network))
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    with refused("ListenerNotFound"):
        elbv2.describe_listeners(ListenerArns=[listener])


# Classic ones


def _old(elb: Any, network: Network, **more: Any) -> None:
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    given = {"LoadBalancerName": "old", "Listeners": [listener], "Subnets": network.public}
    elb.create_load_balancer(**{**given, **more})


@pytest.mark.documented(_CLASSIC.format("CreateLoadBalancer"), row=_ROW)
def test_a_classic_balancer_is_made(elb: Any, network: Network) -> None:
    _old(elb, network)
    (found,) = elb.describe_load_balancers(LoadBalancerNames=["old"])["LoadBalancerDescriptions"]
    assert (found["VPCId"], set(found["Subnets"])) == (network.vpc, set(network.public))


@pytest.mark.documented(_CLASSIC.format("CreateLoadBalancer"), row=_ROW)
def test_classic_balancers_have_names_of_their_own(elb: Any, network: Network) -> None:
    _old(elb, network)
    with refused("DuplicateLoadBalancerName"):
        _old(elb, network)


@pytest.mark.documented(_CLASSIC.format("DescribeLoadBalancers"))
def test_an_unknown_classic_balancer_is_not_found(elb: Any) -> None:
    with refused("LoadBalancerNotFound"):
        elb.describe_load_balancers(LoadBalancerNames=["nobody"])


@pytest.mark.documented(_CLASSIC.format("DeleteLoadBalancer"), row=_ROW)
def test_deleting_a_classic_balancer_that_is_gone_succeeds(elb: Any, network: Network) -> None:
    _old(elb, network)
    for _ in range(2):
        elb.delete_load_balancer(LoadBalancerName="old")
    assert elb.describe_load_balancers()["LoadBalancerDescriptions"] == []


@pytest.mark.documented(_CLASSIC.format("DescribeTags"))
def test_tags_of_a_classic_balancer_are_read_by_its_name(elb: Any, network: Network) -> None:
    _old(elb, network, Tags=[{"Key": "team", "Value": "a"}])
    (told,) = elb.describe_tags(LoadBalancerNames=["old"])["TagDescriptions"]
    assert told["Tags"] == [{"Key": "team", "Value": "a"}]


# What Kubernetes makes. Its tags are in the sources of the two controllers, not in AWS's documentation.


@pytest.fixture
def cluster(tenant: Tenant, network: Network) -> dict[str, Any]:
    role, _, _ = tenant.roles()
    return tenant.cluster(network, role)


def _serve(tenant: Tenant, **more: str) -> dict[str, Any]:
    asked = {"account": tenant.account, "region": "us-east-1", "cluster": "one", **more}
    made: dict[str, Any] = tenant.post("workloads/load-balancers", asked)
    return made


def test_the_controller_tags_what_it_makes_for_a_service(
    tenant: Tenant, elbv2: Any, cluster: dict[str, Any]
) -> None:
    made = _serve(tenant, kind="network")
    (told,) = elbv2.describe_tags(ResourceArns=[made["loadBalancer"]])["TagDescriptions"]
    assert {tag["Key"]: tag["Value"] for tag in told["Tags"]} == {
        "elbv2.k8s.aws/cluster": "one",
        "service.k8s.aws/stack": "default/web",
        "service.k8s.aws/resource": "LoadBalancer",
    }


def test_the_controller_tags_what_it_makes_for_an_ingress(
    tenant: Tenant, elbv2: Any, cluster: dict[str, Any]
) -> None:
    made = _serve(tenant, kind="application")
    (told,) = elbv2.describe_tags(ResourceArns=made["targetGroups"])["TagDescriptions"]
    tags = {tag["Key"]: tag["Value"] for tag in told["Tags"]}
    assert (tags["elbv2.k8s.aws/cluster"], tags["ingress.k8s.aws/resource"]) == ("one", "default/web:80")


def test_the_in_tree_provider_tags_a_classic_balancer(
    tenant: Tenant, elb: Any, cluster: dict[str, Any]
) -> None:
    made = _serve(tenant, controller="in-tree")
    (told,) = elb.describe_tags(LoadBalancerNames=[made["loadBalancer"]])["TagDescriptions"]
    assert {tag["Key"]: tag["Value"] for tag in told["Tags"]} == {
        "kubernetes.io/cluster/one": "owned",
        "kubernetes.io/service-name": "default/web",
    }


@pytest.mark.parametrize(
    ("controller", "kind"),
    [
        pytest.param(
            controller,
            kind,
            marks=pytest.mark.documented(
                "https://docs.aws.amazon.com/eks/latest/userguide/delete-cluster.html"
            ),
            id=f"a {kind} load balancer of {controller} outlives its cluster",
        )
        for controller, kind in (
            ("in-tree", "classic"),
            ("in-tree", "network"),
            ("load-balancer-controller", "network"),
            ("load-balancer-controller", "application"),
        )
    ],
)
def test_what_services_made_outlives_the_cluster(
    tenant: Tenant, network: Network, cluster: dict[str, Any], controller: str, kind: str
) -> None:
    _serve(tenant, controller=controller, kind=kind)
    tenant.eks.delete_cluster(name="one")
    tenant.advance(900)
    with refused("ResourceNotFoundException"):
        tenant.eks.describe_cluster(name="one")
    with refused("DependencyViolation"):
        tenant.ec2.detach_internet_gateway(InternetGatewayId=network.igw, VpcId=network.vpc)
    kinds = {one["kind"] for one in tenant.objects()}
    assert ("classic-load-balancer" if kind == "classic" else "load-balancer") in kinds


@pytest.mark.documented(_DELETE_GROUP)
def test_the_group_of_a_services_balancer_stays_while_the_clusters_group_names_it(
    tenant: Tenant, elb: Any, cluster: dict[str, Any]
) -> None:
    made = _serve(tenant, controller="in-tree")
    elb.delete_load_balancer(LoadBalancerName=made["loadBalancer"])
    tenant.advance(300)
    (group,) = made["securityGroups"]
    with refused("DependencyViolation"):
        tenant.ec2.delete_security_group(GroupId=group)
    own = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    pairs = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    tenant.ec2.revoke_security_group_ingress(GroupId=own, IpPermissions=pairs)
    tenant.ec2.delete_security_group(GroupId=group)


@pytest.mark.documented(_DELETE_SUBNET)
def test_interfaces_that_the_cni_left_keep_their_subnet_and_group(
    tenant: Tenant, network: Network, cluster: dict[str, Any]
) -> None:
    asked = {"account": tenant.account, "region": "us-east-1", "cluster": "one"}
    left = tenant.post("workloads/network-interfaces", asked)["networkInterfaces"]
    tenant.eks.delete_cluster(name="one")
    tenant.advance(900)
    found = tenant.ec2.describe_network_interfaces(NetworkInterfaceIds=left)["NetworkInterfaces"]
    assert {(one["Status"], one["Description"][:10]) for one in found} == {("available", "aws-K8S-i-")}
    with refused("DependencyViolation"):
        tenant.ec2.delete_subnet(SubnetId=network.private[0])
    for one in left:
        tenant.ec2.delete_network_interface(NetworkInterfaceId=one)
    tenant.ec2.delete_subnet(SubnetId=network.private[0])


def test_what_nobody_makes_is_a_mistake(tenant: Tenant, cluster: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as caught:
        _serve(tenant, controller="in-tree", kind="application")
    with caught.value as answer:
        assert "in-tree makes classic and network load balancers" in answer.read().decode()
