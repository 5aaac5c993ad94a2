"""Machine images: moto's short list and the EKS-optimized ones, under the names and parameters that AWS uses.

moto also loads every image that SSM knows, over a thousand for each account and region; no one starts those.
https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
"""

import hashlib
import json
import re
from datetime import datetime
from typing import Any

from moto.ec2.models.amis import AMIS, Ami, AmiBackend

_ARCHITECTURES = ("x86_64", "arm64")
_VERSIONS = ("1.30", "1.31", "1.32", "1.33", "1.34")
_RELEASE = "v20251103"
_OWNER = "602401143452"
_PARAMETER = re.compile(
    r"/aws/service/eks/optimized-ami/(?P<version>1\.\d+)/amazon-linux-2023/(?P<architecture>x86_64|arm64)/standard/"
    r"recommended(?:/(?P<member>image_id|release_version))?"
)


def eks_image_id(region: str, version: str, architecture: str) -> str:
    """The same in every run, different in every region, as AWS's are."""
    return "ami-" + hashlib.sha256(f"{region}/{version}/{architecture}".encode()).hexdigest()[:17]


def name_of(version: str, architecture: str) -> str:
    return f"amazon-eks-node-al2023-{architecture}-standard-{version}-{_RELEASE}"


def parameter(region: str, name: str) -> str | None:
    """The value of an SSM parameter for an EKS-optimized image; None where the name is another's."""
    match = _PARAMETER.fullmatch(name)
    if match is None or match["version"] not in _VERSIONS:
        return None
    version = match["version"]
    image_id = eks_image_id(region, version, match["architecture"])
    release = f"{version}.0-{_RELEASE[1:]}"
    if match["member"]:
        return image_id if match["member"] == "image_id" else release
    name = name_of(version, match["architecture"])
    whole = {"schema_version": "2", "image_id": image_id, "image_name": name, "release_version": release}
    return json.dumps(whole)


class FewImages(AmiBackend):
    def _load_amis(self) -> None:
        for given in AMIS:
            created = given.get("creation_date")
            if isinstance(created, str):
                given["creation_date"] = datetime.fromisoformat(created)
            self._load({**given, "owner_alias": "amazon"})
        for version in _VERSIONS:
            for architecture in _ARCHITECTURES:
                self._load(self._eks(version, architecture))

    def _load(self, given: dict[str, Any]) -> None:
        self.amis[given["ami_id"]] = Ami(self, **given)

    def _eks(self, version: str, architecture: str) -> dict[str, Any]:
        backend: Any = self
        return {
            "ami_id": eks_image_id(backend.region_name, version, architecture),
            "name": name_of(version, architecture),
            "description": f"EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: {version})",
            "owner_id": _OWNER,
            "owner_alias": "amazon",
            "public": True,
            "virtualization_type": "hvm",
            "architecture": architecture,
            "root_device_type": "ebs",
            "root_device_name": "/dev/xvda",
        }
