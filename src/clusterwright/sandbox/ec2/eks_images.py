"""The EKS-optimized images: what they are called, and the public parameters that lead to them.

https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id-bottlerocket.html
https://docs.aws.amazon.com/eks/latest/userguide/retrieve-windows-ami-id.html
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from clusterwright.sandbox.eks import versions

_DATE = "20251103"
_WINDOWS_DATE = "2025.11.14"
_BOTTLEROCKET = "1.50.0"
_LAST_OF_AL2 = 32
_EKS_OWNER = "602401143452"
_BOTTLEROCKET_OWNER = "092701018921"
_WINDOWS_OWNER = "801119661308"


@dataclass(frozen=True, slots=True)
class Image:
    """`path` is where the parameters about it begin."""

    name: str
    version: str
    architecture: str
    owner: str
    release: str
    path: str
    platform: str | None = None

    def id(self, region: str) -> str:
        """The same in every run, different in every region, as AWS's are."""
        return "ami-" + hashlib.sha256(f"{region}/{self.name}".encode()).hexdigest()[:17]


@cache
def every() -> tuple[Image, ...]:
    return tuple(image for one in versions.OFFERED for image in _of(one.name))


def _of(version: str) -> Iterator[Image]:
    for architecture in ("x86_64", "arm64"):
        yield _al2023(version, architecture, "standard")
        yield _al2023(version, architecture, "nvidia")
        yield _bottlerocket(version, architecture)
    yield _al2023(version, "x86_64", "neuron")
    if versions.minor(version) <= _LAST_OF_AL2:
        yield _al2(version, "x86_64", "amazon-linux-2", "node")
        yield _al2(version, "arm64", "amazon-linux-2-arm64", "arm64-node")
        yield _al2(version, "x86_64", "amazon-linux-2-gpu", "gpu-node")
    for year in (2019, 2022):
        yield _windows(version, year)


def of_type(ami_type: str, version: str) -> Image:
    """What a node group of this type starts; of variants without an image here (FIPS, say) the plain one.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html#AmazonEKS-Type-Nodegroup-amiType
    """
    architecture = "arm64" if "_ARM_64" in ami_type else "x86_64"
    if ami_type.startswith("BOTTLEROCKET"):
        return _bottlerocket(version, architecture)
    if ami_type.startswith("WINDOWS"):
        return _windows(version, 2019 if "2019" in ami_type else 2022)
    if ami_type.startswith("AL2_"):
        return _al2_of_type(ami_type, version)
    variants = ("nvidia", "neuron")
    variant = next((one for one in variants if ami_type.lower().endswith(one)), "standard")
    return _al2023(version, architecture, variant)


def _al2_of_type(ami_type: str, version: str) -> Image:
    if ami_type == "AL2_ARM_64":
        return _al2(version, "arm64", "amazon-linux-2-arm64", "arm64-node")
    if ami_type == "AL2_x86_64_GPU":
        return _al2(version, "x86_64", "amazon-linux-2-gpu", "gpu-node")
    return _al2(version, "x86_64", "amazon-linux-2", "node")


def _al2023(version: str, architecture: str, variant: str) -> Image:
    name = f"amazon-eks-node-al2023-{architecture}-{variant}-{version}-v{_DATE}"
    path = f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{architecture}/{variant}"
    return Image(name, version, architecture, _EKS_OWNER, _release(version), path)


def _al2(version: str, architecture: str, folder: str, kind: str) -> Image:
    path = f"/aws/service/eks/optimized-ami/{version}/{folder}"
    name = f"amazon-eks-{kind}-{version}-v{_DATE}"
    return Image(name, version, architecture, _EKS_OWNER, _release(version), path)


def _release(version: str) -> str:
    return f"{versions.patch(version)}-{_DATE}"


def _bottlerocket(version: str, architecture: str) -> Image:
    machine = "aarch64" if architecture == "arm64" else architecture
    path = f"/aws/service/bottlerocket/aws-k8s-{version}/{architecture}"
    name = f"bottlerocket-aws-k8s-{version}-{machine}-v{_BOTTLEROCKET}-5ec1e7a2"
    return Image(name, version, architecture, _BOTTLEROCKET_OWNER, f"{_BOTTLEROCKET}-5ec1e7a2", path)


def _windows(version: str, year: int) -> Image:
    name = f"Windows_Server-{year}-English-Core-EKS_Optimized-{version}"
    path = f"/aws/service/ami-windows-latest/{name}"
    dated = f"{name}-{_WINDOWS_DATE}"
    return Image(dated, version, "x86_64", _WINDOWS_OWNER, _WINDOWS_DATE, path, "windows")


@cache
def parameters(region: str) -> dict[str, str]:
    """All public parameters about images of EKS, by name."""
    return {name: value for image in every() for name, value in _parameters(region, image)}


def _parameters(region: str, image: Image) -> Iterator[tuple[str, str]]:
    image_id = image.id(region)
    if image.owner == _WINDOWS_OWNER:
        yield f"{image.path}/image_id", image_id
    elif image.owner == _BOTTLEROCKET_OWNER:
        for folder in ("latest", image.release.partition("-")[0]):
            yield f"{image.path}/{folder}/image_id", image_id
            yield f"{image.path}/{folder}/image_version", image.release
    else:
        told = {"image_id": image_id, "image_name": image.name, "release_version": image.release}
        for folder in ("recommended", image.name):
            yield f"{image.path}/{folder}", json.dumps({"schema_version": "2", **told})
            for member, value in told.items():
                yield f"{image.path}/{folder}/{member}", value
