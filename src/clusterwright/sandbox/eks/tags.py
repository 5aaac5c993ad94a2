"""Tags of everything that EKS names by an ARN.

https://docs.aws.amazon.com/eks/latest/APIReference/API_TagResource.html
"""

from collections.abc import Iterator

from clusterwright.sandbox.call import AwsError
from clusterwright.sandbox.eks.records import Cluster, Region, Wire
from clusterwright.sandbox.eks.scene import Scene

_MOST = 50
_RESERVED = "aws:"
_ARN_OF = {
    "nodegroups": "nodegroupArn",
    "fargate": "fargateProfileArn",
    "addons": "addonArn",
    "access": "accessEntryArn",
    "pods": "associationArn",
    "identity": "identityProviderConfigArn",
    "capabilities": "arn",
}


def bad(message: str) -> AwsError:
    return AwsError("BadRequestException", message)


def problem(params: Wire) -> str | None:
    """https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html#tag-restrictions"""
    for key, value in (params.get("tags") or {}).items():
        if key.lower().startswith(_RESERVED) or value.lower().startswith(_RESERVED):
            return f"Tags cannot begin with {_RESERVED}, which is reserved for AWS: {key}"
    return None


def tagged(region: Region) -> Iterator[tuple[str, str, Wire]]:
    """Kind, ARN and wire of everything in the region."""
    for cluster in region.clusters.values():
        yield "cluster", cluster.wire["arn"], cluster.wire
        yield from children(cluster)


def children(cluster: Cluster) -> Iterator[tuple[str, str, Wire]]:
    for kind, arn in _ARN_OF.items():
        for child in getattr(cluster, kind).values():
            yield kind, child.wire[arn], child.wire


def _tags(scene: Scene, arn: str) -> dict[str, str]:
    for _, found, wire in tagged(scene.region):
        if found == arn:
            tags: dict[str, str] = wire["tags"]
            return tags
    raise AwsError("NotFoundException", f"Resource {arn} was not found", 404)


def tag(scene: Scene, params: Wire) -> Wire:
    tags = _tags(scene, params["resourceArn"])
    added = params.get("tags") or {}
    if len({*tags, *added}) > _MOST:
        raise bad(f"A resource has at most {_MOST} tags")
    tags.update(added)
    return {}


def untag(scene: Scene, params: Wire) -> Wire:
    tags = _tags(scene, params["resourceArn"])
    for key in params.get("tagKeys") or []:
        tags.pop(key, None)
    return {}


def list_all(scene: Scene, params: Wire) -> Wire:
    return {"tags": _tags(scene, params["resourceArn"])}


OPERATIONS = {"TagResource": tag, "UntagResource": untag, "ListTagsForResource": list_all}
