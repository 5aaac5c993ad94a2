"""Changes to a node group: its size, labels, taints, and the version or template of its nodes."""

from collections.abc import Callable
from typing import Any

import pytest

from .eks_ground import CREATED, Ground, with_cluster
from .pages import api, guide
from .tenant import Tenant, refused

_CONFIG = api("UpdateNodegroupConfig")
_VERSION = api("UpdateNodegroupVersion")
_CONFIG_ROW = "update_nodegroup_config"
_VERSION_ROW = "update_cluster_version, describe/list_updates, update_nodegroup_version"


@pytest.fixture
def grown(occupied: Ground) -> Ground:
    """An ACTIVE node group ng of two."""
    occupied.active_nodegroup(labels={"a": "b"}, taints=[{"key": "t", "effect": "NO_SCHEDULE"}])
    return occupied


@pytest.fixture(scope="module")
def settled(tenants: Callable[[], Tenant]) -> Ground:
    """The same, for tests that are refused."""
    ground = with_cluster(tenants())
    ground.active_nodegroup()
    return ground


def _change(ground: Ground, **given: Any) -> Any:
    named = {"clusterName": "one", "nodegroupName": "ng"}
    return ground.eks.update_nodegroup_config(**named, **given)["update"]


def _upgrade(ground: Ground, **given: Any) -> Any:
    named = {"clusterName": "one", "nodegroupName": "ng"}
    return ground.eks.update_nodegroup_version(**named, **given)["update"]


def _sizes(desired: int) -> dict[str, int]:
    return {"minSize": 1, "maxSize": 4, "desiredSize": desired}


@pytest.mark.documented(_CONFIG, row=_CONFIG_ROW)
def test_a_change_is_an_update_in_progress(grown: Ground) -> None:
    update = _change(grown, scalingConfig=_sizes(3))
    assert (update["status"], update["type"]) == ("InProgress", "ConfigUpdate")
    assert grown.nodegroup()["status"] == "UPDATING"


@pytest.mark.documented(_CONFIG, row=_CONFIG_ROW)
def test_a_change_comes_to_an_end(grown: Ground) -> None:
    update = _change(grown, scalingConfig=_sizes(3))
    grown.tenant.advance(200)
    assert grown.update(update, nodegroupName="ng")["status"] == "Successful"
    assert grown.nodegroup()["status"] == "ACTIVE"


@pytest.mark.parametrize("desired", [1, 4])
@pytest.mark.documented(api("NodegroupScalingConfig"), row=_CONFIG_ROW)
def test_the_number_of_instances_follows(grown: Ground, desired: int) -> None:
    _change(grown, scalingConfig=_sizes(desired))
    grown.tenant.advance(200)
    assert len(grown.instances()) == desired


@pytest.mark.documented(api("NodegroupScalingConfig"))
def test_the_auto_scaling_group_follows(grown: Ground) -> None:
    _change(grown, scalingConfig={"minSize": 0, "maxSize": 9, "desiredSize": 3})
    grown.tenant.advance(200)
    (named,) = grown.nodegroup()["resources"]["autoScalingGroups"]
    scaling = grown.tenant.client("autoscaling")
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[named["name"]])["AutoScalingGroups"]
    assert [(one["MinSize"], one["MaxSize"], one["DesiredCapacity"]) for one in found] == [(0, 9, 3)]


@pytest.mark.documented(guide("managed-node-groups"))
def test_an_autoscaler_may_change_the_size(grown: Ground) -> None:
    (named,) = grown.nodegroup()["resources"]["autoScalingGroups"]
    scaling = grown.tenant.client("autoscaling")
    scaling.set_desired_capacity(AutoScalingGroupName=named["name"], DesiredCapacity=3)
    assert grown.nodegroup()["scalingConfig"]["desiredSize"] == 3
    assert len(grown.instances()) == 3


@pytest.mark.documented(api("UpdateLabelsPayload"))
def test_labels_are_added_and_removed(grown: Ground) -> None:
    _change(grown, labels={"addOrUpdateLabels": {"c": "d"}, "removeLabels": ["a"]})
    grown.tenant.advance(200)
    assert grown.nodegroup()["labels"] == {"c": "d"}


@pytest.mark.documented(api("UpdateTaintsPayload"))
def test_taints_are_added_and_removed(grown: Ground) -> None:
    added = {"key": "t", "value": "v", "effect": "NO_EXECUTE"}
    _change(
        grown,
        taints={"addOrUpdateTaints": [added], "removeTaints": [{"key": "t", "effect": "NO_SCHEDULE"}]},
    )
    grown.tenant.advance(200)
    assert grown.nodegroup()["taints"] == [added]


@pytest.mark.documented(api("NodegroupUpdateConfig"))
def test_more_nodes_may_be_away(grown: Ground) -> None:
    _change(grown, updateConfig={"maxUnavailablePercentage": 50})
    grown.tenant.advance(200)
    assert grown.nodegroup()["updateConfig"] == {"maxUnavailablePercentage": 50}


@pytest.mark.documented(_CONFIG)
def test_one_change_at_a_time(grown: Ground) -> None:
    _change(grown, scalingConfig=_sizes(3))
    with refused("ResourceInUseException"):
        _change(grown, labels={"removeLabels": ["a"]})


@pytest.mark.documented(_CONFIG)
def test_the_same_change_again_is_the_same_update(grown: Ground) -> None:
    first = _change(grown, scalingConfig=_sizes(3), clientRequestToken="t")
    assert _change(grown, scalingConfig=_sizes(3), clientRequestToken="t")["id"] == first["id"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"scalingConfig": {"desiredSize": 9}}, "max size", id="too many"),
        pytest.param({"scalingConfig": {"minSize": 3}}, "desired size", id="a minimum above the size"),
        pytest.param({"labels": {"addOrUpdateLabels": {"k8s.io/x": "y"}}}, "reserved", id="a reserved label"),
        pytest.param(
            {"taints": {"addOrUpdateTaints": [{"key": f"k{n}", "effect": "NO_EXECUTE"} for n in range(51)]}},
            "50 taints",
            id="too many taints",
        ),
        pytest.param({"updateConfig": {"maxUnavailable": 101}}, "100", id="too many away"),
    ],
)
@pytest.mark.documented(_CONFIG, row=_CONFIG_ROW)
def test_changes_that_are_refused(settled: Ground, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        _change(settled, **given)


@pytest.mark.documented(_CONFIG)
def test_a_change_needs_a_node_group(settled: Ground) -> None:
    with refused("ResourceNotFoundException"):
        settled.eks.update_nodegroup_config(clusterName="one", nodegroupName="none", scalingConfig=_sizes(1))


@pytest.mark.documented(api("DescribeUpdate"))
def test_the_update_of_a_node_group_is_asked_for_with_its_name(grown: Ground) -> None:
    update = _change(grown, scalingConfig=_sizes(3))
    with refused("ResourceNotFoundException"):
        grown.update(update)
    assert grown.update(update, nodegroupName="ng")["id"] == update["id"]


@pytest.mark.documented(api("ListUpdates"), row=_VERSION_ROW)
def test_updates_are_listed_by_node_group(grown: Ground) -> None:
    update = _change(grown, scalingConfig=_sizes(3))
    assert grown.eks.list_updates(name="one")["updateIds"] == []
    assert grown.eks.list_updates(name="one", nodegroupName="ng")["updateIds"] == [update["id"]]


@pytest.fixture
def outdated(occupied: Ground) -> Ground:
    """Nodes one version behind their control plane."""
    occupied.active_nodegroup(version="1.31")
    return occupied


@pytest.mark.documented(_VERSION, row=_VERSION_ROW)
def test_without_a_version_nodes_follow_the_cluster(outdated: Ground) -> None:
    update = _upgrade(outdated)
    said = {one["type"]: one["value"] for one in update["params"]}
    assert (update["type"], said["Version"]) == ("VersionUpdate", "1.32")
    outdated.tenant.advance(CREATED)
    group = outdated.nodegroup()
    assert (group["status"], group["version"], group["releaseVersion"]) == (
        "ACTIVE",
        "1.32",
        said["ReleaseVersion"],
    )


@pytest.mark.documented(guide("managed-node-update-behavior"))
def test_an_upgrade_replaces_the_instances(outdated: Ground) -> None:
    before = {one["InstanceId"] for one in outdated.instances()}
    _upgrade(outdated)
    outdated.tenant.advance(CREATED)
    after = {one["InstanceId"] for one in outdated.instances()}
    assert len(after) == 2
    assert not before & after


@pytest.mark.documented(_VERSION, row=_VERSION_ROW)
def test_nodes_are_not_newer_than_the_control_plane(settled: Ground) -> None:
    with refused("InvalidParameterException", "newer than cluster version"):
        _upgrade(settled, version="1.33")


@pytest.mark.documented(_VERSION)
def test_nodes_do_not_go_back(settled: Ground) -> None:
    with refused("InvalidParameterException", "must not be older"):
        _upgrade(settled, version="1.31")


@pytest.mark.documented(_VERSION)
def test_a_template_does_not_come_later(settled: Ground) -> None:
    template = settled.template("late", InstanceType="m5.large")
    with refused("InvalidParameterException", "not created with a launch template"):
        _upgrade(settled, launchTemplate={"id": template})


@pytest.fixture
def templated(occupied: Ground) -> Ground:
    occupied.template("own", InstanceType="m5.large")
    occupied.active_nodegroup(launchTemplate={"name": "own"})
    return occupied


@pytest.mark.documented(_VERSION)
def test_a_template_is_not_exchanged(templated: Ground) -> None:
    other = templated.template("other", InstanceType="m5.large")
    with refused("InvalidParameterException", "must be the one that the node group was created with"):
        _upgrade(templated, launchTemplate={"id": other})


@pytest.mark.documented(guide("launch-templates"), row=_VERSION_ROW)
def test_another_version_of_the_template_changes_the_nodes(templated: Ground) -> None:
    data = {"InstanceType": "m6i.large"}
    templated.tenant.ec2.create_launch_template_version(LaunchTemplateName="own", LaunchTemplateData=data)
    update = _upgrade(templated, launchTemplate={"name": "own", "version": "2"})
    said = {one["type"]: one["value"] for one in update["params"]}
    assert (said["LaunchTemplateName"], said["LaunchTemplateVersion"]) == ("own", "2")
    templated.tenant.advance(CREATED)
    assert {one["InstanceType"] for one in templated.instances()} == {"m6i.large"}
    assert templated.nodegroup()["launchTemplate"]["version"] == "2"


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/eksctl/launch-template-support.html")
def test_an_image_of_ones_own_is_in_all_versions_or_none(templated: Ground) -> None:
    data = {"InstanceType": "m5.large", "ImageId": "ami-12345678"}
    templated.tenant.ec2.create_launch_template_version(LaunchTemplateName="own", LaunchTemplateData=data)
    with refused("InvalidParameterException", "custom AMI"):
        _upgrade(templated, launchTemplate={"name": "own", "version": "2"})


@pytest.mark.documented(_VERSION)
def test_an_image_of_ones_own_is_updated_with_its_template(occupied: Ground) -> None:
    occupied.template("own", InstanceType="m5.large", ImageId="ami-12345678")
    occupied.create_nodegroup(launchTemplate={"name": "own"})
    occupied.tenant.advance(300)
    image = occupied.tenant.ec2.describe_images(Owners=["602401143452"])["Images"][0]["ImageId"]
    data = {"InstanceType": "m5.large", "ImageId": image}
    occupied.tenant.ec2.create_launch_template_version(LaunchTemplateName="own", LaunchTemplateData=data)
    _upgrade(occupied, launchTemplate={"name": "own", "version": "2"})
    occupied.tenant.advance(CREATED)
    assert occupied.nodegroup()["releaseVersion"] == image
    assert {one["ImageId"] for one in occupied.instances()} == {image}
