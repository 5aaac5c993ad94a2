"""Which launch templates a managed node group takes, and what it takes beside one.

https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
"""

from typing import Any

from clusterwright.sandbox.eks import faults
from clusterwright.sandbox.eks.records import Wire
from clusterwright.sandbox.eks.scene import Scene

_EKS_DECIDES = ("IamInstanceProfile", "HibernationOptions", "InstanceInitiatedShutdownBehavior")
_OF_THE_IMAGE = ("amiType", "version", "releaseVersion")


def check(scene: Scene, params: Wire, members: Wire) -> tuple[Wire, Wire]:
    """The template as the API shows it and the template's data; both empty where there is no template."""
    spec = params.get("launchTemplate")
    if not spec:
        return {}, {}
    if bool(spec.get("id")) == bool(spec.get("name")):
        raise faults.invalid("Either the launch template's ID or its name must be specified.", **members)
    found = scene.account.template(spec)
    if found is None:
        raise faults.invalid(
            "The specified launch template does not exist, or its version does not", **members
        )
    template_id, name, version, data = found
    _check_data(data, members)
    _check_beside(data, params, members)
    return {"id": template_id, "name": name, "version": str(version)}, data


def _check_data(data: dict[str, Any], members: Wire) -> None:
    for setting in _EKS_DECIDES:
        if data.get(setting):
            raise faults.invalid(f"{setting} cannot be specified in the launch template.", **members)
    if any(one.get("SubnetId") for one in data.get("NetworkInterfaces") or ()):
        raise faults.invalid("Subnets cannot be specified in the launch template.", **members)


def _check_beside(data: dict[str, Any], params: Wire, members: Wire) -> None:
    if params.get("diskSize"):
        raise faults.invalid("Disk size must be specified within the launch template.", **members)
    if params.get("remoteAccess"):
        raise faults.invalid(
            "Remote access configuration cannot be specified with a launch template.", **members
        )
    if data.get("InstanceType") and params.get("instanceTypes"):
        raise faults.invalid(
            "Instance types must be given either in the launch template or in the node group, not in both.",
            **members,
        )
    given = [member for member in _OF_THE_IMAGE if params.get(member) not in (None, "CUSTOM")]
    if data.get("ImageId") and given:
        raise faults.invalid(
            f"You cannot specify {', '.join(given)} when the launch template has an AMI of its own.",
            **members,
        )
