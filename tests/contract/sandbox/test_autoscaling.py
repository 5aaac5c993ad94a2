"""Auto Scaling: https://docs.aws.amazon.com/autoscaling/ec2/userguide/what-is-amazon-ec2-auto-scaling.html"""

from collections import Counter
from typing import Any

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_{}.html"
_REFRESH = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html"
_ROW = "instance refresh"


@pytest.fixture
def network(tenant: Tenant) -> Network:
    return tenant.network()


@pytest.fixture
def scaling(tenant: Tenant, network: Network) -> Any:
    """Auto Scaling, with a group `g` of two instances over two zones."""
    client = tenant.client("autoscaling")
    image = tenant.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "disk", "Value": "1"}]}]
    data = {"InstanceType": "t3.large", "ImageId": image, "TagSpecifications": tags}
    tenant.ec2.create_launch_template(LaunchTemplateName="base", LaunchTemplateData=data)
    client.create_auto_scaling_group(**_group(network))
    return client


def _group(network: Network, **more: Any) -> dict[str, Any]:
    usual = {
        "AutoScalingGroupName": "g",
        "MinSize": 1,
        "MaxSize": 4,
        "DesiredCapacity": 2,
        "LaunchTemplate": {"LaunchTemplateName": "base", "Version": "$Default"},
        "VPCZoneIdentifier": ",".join(network.private),
        "Tags": [{"Key": "team", "Value": "a", "PropagateAtLaunch": True}],
    }
    return {**usual, **more}


def _described(scaling: Any) -> dict[str, Any]:
    return dict(scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["g"])["AutoScalingGroups"][0])


def _members(scaling: Any) -> set[str]:
    return {one["InstanceId"] for one in _described(scaling)["Instances"]}


def _instances(tenant: Tenant) -> list[dict[str, Any]]:
    running = [{"Name": "instance-state-name", "Values": ["running"]}]
    found = tenant.ec2.describe_instances(Filters=running)["Reservations"]
    return [instance for reservation in found for instance in reservation["Instances"]]


# Groups


@pytest.mark.documented(_API.format("CreateAutoScalingGroup"))
def test_a_group_has_instances_of_ec2(tenant: Tenant, scaling: Any) -> None:
    assert {one["InstanceId"] for one in _instances(tenant)} == _members(scaling)
    assert len(_members(scaling)) == 2


@pytest.mark.documented("https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html")
def test_a_group_is_balanced_over_its_zones(tenant: Tenant, scaling: Any) -> None:
    scaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=4)
    zones = Counter(one["Placement"]["AvailabilityZone"] for one in _instances(tenant))
    assert zones == {"us-east-1a": 2, "us-east-1b": 2}


@pytest.mark.documented("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html")
def test_tags_that_propagate_are_on_the_instances(tenant: Tenant, scaling: Any) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in _instances(tenant)[0]["Tags"]}
    assert (tags["team"], tags["aws:autoscaling:groupName"]) == ("a", "g")


@pytest.mark.documented("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html")
def test_the_templates_tags_are_on_the_volumes(tenant: Tenant, scaling: Any) -> None:
    tags = [{tag["Key"] for tag in one["Tags"]} for one in tenant.ec2.describe_volumes()["Volumes"]]
    assert tags == [{"disk"}, {"disk"}]


@pytest.mark.documented(_API.format("CreateAutoScalingGroup"))
def test_groups_have_names_of_their_own(scaling: Any, network: Network) -> None:
    with refused("AlreadyExists"):
        scaling.create_auto_scaling_group(**_group(network))


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(sizes, marks=pytest.mark.documented(_API.format("CreateAutoScalingGroup")), id=fact)
        for fact, sizes in (
            ("the least is not above the most", {"MinSize": 3, "MaxSize": 2, "DesiredCapacity": 3}),
            ("no more are desired than the most", {"DesiredCapacity": 5}),
            ("no fewer are desired than the least", {"DesiredCapacity": 0}),
        )
    ],
)
def test_sizes_of_a_new_group_fit(scaling: Any, network: Network, sizes: dict[str, int]) -> None:
    with refused("ValidationError"):
        scaling.create_auto_scaling_group(**_group(network, AutoScalingGroupName="other", **sizes))


@pytest.mark.parametrize(
    "desired",
    [
        pytest.param(desired, marks=pytest.mark.documented(_API.format("SetDesiredCapacity")), id=fact)
        for fact, desired in (("capacity is not above the most", 5), ("capacity is not below the least", 0))
    ],
)
def test_capacity_stays_within_the_sizes(scaling: Any, desired: int) -> None:
    with refused("ValidationError", f"New SetDesiredCapacity value {desired}"):
        scaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=desired)


@pytest.mark.documented(_API.format("UpdateAutoScalingGroup"))
def test_a_higher_minimum_raises_the_capacity(scaling: Any) -> None:
    scaling.update_auto_scaling_group(AutoScalingGroupName="g", MinSize=3)
    assert _described(scaling)["DesiredCapacity"] == 3
    assert len(_members(scaling)) == 3


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        pytest.param(
            operation,
            given,
            marks=pytest.mark.documented(_API.format(action)),
            id=f"{action} needs a group that exists",
        )
        for action, operation, given in (
            ("UpdateAutoScalingGroup", "update_auto_scaling_group", {"MinSize": 1}),
            ("SetDesiredCapacity", "set_desired_capacity", {"DesiredCapacity": 1}),
            ("DeleteAutoScalingGroup", "delete_auto_scaling_group", {}),
            ("SuspendProcesses", "suspend_processes", {}),
            ("ResumeProcesses", "resume_processes", {}),
            ("StartInstanceRefresh", "start_instance_refresh", {}),
            ("DescribeInstanceRefreshes", "describe_instance_refreshes", {}),
        )
    ],
)
def test_an_unknown_group(reader: Tenant, operation: str, given: dict[str, Any]) -> None:
    with refused("ValidationError", "AutoScalingGroup name not found"):
        getattr(reader.client("autoscaling"), operation)(AutoScalingGroupName="nobody", **given)


@pytest.mark.documented(_API.format("DescribeAutoScalingGroups"))
def test_unknown_groups_are_left_out(reader: Tenant) -> None:
    asked = reader.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=["nobody"])
    assert asked["AutoScalingGroups"] == []


@pytest.mark.documented(_API.format("DescribeAutoScalingGroups"))
def test_groups_come_in_pages(scaling: Any, network: Network) -> None:
    for number in range(3):
        name = f"g{number}"
        scaling.create_auto_scaling_group(
            **_group(network, AutoScalingGroupName=name, MinSize=0, DesiredCapacity=0)
        )
    pages = scaling.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 3})
    assert [len(page["AutoScalingGroups"]) for page in pages] == [3, 1]


@pytest.mark.documented(_API.format("DeleteAutoScalingGroup"))
def test_a_group_with_instances_is_not_deleted(scaling: Any) -> None:
    with refused("ResourceInUse"):
        scaling.delete_auto_scaling_group(AutoScalingGroupName="g")


@pytest.mark.documented(_API.format("DeleteAutoScalingGroup"))
def test_an_empty_group_is_deleted(scaling: Any) -> None:
    scaling.update_auto_scaling_group(AutoScalingGroupName="g", MinSize=0, DesiredCapacity=0)
    scaling.delete_auto_scaling_group(AutoScalingGroupName="g")
    assert scaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []


@pytest.mark.documented(_API.format("DeleteAutoScalingGroup"))
def test_a_group_is_deleted_with_its_instances_by_force(tenant: Tenant, scaling: Any) -> None:
    scaling.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
    assert _instances(tenant) == []


@pytest.mark.documented(
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html"
)
def test_a_terminated_instance_is_replaced(tenant: Tenant, scaling: Any) -> None:
    gone = min(_members(scaling))
    tenant.ec2.terminate_instances(InstanceIds=[gone])
    assert gone not in _members(scaling)
    assert len(_instances(tenant)) == 2


@pytest.mark.documented(_API.format("TerminateInstanceInAutoScalingGroup"))
def test_an_instance_is_terminated_for_good(tenant: Tenant, scaling: Any) -> None:
    scaling.terminate_instance_in_auto_scaling_group(
        InstanceId=min(_members(scaling)), ShouldDecrementDesiredCapacity=True
    )
    assert (_described(scaling)["DesiredCapacity"], len(_instances(tenant))) == (1, 1)


@pytest.mark.documented(_API.format("TerminateInstanceInAutoScalingGroup"))
def test_only_members_of_groups_are_terminated(reader: Tenant) -> None:
    with refused("ValidationError", "Instance Id not found"):
        reader.client("autoscaling").terminate_instance_in_auto_scaling_group(
            InstanceId="i-00000000000000000", ShouldDecrementDesiredCapacity=True
        )


# Instance refreshes


def _refresh(scaling: Any) -> dict[str, Any]:
    return dict(scaling.describe_instance_refreshes(AutoScalingGroupName="g")["InstanceRefreshes"][0])


@pytest.mark.documented(_API.format("InstanceRefresh"), row=_ROW)
def test_a_refresh_is_pending_and_then_in_progress(tenant: Tenant, scaling: Any) -> None:
    started = scaling.start_instance_refresh(AutoScalingGroupName="g")["InstanceRefreshId"]
    found = _refresh(scaling)
    assert (found["InstanceRefreshId"], found["Status"]) == (started, "Pending")
    tenant.advance(10)
    assert _refresh(scaling)["Status"] == "InProgress"


@pytest.mark.documented(_REFRESH, row=_ROW)
def test_a_refresh_replaces_all_instances(tenant: Tenant, scaling: Any) -> None:
    before = _members(scaling)
    scaling.start_instance_refresh(AutoScalingGroupName="g")
    tenant.advance(1000)
    found = _refresh(scaling)
    assert (found["Status"], found["PercentageComplete"]) == ("Successful", 100)
    assert (len(_members(scaling)), _members(scaling) & before) == (2, set())


@pytest.mark.documented(_REFRESH, row=_ROW)
def test_a_refresh_keeps_most_instances_in_service(tenant: Tenant, scaling: Any) -> None:
    """One at a time, where no more may be missing."""
    before = _members(scaling)
    scaling.start_instance_refresh(AutoScalingGroupName="g", Preferences={"MinHealthyPercentage": 90})
    tenant.advance(10)
    assert len(_members(scaling) & before) == 1


@pytest.mark.documented(_API.format("RefreshPreferences"))
def test_a_refresh_replaces_as_many_at_once_as_it_may(tenant: Tenant, scaling: Any) -> None:
    before = _members(scaling)
    scaling.start_instance_refresh(AutoScalingGroupName="g", Preferences={"MinHealthyPercentage": 0})
    tenant.advance(10)
    assert _members(scaling) & before == set()


@pytest.mark.documented(_API.format("StartInstanceRefresh"))
def test_a_group_has_one_refresh_at_a_time(scaling: Any) -> None:
    scaling.start_instance_refresh(AutoScalingGroupName="g")
    with refused("InstanceRefreshInProgress"):
        scaling.start_instance_refresh(AutoScalingGroupName="g")


@pytest.mark.documented(_API.format("CancelInstanceRefresh"))
def test_a_cancelled_refresh_goes_no_further(tenant: Tenant, scaling: Any) -> None:
    scaling.start_instance_refresh(AutoScalingGroupName="g")
    tenant.advance(10)
    scaling.cancel_instance_refresh(AutoScalingGroupName="g")
    halfway = _members(scaling)
    tenant.advance(1000)
    assert (_refresh(scaling)["Status"], _members(scaling)) == ("Cancelled", halfway)


@pytest.mark.documented(_API.format("CancelInstanceRefresh"))
def test_there_must_be_a_refresh_to_cancel(scaling: Any) -> None:
    with refused("ActiveInstanceRefreshNotFound"):
        scaling.cancel_instance_refresh(AutoScalingGroupName="g")


@pytest.mark.documented(_API.format("StartInstanceRefresh"))
def test_a_refresh_brings_another_launch_template(tenant: Tenant, scaling: Any) -> None:
    tenant.ec2.create_launch_template_version(
        LaunchTemplateName="base", SourceVersion="1", LaunchTemplateData={"InstanceType": "m5.large"}
    )
    desired = {"LaunchTemplate": {"LaunchTemplateName": "base", "Version": "2"}}
    scaling.start_instance_refresh(AutoScalingGroupName="g", DesiredConfiguration=desired)
    tenant.advance(1000)
    assert {one["InstanceType"] for one in _instances(tenant)} == {"m5.large"}
