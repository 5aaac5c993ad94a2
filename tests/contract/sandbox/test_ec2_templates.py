"""Launch templates: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-templates.html"""

import base64
from typing import Any

from .tenant import Tenant, refused


def _create(tenant: Tenant, name: str, **more: Any) -> Any:
    data = {"InstanceType": "t3.large", "KeyName": "k"}
    made = tenant.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data, **more)
    return made["LaunchTemplate"]


def test_a_token_makes_one_template(tenant: Tenant) -> None:
    first = _create(tenant, "t", ClientToken="t-1")
    assert _create(tenant, "t", ClientToken="t-1")["LaunchTemplateId"] == first["LaunchTemplateId"]
    with refused("InvalidLaunchTemplateName.AlreadyExistsException"):
        _create(tenant, "t", ClientToken="t-2")


def test_a_version_builds_on_its_source(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html"""
    ec2 = tenant.ec2
    template = _create(tenant, "t")["LaunchTemplateId"]
    script = base64.b64encode(b"#!/bin/sh").decode()
    data = {"InstanceType": "m5.large", "UserData": script}
    ec2.create_launch_template_version(LaunchTemplateId=template, SourceVersion="1", LaunchTemplateData=data)
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={"ImageId": "ami-1"})
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=template)["LaunchTemplateVersions"]
    assert [one["LaunchTemplateData"] for one in versions] == [
        {"InstanceType": "t3.large", "KeyName": "k"},
        {"InstanceType": "m5.large", "KeyName": "k", "UserData": script},
        {"ImageId": "ami-1"},
    ]
    latest = ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=["$Latest"])
    assert [one["VersionNumber"] for one in latest["LaunchTemplateVersions"]] == [3]


def test_latest_of_all_and_pages(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html"""
    ec2 = tenant.ec2
    ids = {_create(tenant, f"t{n}")["LaunchTemplateId"] for n in range(18)}
    versions = ec2.describe_launch_template_versions(Versions=["$Latest"])["LaunchTemplateVersions"]
    assert {one["LaunchTemplateId"] for one in versions} == ids
    assert {one["LaunchTemplateId"] for one in ec2.describe_launch_templates()["LaunchTemplates"]} == ids
    pages = ec2.get_paginator("describe_launch_templates").paginate(PaginationConfig={"PageSize": 5})
    sizes = [len(page["LaunchTemplates"]) for page in pages]
    assert sizes == [5, 5, 5, 3]


def test_eks_images_are_found_by_parameter(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html"""
    name = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id"
    image = tenant.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    (found,) = tenant.ec2.describe_images(ImageIds=[image])["Images"]
    assert found["Name"].startswith("amazon-eks-node-al2023-x86_64-standard-1.33-")
    with refused("ParameterNotFound"):
        tenant.client("ssm").get_parameter(Name=name.replace("1.33", "1.11"))


def test_the_templates_own_tags_stay_out_of_its_data(tenant: Tenant) -> None:
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}]
    template = _create(tenant, "t", TagSpecifications=tags)["LaunchTemplateId"]
    versions = tenant.ec2.describe_launch_template_versions(LaunchTemplateId=template)
    assert "TagSpecifications" not in versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
