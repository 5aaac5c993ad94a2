"""Instances that clean up after themselves, and Auto Scaling groups that use all of their launch template.

moto starts every instance of a group in the first subnet, of the first type, without the template's volume
tags, and leaves the primary network interface of a terminated instance behind.
https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
"""

import itertools
from collections import Counter
from typing import Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.utils import convert_tag_spec

from clusterwright.sandbox.ec2 import capacity
from clusterwright.sandbox.ec2.capacity import GATES, Refused, Wish


class TidyInstances(InstanceBackend):
    def run_instances(self, image_id: str, count: int, *given: Any, **options: Any) -> Any:
        backend: Any = self
        subnet = options.get("subnet_id")
        zone = backend.get_subnet(subnet).availability_zone if subnet else f"{backend.region_name}a"
        kind = options.get("instance_type") or "m1.small"
        spot = bool(options.get("instance_market_options"))
        GATES.admit(Wish(backend.account_id, backend.region_name, str(zone), str(kind), spot, count))
        return super().run_instances(image_id, count, *given, **options)

    def terminate_instances(self, instance_ids: list[str]) -> Any:
        instances: list[Any] = self.get_multi_instances_by_id(instance_ids)
        for instance in instances:
            if instance.state != "terminated" and 0 in instance.nics:
                instance.nics[0].delete_on_termination = True
            instance.is_going = True
        return super().terminate_instances(instance_ids)


def launch(group: Any, count: int, propagated: dict[str, str]) -> None:
    """Replacement for moto's method of the same purpose: evenly over the subnets.

    Spot takes its types in turn, On-Demand the first that is to be had.
    https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html#managed-node-group-capacity-types
    """
    template = group.ec2_launch_template
    if template is None or not group.vpc_zone_identifier:
        _MOTO_LAUNCH(group, count, propagated)
        return
    data = template.get_version(group.launch_template_version).data
    subnets = _emptiest_first(group)
    listed = _types(group, data)
    types = itertools.cycle(listed if _is_spot(group) else listed[:1])
    tags = convert_tag_spec(data.get("TagSpecifications", []))
    instance_tags = {**tags.get("instance", {}), **propagated, ASG_NAME_TAG: group.name}
    spec = {"instance": instance_tags, "volume": tags.get("volume", {})}
    for subnet, instance_type in zip(itertools.islice(subnets, count), types, strict=False):
        started = _start_somewhere(group, data, (subnet, instance_type), spec)
        if isinstance(started, Refused):
            capacity.note_failure(group, _is_spot(group), started)
            return
        group.instance_states.append(started)


_MOTO_LAUNCH = FakeAutoScalingGroup.replace_autoscaling_group_instances


def _start_somewhere(group: Any, data: dict[str, Any], first: tuple[str, str], tags: dict[str, Any]) -> Any:
    """Where EC2 has none of the first choice, the group takes another of its zones or types."""
    choices = itertools.product(group.vpc_zone_identifier.split(","), dict.fromkeys(_types(group, data)))
    refused = None
    for subnet, instance_type in dict.fromkeys((first, *choices)):
        try:
            return _start(group, data, subnet, instance_type, tags)
        except Refused as error:
            refused = refused or error
    return refused


def _start(group: Any, data: dict[str, Any], subnet: str, instance_type: str, tags: dict[str, Any]) -> Any:
    backend = group.autoscaling_backend.ec2_backend
    interfaces = data.get("NetworkInterfaces") or [{}]
    market = data.get("InstanceMarketOptions") or ({"MarketType": "spot"} if _is_spot(group) else None)
    reservation = backend.run_instances(
        data.get("ImageId"),
        1,
        data.get("UserData"),
        [],
        security_group_ids=[*(data.get("SecurityGroupIds") or interfaces[0].get("Groups") or [])],
        instance_type=instance_type,
        is_instance_type_default=False,
        key_name=data.get("KeyName"),
        tags=tags,
        subnet_id=subnet,
        region_name=backend.region_name,
        associate_public_ip=interfaces[0].get("AssociatePublicIpAddress"),
        instance_market_options=market,
        block_device_mappings=[_disk(one) for one in data.get("BlockDeviceMappings") or [{}]],
    )
    instance = reservation.instances[0]
    instance.add_tags(_template_tags(group))
    instance.autoscaling_group = group
    return InstanceState(instance, protected_from_scale_in=group.new_instances_protected_from_scale_in)


def _disk(mapping: dict[str, Any]) -> dict[str, Any]:
    ebs = {"DeleteOnTermination": True, "VolumeSize": 20, "VolumeType": "gp3", **mapping.get("Ebs", {})}
    return {"DeviceName": mapping.get("DeviceName", "/dev/xvda"), "Ebs": ebs}


def _template_tags(group: Any) -> dict[str, str]:
    template = group.ec2_launch_template
    version = template.get_version(group.launch_template_version)
    return {
        "aws:ec2launchtemplate:id": template.id,
        "aws:ec2launchtemplate:version": str(version.number),
    }


def _emptiest_first(group: Any) -> Any:
    """An endless row of subnets that keeps the group balanced."""
    running = Counter({subnet: 0 for subnet in group.vpc_zone_identifier.split(",")})
    running.update(state.instance.subnet_id for state in group.instance_states)
    while True:
        subnet = min(group.vpc_zone_identifier.split(","), key=lambda one: running[one])
        running[subnet] += 1
        yield subnet


def _types(group: Any, data: dict[str, Any]) -> list[str]:
    policy = (group.mixed_instances_policy or {}).get("LaunchTemplate", {})
    wanted = [one["InstanceType"] for one in policy.get("Overrides", []) if one.get("InstanceType")]
    return wanted or [data.get("InstanceType") or "t3.medium"]


def _is_spot(group: Any) -> bool:
    distribution = (group.mixed_instances_policy or {}).get("InstancesDistribution", {})
    return str(distribution.get("OnDemandPercentageAboveBaseCapacity", 100)) == "0"


def install() -> None:
    patched = {"replace_autoscaling_group_instances": launch}
    for name, method in patched.items():
        setattr(FakeAutoScalingGroup, name, method)
