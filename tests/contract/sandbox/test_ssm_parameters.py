"""The public parameters that lead to images: https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html"""

import json
from typing import Any

import pytest

from .tenant import Tenant, refused

_PAGE = "https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html"
_API = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_{}.html"
_ROW = "EKS AMI ssm parameters"
_STANDARD = "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/{}/standard/recommended"
_VERSIONS = ("1.30", "1.31", "1.32", "1.33", "1.34")


@pytest.fixture(scope="module")
def ssm(reader: Tenant) -> Any:
    return reader.client("ssm")


def _value(ssm: Any, name: str) -> str:
    return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])


@pytest.mark.parametrize(
    ("version", "architecture"),
    [
        pytest.param(
            version,
            architecture,
            marks=pytest.mark.documented(_PAGE, row=_ROW),
            id=f"there is an image for {version} on {architecture}",
        )
        for version in _VERSIONS
        for architecture in ("x86_64", "arm64")
    ],
)
def test_the_recommended_image_exists(reader: Tenant, ssm: Any, version: str, architecture: str) -> None:
    image_id = _value(ssm, _STANDARD.format(version, architecture) + "/image_id")
    (image,) = reader.ec2.describe_images(ImageIds=[image_id])["Images"]
    assert image["Name"].startswith(f"amazon-eks-node-al2023-{architecture}-standard-{version}-v")
    assert image["Architecture"] == architecture


@pytest.mark.documented(_PAGE)
def test_every_version_on_offer_has_images(reader: Tenant, ssm: Any) -> None:
    offered = [one["clusterVersion"] for one in reader.eks.describe_cluster_versions()["clusterVersions"]]
    names = [_STANDARD.format(version, "x86_64") + "/image_id" for version in offered]
    assert ssm.get_parameters(Names=names[:10])["InvalidParameters"] == []


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        pytest.param(name, begins, marks=pytest.mark.documented(page), id=fact)
        for fact, name, begins, page in (
            (
                "there are images for NVIDIA",
                "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/nvidia/recommended/image_id",
                "amazon-eks-node-al2023-x86_64-nvidia-1.33-v",
                _PAGE,
            ),
            (
                "there are images for Neuron",
                "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/neuron/recommended/image_id",
                "amazon-eks-node-al2023-x86_64-neuron-1.33-v",
                _PAGE,
            ),
            (
                "there are images of Amazon Linux 2 for older versions",
                "/aws/service/eks/optimized-ami/1.32/amazon-linux-2/recommended/image_id",
                "amazon-eks-node-1.32-v",
                _PAGE,
            ),
            (
                "there are images of Bottlerocket",
                "/aws/service/bottlerocket/aws-k8s-1.33/arm64/latest/image_id",
                "bottlerocket-aws-k8s-1.33-aarch64-v",
                "https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id-bottlerocket.html",
            ),
            (
                "there are images of Windows",
                "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.33/image_id",
                "Windows_Server-2022-English-Core-EKS_Optimized-1.33-",
                "https://docs.aws.amazon.com/eks/latest/userguide/retrieve-windows-ami-id.html",
            ),
        )
    ],
)
def test_other_images_exist(reader: Tenant, ssm: Any, name: str, begins: str) -> None:
    (image,) = reader.ec2.describe_images(ImageIds=[_value(ssm, name)])["Images"]
    assert image["Name"].startswith(begins)


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html")
def test_amazon_linux_2_ends_with_1_32(ssm: Any) -> None:
    with refused("ParameterNotFound"):
        _value(ssm, "/aws/service/eks/optimized-ami/1.33/amazon-linux-2/recommended/image_id")


@pytest.mark.documented(_API.format("GetParameter"))
def test_a_version_that_is_not_on_offer_has_no_image(ssm: Any) -> None:
    with refused("ParameterNotFound"):
        _value(ssm, _STANDARD.format("1.11", "x86_64") + "/image_id")


@pytest.mark.documented(_PAGE)
def test_the_whole_parameter_tells_image_and_release(ssm: Any) -> None:
    whole = json.loads(_value(ssm, _STANDARD.format("1.33", "x86_64")))
    assert whole["image_id"] == _value(ssm, _STANDARD.format("1.33", "x86_64") + "/image_id")
    assert whole["release_version"].startswith("1.33.")


@pytest.mark.documented(_API.format("GetParameters"))
def test_several_parameters_are_asked_for_at_once(ssm: Any) -> None:
    name = _STANDARD.format("1.33", "x86_64") + "/image_id"
    answer = ssm.get_parameters(Names=[name, "/nothing"])
    assert [one["Name"] for one in answer["Parameters"]] == [name]
    assert answer["InvalidParameters"] == ["/nothing"]


@pytest.mark.documented(_API.format("GetParametersByPath"))
def test_parameters_below_a_path_come_in_pages_of_ten(ssm: Any) -> None:
    path = "/aws/service/eks/optimized-ami/1.33"
    pages = list(ssm.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True))
    assert {len(page["Parameters"]) for page in pages[:-1]} == {10}
    names = [one["Name"] for page in pages for one in page["Parameters"]]
    assert len(set(names)) == len(names) > 10


@pytest.mark.documented(_API.format("GetParametersByPath"))
def test_a_path_tells_its_own_level_unless_told(ssm: Any) -> None:
    answer = ssm.get_parameters_by_path(Path=_STANDARD.format("1.33", "x86_64"))
    assert {one["Name"].rpartition("/")[2] for one in answer["Parameters"]} == {
        "image_id",
        "image_name",
        "release_version",
    }


@pytest.mark.documented(
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html"
)
def test_regions_have_images_of_their_own(reader: Tenant, ssm: Any) -> None:
    name = _STANDARD.format("1.33", "x86_64") + "/image_id"
    assert _value(ssm, name) != _value(reader.client("ssm", "eu-west-1"), name)


@pytest.mark.documented(_API.format("PutParameter"))
def test_the_prefix_of_aws_is_not_written_to(ssm: Any) -> None:
    with refused("AccessDeniedException"):
        ssm.put_parameter(Name="/aws/service/eks/mine", Value="1", Type="String")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/linux/al2023/ug/ec2.html",
)
def test_the_latest_amazon_linux_is_there(ssm: Any) -> None:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    assert _value(ssm, name).startswith("ami-")
