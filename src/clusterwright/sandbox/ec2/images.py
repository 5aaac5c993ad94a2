"""Machine images: moto's short list and the EKS-optimized ones.

moto also loads every image that SSM knows, over a thousand for each account and region; no one starts those.
"""

from datetime import UTC, datetime
from typing import Any

from moto.ec2.models.amis import AMIS, Ami, AmiBackend

from clusterwright.sandbox.ec2 import eks_images

_MADE = datetime(2025, 11, 14, tzinfo=UTC)


def eks_image_id(region: str, version: str, ami_type: str) -> str:
    return eks_images.of_type(ami_type, version).id(region)


class FewImages(AmiBackend):
    def _load_amis(self) -> None:
        for given in AMIS:
            created = given.get("creation_date")
            if isinstance(created, str):
                given["creation_date"] = datetime.fromisoformat(created)
            self._load({**given, "owner_alias": "amazon"})
        for image in eks_images.every():
            self._load(self._eks(image))

    def _load(self, given: dict[str, Any]) -> None:
        self.amis[given["ami_id"]] = Ami(self, **given)

    def _eks(self, image: eks_images.Image) -> dict[str, Any]:
        backend: Any = self
        return {
            "ami_id": image.id(backend.region_name),
            "name": image.name,
            "description": f"EKS-optimized Kubernetes node, {image.name} (k8s: {image.version})",
            "owner_id": image.owner,
            "owner_alias": "amazon",
            "public": True,
            "virtualization_type": "hvm",
            "architecture": image.architecture,
            "platform": image.platform,
            "creation_date": _MADE,
            "root_device_type": "ebs",
            "root_device_name": "/dev/xvda",
        }
