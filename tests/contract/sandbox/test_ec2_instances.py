"""Instances, their types and images, and the zones that have them."""

from typing import Any

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_TYPES = "https://docs.aws.amazon.com/ec2/latest/instancetypes/{}.html"
_TERMINATION = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ec2-instance-termination-works.html"
_AZ_IDS = "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html"
_EKS_IMAGES = "https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html"
_ROW_IMAGES = "describe_images amazon-eks-node-*"


@pytest.fixture(scope="module")
def ec2(reader: Tenant) -> Any:
    return reader.ec2


@pytest.fixture
def network(tenant: Tenant) -> Network:
    return tenant.network()


# Types


@pytest.mark.parametrize(
    ("name", "cores", "memory", "architecture"),
    [
        pytest.param(
            *facts, marks=pytest.mark.documented(_TYPES.format(page)), id=f"{facts[0]} has {facts[1]} vCPUs"
        )
        for page, *facts in (
            ("gp", "t3.medium", 2, 4096, "x86_64"),
            ("gp", "m5.large", 2, 8192, "x86_64"),
            ("gp", "m7g.large", 2, 8192, "arm64"),
            ("co", "c5.xlarge", 4, 8192, "x86_64"),
            ("mo", "r5.large", 2, 16384, "x86_64"),
            ("ac", "g4dn.xlarge", 4, 16384, "x86_64"),
        )
    ],
)
def test_types_are_those_of_aws(ec2: Any, name: str, cores: int, memory: int, architecture: str) -> None:
    (told,) = ec2.describe_instance_types(InstanceTypes=[name])["InstanceTypes"]
    assert told["VCpuInfo"]["DefaultVCpus"] == cores
    assert told["MemoryInfo"]["SizeInMiB"] == memory
    assert architecture in told["ProcessorInfo"]["SupportedArchitectures"]


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html")
def test_types_tell_how_many_addresses_pods_can_have(ec2: Any) -> None:
    (told,) = ec2.describe_instance_types(InstanceTypes=["m5.large"])["InstanceTypes"]
    network = told["NetworkInfo"]
    assert (network["MaximumNetworkInterfaces"], network["Ipv4AddressesPerInterface"]) == (3, 10)


@pytest.mark.documented(_TYPES.format("ac"))
def test_types_tell_their_accelerators(ec2: Any) -> None:
    (told,) = ec2.describe_instance_types(InstanceTypes=["g4dn.xlarge"])["InstanceTypes"]
    (gpu,) = told["GpuInfo"]["Gpus"]
    assert (gpu["Manufacturer"], gpu["Name"], gpu["Count"]) == ("NVIDIA", "T4", 1)


@pytest.mark.documented(_ERRORS)
def test_an_unknown_type_is_refused(ec2: Any) -> None:
    with refused("InvalidInstanceType"):
        ec2.describe_instance_types(InstanceTypes=["m5.enormous"])


@pytest.mark.documented(_API.format("DescribeInstanceTypes"))
def test_types_are_found_by_what_they_are(ec2: Any) -> None:
    wanted = [
        {"Name": "processor-info.supported-architecture", "Values": ["arm64"]},
        {"Name": "instance-type", "Values": ["m*.large"]},
    ]
    found = {one["InstanceType"] for one in ec2.describe_instance_types(Filters=wanted)["InstanceTypes"]}
    assert "m7g.large" in found
    assert "m5.large" not in found


@pytest.mark.documented(_API.format("DescribeInstanceTypeOfferings"))
def test_types_are_on_offer_in_some_zones_only(ec2: Any) -> None:
    wanted = [{"Name": "instance-type", "Values": ["m5.large"]}]
    found = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=wanted)
    zones = {one["Location"] for one in found["InstanceTypeOfferings"]}
    every = {one["ZoneName"] for one in ec2.describe_availability_zones()["AvailabilityZones"]}
    assert zones < every


@pytest.mark.documented(_API.format("InstanceTypeOffering"))
def test_offerings_are_told_by_region_unless_asked(ec2: Any) -> None:
    wanted = [{"Name": "instance-type", "Values": ["m5.large"]}]
    (found,) = ec2.describe_instance_type_offerings(Filters=wanted)["InstanceTypeOfferings"]
    assert (found["LocationType"], found["Location"]) == ("region", "us-east-1")


@pytest.mark.documented(_API.format("DescribeInstanceTypeOfferings"))
def test_offerings_are_told_by_the_ids_of_zones(ec2: Any) -> None:
    wanted = [{"Name": "instance-type", "Values": ["m5.large"]}]
    found = ec2.describe_instance_type_offerings(LocationType="availability-zone-id", Filters=wanted)
    assert {one["Location"][:7] for one in found["InstanceTypeOfferings"]} == {"use1-az"}


# Zones and regions


@pytest.mark.parametrize(
    ("region", "letters", "prefix"),
    [
        pytest.param(
            region,
            letters,
            prefix,
            marks=pytest.mark.documented(_AZ_IDS),
            id=f"{region} has zones {letters[0]} to {letters[-1]}",
        )
        for region, letters, prefix in (
            ("us-east-1", "abcdef", "use1-az"),
            ("us-west-2", "abcd", "usw2-az"),
            ("eu-west-1", "abc", "euw1-az"),
            ("eu-central-1", "abc", "euc1-az"),
        )
    ],
)
def test_zones_have_names_and_ids(reader: Tenant, region: str, letters: str, prefix: str) -> None:
    found = reader.client("ec2", region).describe_availability_zones()["AvailabilityZones"]
    assert {zone["ZoneName"] for zone in found} == {f"{region}{letter}" for letter in letters}
    assert {zone["ZoneId"][: len(prefix)] for zone in found} == {prefix}
    assert len({zone["ZoneId"] for zone in found}) == len(letters)


@pytest.mark.documented(_API.format("DescribeRegions"))
def test_regions_have_endpoints(ec2: Any) -> None:
    regions = {one["RegionName"]: one["Endpoint"] for one in ec2.describe_regions()["Regions"]}
    assert regions["eu-west-1"] == "ec2.eu-west-1.amazonaws.com"


# Images


@pytest.mark.documented(_EKS_IMAGES, row=_ROW_IMAGES)
def test_images_of_eks_are_found_by_name(ec2: Any) -> None:
    wanted = [{"Name": "name", "Values": ["amazon-eks-node-al2023-x86_64-standard-1.33-v*"]}]
    (found,) = ec2.describe_images(Owners=["amazon"], Filters=wanted)["Images"]
    assert (found["State"], found["Architecture"], found["Public"]) == ("available", "x86_64", True)


@pytest.mark.documented(_EKS_IMAGES, row=_ROW_IMAGES)
def test_there_are_images_of_eks_for_every_version(reader: Tenant, ec2: Any) -> None:
    names = {
        one["Name"]
        for one in ec2.describe_images(
            Owners=["amazon"], Filters=[{"Name": "name", "Values": ["amazon-eks-node-al2023-*"]}]
        )["Images"]
    }
    for one in reader.eks.describe_cluster_versions()["clusterVersions"]:
        version = one["clusterVersion"]
        assert any(f"-arm64-standard-{version}-v" in name for name in names), version


@pytest.mark.documented(_API.format("DescribeImages"))
def test_images_are_found_by_owner_and_architecture(ec2: Any) -> None:
    wanted = [{"Name": "architecture", "Values": ["arm64"]}]
    found = ec2.describe_images(Owners=["602401143452"], Filters=wanted)["Images"]
    assert {one["Architecture"] for one in found} == {"arm64"}
    assert {one["OwnerId"] for one in found} == {"602401143452"}


@pytest.mark.documented(_ERRORS)
def test_an_unknown_image_is_not_found(ec2: Any) -> None:
    with refused("InvalidAMIID.NotFound"):
        ec2.describe_images(ImageIds=["ami-00000000000000000"])


# Instances


def _run(tenant: Tenant, subnet: str, **more: Any) -> dict[str, Any]:
    image = tenant.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = tenant.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, **more)
    return dict(made["Instances"][0])


@pytest.mark.documented(_API.format("RunInstances"))
def test_a_new_instance_is_pending(tenant: Tenant, network: Network) -> None:
    assert _run(tenant, network.private[0])["State"]["Name"] == "pending"


@pytest.mark.documented(_TERMINATION)
def test_a_terminated_instance_takes_its_interface_with_it(tenant: Tenant, network: Network) -> None:
    made = _run(tenant, network.private[0])
    tenant.ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
    assert tenant.objects("network-interface") == []


@pytest.mark.documented(_TERMINATION)
def test_a_terminated_instance_takes_its_root_volume_with_it(tenant: Tenant, network: Network) -> None:
    made = _run(tenant, network.private[0])
    tenant.ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
    assert tenant.objects("volume") == []


@pytest.mark.documented(_TERMINATION)
def test_a_terminated_instance_is_still_described(tenant: Tenant, network: Network) -> None:
    made = _run(tenant, network.private[0])
    tenant.ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
    (found,) = tenant.ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"]
    assert found["Instances"][0]["State"]["Name"] == "terminated"


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html")
def test_instances_in_public_subnets_get_public_addresses(tenant: Tenant, network: Network) -> None:
    made = [_run(tenant, subnet)["InstanceId"] for subnet in (network.public[0], network.private[0])]
    found = tenant.ec2.describe_instances(InstanceIds=made)["Reservations"]
    public = [bool(one["Instances"][0].get("PublicIpAddress")) for one in found]
    assert public == [True, False]


@pytest.mark.documented(_API.format("RunInstances"))
def test_an_instance_carries_the_tags_it_was_started_with(tenant: Tenant, network: Network) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    made = _run(tenant, network.private[0], TagSpecifications=[{"ResourceType": "instance", "Tags": tags}])
    assert made["Tags"] == tags


@pytest.mark.documented(_ERRORS)
def test_an_unknown_instance_is_not_found(ec2: Any) -> None:
    with refused("InvalidInstanceID.NotFound"):
        ec2.terminate_instances(InstanceIds=["i-00000000000000000"])


@pytest.mark.documented(_ERRORS)
def test_an_instance_needs_a_subnet_that_exists(tenant: Tenant) -> None:
    with refused("InvalidSubnetID.NotFound"):
        _run(tenant, "subnet-00000000000000000")
