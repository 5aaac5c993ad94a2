"""What CreateNodegroup takes and refuses, and what it makes of what was left open."""

from typing import Any

import pytest

from .eks_ground import Ground
from .pages import api, guide
from .tenant import refused

_CREATE = api("CreateNodegroup")
_TEMPLATES = guide("launch-templates")
_TAINTS = guide("node-taints-managed-node-groups")
_ACCEPTED_BY_MOTO = "create_nodegroup desired>max, unknown instance type, version > cluster, missing role"


def _says(page: str, fact: str, *values: Any, row: str = "") -> Any:
    marks = pytest.mark.documented(page, row=row) if row else pytest.mark.documented(page)
    return pytest.param(*values, marks=marks, id=fact)


def _taint(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"key": f"k{number}", "value": "v", "effect": "NO_SCHEDULE", **more}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        _says(
            guide("create-managed-node-group"),
            "a name has at most 63 characters",
            {"name": "a" * 64},
            "63 characters",
        ),
        _says(
            guide("create-managed-node-group"),
            "a name begins with a letter or digit",
            {"name": "-ng"},
            "must begin with",
        ),
        _says(
            api("NodegroupScalingConfig"),
            "not more are desired than allowed",
            {"scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 5}},
            "desired capacity 5 can't be greater than max size 4",
            row=_ACCEPTED_BY_MOTO,
        ),
        _says(
            api("NodegroupScalingConfig"),
            "not fewer are desired than needed",
            {"scalingConfig": {"minSize": 2, "maxSize": 4, "desiredSize": 1}},
            "Minimum capacity 2",
        ),
        _says(
            api("NodegroupScalingConfig"),
            "the minimum is not above the maximum",
            {"scalingConfig": {"minSize": 3, "maxSize": 2, "desiredSize": 2}},
            "maximum size 2",
        ),
        _says(
            "https://docs.aws.amazon.com/general/latest/gr/eks.html",
            "a node group has at most 450 nodes",
            {"scalingConfig": {"minSize": 1, "maxSize": 451, "desiredSize": 1}},
            "450",
        ),
        _says(
            api("Issue"),
            "an instance type must exist",
            {"instanceTypes": ["z9.huge"]},
            "instance types do not exist: [z9.huge]",
            row=_ACCEPTED_BY_MOTO,
        ),
        _says(
            _TEMPLATES,
            "there are at most 20 instance types",
            {"instanceTypes": ["m5.large"] * 21},
            "20",
        ),
        _says(
            guide("eks-optimized-ami"),
            "instance types run what the image is built for",
            {"instanceTypes": ["m5.large"], "amiType": "AL2023_ARM_64_STANDARD"},
            "[m5.large] is not a valid instance type for requested amiType AL2023_ARM_64_STANDARD",
        ),
        _says(_CREATE, "an image type is one of a list", {"amiType": "DEBIAN"}, "enum value set"),
        _says(_CREATE, "a capacity type is one of a list", {"capacityType": "FREE"}, "enum value set"),
        _says(
            _CREATE,
            "nodes are not newer than the control plane",
            {"version": "1.33"},
            "newer than cluster version",
            row=_ACCEPTED_BY_MOTO,
        ),
        _says(_CREATE, "a version must be on offer", {"version": "1.11"}, "unsupported Kubernetes version"),
        _says(_CREATE, "subnets must exist", {"subnets": ["subnet-00000000"]}, "subnet-00000000"),
        _says(_CREATE, "there must be subnets", {"subnets": []}, "Subnets cannot be empty"),
        _says(
            api("RemoteAccessConfig"),
            "the key pair must exist",
            {"remoteAccess": {"ec2SshKey": "none"}},
            "key pair 'none' does not exist",
        ),
        _says(api("Nodegroup"), "a label's key has at most 63 characters", {"labels": {"k" * 64: "v"}}, "63"),
        _says(
            api("Nodegroup"), "a label's value has at most 63 characters", {"labels": {"k": "v" * 64}}, "63"
        ),
        _says(
            "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/",
            "labels of Kubernetes itself are reserved",
            {"labels": {"node-role.kubernetes.io/worker": "true"}},
            "reserved prefixes",
        ),
        _says(
            _TAINTS,
            "there are at most 50 taints",
            {"taints": [_taint(n) for n in range(51)]},
            "50 taints",
        ),
        _says(
            _TAINTS,
            "a taint's effect is spelled the API's way",
            {"taints": [_taint(effect="NoSchedule")]},
            "enum",
        ),
        _says(
            _TAINTS, "a taint's value has at most 63 characters", {"taints": [_taint(value="v" * 64)]}, "63"
        ),
        _says(
            api("NodegroupUpdateConfig"),
            "nodes away are a number or a percentage",
            {"updateConfig": {"maxUnavailable": 1, "maxUnavailablePercentage": 10}},
            "cannot both",
        ),
        _says(
            api("NodegroupUpdateConfig"),
            "at most 100 nodes are away",
            {"updateConfig": {"maxUnavailable": 101}},
            "100",
        ),
        _says(
            api("NodegroupUpdateConfig"),
            "at most all nodes are away",
            {"updateConfig": {"maxUnavailablePercentage": 101}},
            "100",
        ),
        _says(
            api("NodeRepairConfig"),
            "a threshold of repairs is a number or a percentage",
            {
                "nodeRepairConfig": {
                    "enabled": True,
                    "maxUnhealthyNodeThresholdCount": 1,
                    "maxUnhealthyNodeThresholdPercentage": 10,
                }
            },
            "cannot both",
        ),
    ],
)
def test_create_refuses(shared: Ground, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        shared.create_nodegroup(**given)
    assert shared.eks.list_nodegroups(clusterName="one")["nodegroups"] == []


@pytest.mark.documented(_CREATE, row=_ACCEPTED_BY_MOTO)
def test_the_role_must_exist(shared: Ground) -> None:
    with refused("InvalidParameterException", "does not exist"):
        shared.create_nodegroup(nodeRole=f"arn:aws:iam::{shared.tenant.account}:role/ghost")


@pytest.mark.documented(guide("create-node-role"))
def test_the_role_must_trust_ec2(shared: Ground) -> None:
    with refused("InvalidParameterException", "the trusted entity is not correct"):
        shared.create_nodegroup(nodeRole=shared.cluster_role)


@pytest.mark.documented(_CREATE)
def test_the_subnets_are_in_the_clusters_vpc(shared: Ground) -> None:
    with refused("InvalidParameterException", "VPC of the cluster"):
        shared.create_nodegroup(subnets=shared.tenant.network().private)


@pytest.mark.documented(guide("eks-ami-deprecation-faqs"))
def test_there_is_no_amazon_linux_2_for_newer_versions(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role, version="1.33")
    with refused("InvalidParameterException", "AL2_x86_64"):
        ground.create_nodegroup(amiType="AL2_x86_64")


@pytest.mark.documented(_CREATE)
def test_the_cluster_must_exist(shared: Ground) -> None:
    with refused("ResourceNotFoundException", "No cluster found for name: none."):
        shared.create_nodegroup(clusterName="none")


@pytest.mark.documented(guide("create-managed-node-group"))
def test_the_cluster_must_be_active(shared: Ground) -> None:
    shared.create_cluster("young")
    with refused("InvalidRequestException", "is not in ACTIVE status"):
        shared.create_nodegroup(clusterName="young")


@pytest.mark.parametrize(
    ("data", "beside", "words"),
    [
        _says(
            _CREATE,
            "the size of the disk is the template's",
            {"InstanceType": "m5.large"},
            {"diskSize": 50},
            "Disk size must be specified within the launch template",
        ),
        _says(
            _CREATE,
            "remote access is the template's",
            {"InstanceType": "m5.large"},
            {"remoteAccess": {}, "tags": {"a": "b"}, "diskSize": 1},
            "launch template",
        ),
        _says(
            _TEMPLATES,
            "instance types stand in one place",
            {"InstanceType": "m5.large"},
            {"instanceTypes": ["m5.large"]},
            "not in both",
        ),
        _says(
            _TEMPLATES,
            "an image of one's own has no type",
            {"ImageId": "ami-12345678"},
            {"amiType": "AL2023_x86_64_STANDARD"},
            "amiType",
        ),
        _says(
            _CREATE,
            "an image of one's own has no version",
            {"ImageId": "ami-12345678"},
            {"version": "1.32"},
            "version",
        ),
        _says(
            _CREATE,
            "an image of one's own has no release",
            {"ImageId": "ami-12345678"},
            {"releaseVersion": "1.32.9-20251103"},
            "releaseVersion",
        ),
        _says(
            _TEMPLATES,
            "the instance profile is EKS's",
            {"IamInstanceProfile": {"Name": "mine"}},
            {},
            "IamInstanceProfile",
        ),
        _says(
            _TEMPLATES,
            "the subnet is the node group's",
            {"NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "subnet-12345678"}]},
            {},
            "Subnets",
        ),
        _says(
            _TEMPLATES,
            "how instances shut down is EKS's",
            {"InstanceInitiatedShutdownBehavior": "stop"},
            {},
            "ShutdownBehavior",
        ),
        _says(
            _TEMPLATES,
            "whether instances hibernate is EKS's",
            {"HibernationOptions": {"Configured": True}},
            {},
            "HibernationOptions",
        ),
    ],
)
def test_create_refuses_beside_a_template(
    shared: Ground, request: Any, data: dict[str, Any], beside: dict[str, Any], words: str
) -> None:
    template = shared.template(request.node.callspec.id.replace(" ", "-").replace("'", ""), **data)
    with refused("InvalidParameterException", words):
        shared.create_nodegroup(launchTemplate={"id": template}, **beside)


@pytest.mark.documented(api("LaunchTemplateSpecification"))
def test_a_template_must_exist(shared: Ground) -> None:
    with refused("InvalidParameterException", "launch template does not exist"):
        shared.create_nodegroup(launchTemplate={"id": "lt-00000000000000000"})


@pytest.mark.documented(api("LaunchTemplateSpecification"))
def test_a_version_of_a_template_must_exist(shared: Ground) -> None:
    template = shared.template("versioned", InstanceType="m5.large")
    with refused("InvalidParameterException", "version does not"):
        shared.create_nodegroup(launchTemplate={"id": template, "version": "9"})


@pytest.mark.documented(api("LaunchTemplateSpecification"))
def test_a_template_is_named_or_numbered(shared: Ground) -> None:
    template = shared.template("both", InstanceType="m5.large")
    with refused("InvalidParameterException", "Either"):
        shared.create_nodegroup(launchTemplate={"id": template, "name": "both"})


@pytest.mark.documented(_CREATE)
def test_a_name_is_taken_once_in_a_cluster(occupied: Ground) -> None:
    occupied.create_nodegroup()
    with refused("ResourceInUseException", "NodeGroup already exists with name ng and cluster name one"):
        occupied.create_nodegroup()


@pytest.mark.documented(_CREATE, row="clientRequestToken idempotency")
def test_the_same_request_again_makes_nothing_new(occupied: Ground) -> None:
    first = occupied.create_nodegroup(clientRequestToken="t")
    assert occupied.create_nodegroup(clientRequestToken="t")["nodegroupArn"] == first["nodegroupArn"]
    occupied.tenant.advance(300)
    assert len(occupied.instances()) == 2


@pytest.mark.documented(guide("service-quotas"))
def test_a_quota_stops_another_node_group(occupied: Ground) -> None:
    occupied.tenant.post("quotas", {"code": "L-6D54EA21", "value": 1, "account": occupied.tenant.account})
    occupied.create_nodegroup()
    with refused("ResourceLimitExceededException", "maximum number of node groups"):
        occupied.create_nodegroup("another")


@pytest.fixture(scope="module")
def plain(shared: Ground) -> Any:
    """The answer to a request with nothing but the required parameters, for a cluster of its own."""
    shared.tenant.cluster(shared.network, shared.cluster_role, "roomy", version="1.32")
    made = shared.eks.create_nodegroup(
        clusterName="roomy", nodegroupName="ng", nodeRole=shared.node_role, subnets=shared.network.private
    )
    return made["nodegroup"]


@pytest.mark.documented(api("Nodegroup"))
def test_a_node_group_is_creating_at_first(plain: Any) -> None:
    assert plain["status"] == "CREATING"


@pytest.mark.documented(_TEMPLATES)
def test_the_default_instance_type(plain: Any) -> None:
    assert plain["instanceTypes"] == ["t3.medium"]


@pytest.mark.documented(_CREATE)
def test_the_default_disk_has_20_gib(plain: Any) -> None:
    assert plain["diskSize"] == 20


@pytest.mark.documented(guide("managed-node-groups"))
def test_the_default_capacity_is_on_demand(plain: Any) -> None:
    assert plain["capacityType"] == "ON_DEMAND"


@pytest.mark.documented(_CREATE)
def test_the_default_version_is_the_clusters(plain: Any) -> None:
    assert plain["version"] == "1.32"
    assert plain["releaseVersion"].startswith("1.32.")


@pytest.mark.documented(api("NodegroupUpdateConfig"))
def test_one_node_at_a_time_is_updated(plain: Any) -> None:
    assert plain["updateConfig"] == {"maxUnavailable": 1}


@pytest.mark.documented(_CREATE)
def test_windows_has_larger_disks(occupied: Ground) -> None:
    group = occupied.create_nodegroup(amiType="WINDOWS_CORE_2022_x86_64", instanceTypes=["m5.large"])
    assert group["diskSize"] == 50


@pytest.mark.documented(_TEMPLATES)
def test_a_template_of_ones_own_has_no_disk_size(occupied: Ground) -> None:
    template = occupied.template(InstanceType="m5.large")
    group = occupied.create_nodegroup(launchTemplate={"name": "template"})
    assert "diskSize" not in group
    assert group["launchTemplate"] == {"id": template, "name": "template", "version": "1"}


@pytest.mark.documented(_TEMPLATES)
def test_an_image_of_ones_own_makes_the_type_custom(occupied: Ground) -> None:
    template = occupied.template(InstanceType="m5.large", ImageId="ami-12345678")
    assert occupied.create_nodegroup(launchTemplate={"id": template})["amiType"] == "CUSTOM"


@pytest.mark.documented(api("NodeRepairConfig"))
def test_node_repair_is_kept(occupied: Ground) -> None:
    wanted = {"enabled": True, "maxUnhealthyNodeThresholdCount": 3}
    assert occupied.create_nodegroup(nodeRepairConfig=wanted)["nodeRepairConfig"] == wanted


@pytest.mark.documented(api("WarmPoolConfig"))
def test_a_warm_pool_is_kept(occupied: Ground) -> None:
    wanted = {"enabled": True, "minSize": 1}
    assert occupied.create_nodegroup(warmPoolConfig=wanted)["warmPoolConfig"] == wanted
