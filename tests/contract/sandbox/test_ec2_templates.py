"""Launch templates: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html"""

import base64
from typing import Any

import pytest

from .tenant import Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_VERSIONS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-launch-template-versions.html"


def _create(tenant: Tenant, name: str = "base", **more: Any) -> Any:
    data = {"InstanceType": "t3.large", "KeyName": "k"}
    made = tenant.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data, **more)
    return made["LaunchTemplate"]


def _add(tenant: Tenant, template: str, **given: Any) -> Any:
    given = {"LaunchTemplateData": {"InstanceType": "m5.large"}, **given}
    made = tenant.ec2.create_launch_template_version(LaunchTemplateId=template, **given)
    return made["LaunchTemplateVersion"]


def _numbers(tenant: Tenant, template: str, **asked: Any) -> list[int]:
    found = tenant.ec2.describe_launch_template_versions(LaunchTemplateId=template, **asked)
    return [one["VersionNumber"] for one in found["LaunchTemplateVersions"]]


@pytest.mark.documented(_API.format("CreateLaunchTemplate"))
def test_the_first_version_is_the_default(tenant: Tenant) -> None:
    made = _create(tenant)
    assert (made["DefaultVersionNumber"], made["LatestVersionNumber"]) == (1, 1)


@pytest.mark.documented(_ERRORS)
def test_templates_have_names_of_their_own(tenant: Tenant) -> None:
    _create(tenant)
    with refused("InvalidLaunchTemplateName.AlreadyExistsException"):
        _create(tenant)


@pytest.mark.documented(
    _API.format("CreateLaunchTemplateVersion"), row="create_launch_template_version SourceVersion"
)
def test_a_version_builds_on_its_source(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    script = base64.b64encode(b"#!/bin/sh").decode()
    data = {"InstanceType": "m5.large", "UserData": script}
    made = _add(tenant, template, SourceVersion="1", LaunchTemplateData=data)
    assert made["LaunchTemplateData"] == {"InstanceType": "m5.large", "KeyName": "k", "UserData": script}


@pytest.mark.documented(_API.format("CreateLaunchTemplateVersion"))
def test_a_version_without_a_source_starts_anew(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    made = _add(tenant, template, LaunchTemplateData={"ImageId": "ami-1"})
    assert made["LaunchTemplateData"] == {"ImageId": "ami-1"}


@pytest.mark.documented(_VERSIONS)
def test_versions_are_numbered_in_order(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    assert [_add(tenant, template)["VersionNumber"] for _ in range(2)] == [2, 3]


@pytest.mark.documented(_VERSIONS)
def test_a_new_version_is_the_latest_but_not_the_default(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    _add(tenant, template)
    assert _numbers(tenant, template, Versions=["$Latest"]) == [2]
    assert _numbers(tenant, template, Versions=["$Default"]) == [1]


@pytest.mark.documented(_API.format("ModifyLaunchTemplate"))
def test_another_version_becomes_the_default(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    _add(tenant, template)
    tenant.ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
    assert _numbers(tenant, template, Versions=["$Default"]) == [2]


@pytest.mark.documented(_API.format("DescribeLaunchTemplateVersions"))
def test_versions_are_asked_for_by_their_range(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    for _ in range(3):
        _add(tenant, template)
    assert _numbers(tenant, template, MinVersion="2", MaxVersion="3") == [2, 3]


@pytest.mark.documented(_API.format("DescribeLaunchTemplateVersions"))
def test_the_latest_of_all_templates_are_asked_for_at_once(tenant: Tenant) -> None:
    ids = {_create(tenant, f"base-{number}")["LaunchTemplateId"] for number in range(18)}
    found = tenant.ec2.describe_launch_template_versions(Versions=["$Latest"])["LaunchTemplateVersions"]
    assert {one["LaunchTemplateId"] for one in found} == ids


@pytest.mark.documented(_ERRORS)
def test_a_version_that_is_not_there_is_not_found(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    with refused("InvalidLaunchTemplateId.VersionNotFound"):
        _numbers(tenant, template, Versions=["9"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param(asked, code, marks=pytest.mark.documented(_ERRORS), id=fact)
        for fact, asked, code in (
            (
                "an unknown id is not found",
                {"LaunchTemplateIds": ["lt-00000000000000000"]},
                "InvalidLaunchTemplateId.NotFound",
            ),
            (
                "an unknown name is not found",
                {"LaunchTemplateNames": ["nobody"]},
                "InvalidLaunchTemplateName.NotFoundException",
            ),
        )
    ],
)
def test_an_unknown_template(reader: Tenant, asked: dict[str, Any], code: str) -> None:
    with refused(code):
        reader.ec2.describe_launch_templates(**asked)


@pytest.mark.documented(_API.format("DeleteLaunchTemplateVersions"))
def test_versions_are_deleted_and_the_others_keep_their_numbers(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    for _ in range(3):
        _add(tenant, template)
    answer = tenant.ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["2", "4"])
    gone = [one["VersionNumber"] for one in answer["SuccessfullyDeletedLaunchTemplateVersions"]]
    assert gone == [2, 4]
    assert _numbers(tenant, template) == [1, 3]
    assert _numbers(tenant, template, Versions=["$Latest"]) == [3]


@pytest.mark.documented(_VERSIONS)
def test_the_number_of_a_deleted_version_is_not_given_again(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    _add(tenant, template)
    tenant.ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["2"])
    assert _add(tenant, template)["VersionNumber"] == 3


@pytest.mark.documented(_API.format("DeleteLaunchTemplateVersions"))
def test_the_default_version_is_not_deleted(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    _add(tenant, template)
    answer = tenant.ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["1"])
    (kept,) = answer["UnsuccessfullyDeletedLaunchTemplateVersions"]
    assert kept["VersionNumber"] == 1
    assert _numbers(tenant, template) == [1, 2]


@pytest.mark.documented("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResponseError.html")
def test_a_version_that_is_not_there_is_named_when_it_is_not_deleted(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    answer = tenant.ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["9"])
    (kept,) = answer["UnsuccessfullyDeletedLaunchTemplateVersions"]
    assert kept["ResponseError"]["Code"] == "launchTemplateVersionDoesNotExist"


@pytest.mark.documented(_API.format("DeleteLaunchTemplate"))
def test_a_template_goes_with_all_its_versions(tenant: Tenant) -> None:
    template = _create(tenant)["LaunchTemplateId"]
    _add(tenant, template)
    tenant.ec2.delete_launch_template(LaunchTemplateId=template)
    with refused("InvalidLaunchTemplateId.NotFound"):
        _numbers(tenant, template)


@pytest.mark.documented(_API.format("LaunchTemplateTagSpecificationRequest"))
def test_the_templates_own_tags_stay_out_of_its_data(tenant: Tenant) -> None:
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}]
    template = _create(tenant, TagSpecifications=tags)["LaunchTemplateId"]
    versions = tenant.ec2.describe_launch_template_versions(LaunchTemplateId=template)
    assert "TagSpecifications" not in versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
